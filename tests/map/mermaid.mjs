// Draws a text with the real Mermaid in a headless Chromium and prints the texts of its nodes, as JSON.
// Arguments: the folder with the packages, the browser, the text's file.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, browser, file] = process.argv.slice(2);
const { chromium } = createRequire(`${folder}/`)("playwright-core");
const chrome = await chromium.launch({
  executablePath: browser,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
const page = await chrome.newPage();
await page.setContent("<!doctype html><title>map</title><body></body>");
await page.addScriptTag({ path: join(folder, "package/dist/mermaid.min.js") });
const texts = await page.evaluate(async (text) => {
  // As GitHub does: no markup of the text is trusted.
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
  await mermaid.parse(text);
  const { svg } = await mermaid.render("drawn", text);
  document.body.innerHTML = svg;
  const all = (wanted) => [...document.querySelectorAll(wanted)];
  const shown = (node) => {
    node.querySelectorAll("br").forEach((mark) => mark.replaceWith("\n"));
    return node.textContent;
  };
  return all(".node").map(shown);
}, readFileSync(file, "utf8"));
await chrome.close();
console.log(JSON.stringify(texts));
