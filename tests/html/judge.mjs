// Opens a page in a headless Chromium and says what is wrong with it, as JSON: nothing when all is well.
// Arguments: the folder with the packages, the browser, the page, a word to search for; without a word the page
// has nothing to search in.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, browser, file, word] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const url = pathToFileURL(file).href;
const faults = [];
const expect = (isSo, fault) => isSo || faults.push(fault);

// Playwright gives each browser a profile of its own, and removes it.
const chrome = await chromium.launch({
  executablePath: browser,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

const open = async (options) => {
  const context = await chrome.newContext(options);
  const page = await context.newPage();
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push("a dialog");
    dialog.dismiss();
  });
  page.on("request", (request) => request.url() === url || faults.push(`request: ${request.url()}`));
  await page.goto(url);
  return page;
};

const shown = (page) => page.locator(".cause:visible").count();
const told = (page) => page.locator("#matches").textContent();
// What is typed is followed by a short wait.
const settled = (page, text) =>
  page.waitForFunction((text) => document.getElementById("matches").textContent.startsWith(text), text, { timeout: 5000 })
    .catch(async () => faults.push(`"${await told(page)}" does not begin with "${text}"`));

const filters = async () => {
  const page = await open({});
  const all = await page.locator(".cause").count();
  expect(all > 1, `${all} causes are too few to be filtered`);
  expect((await shown(page)) === all, "not all causes are seen at first");
  const before = await told(page);

  await page.getByLabel("Search").fill(word);
  const matching = await page.locator(".cause").filter({ hasText: new RegExp(word, "i") }).count();
  await settled(page, `${matching} of ${all}`);
  expect((await shown(page)) === matching, `searching shows ${await shown(page)} causes, not ${matching}`);
  await page.getByLabel("Search").fill("xyzzyplugh");
  await settled(page, "No finding");
  expect((await page.locator("[data-group]:visible").count()) === 0, "headings of nothing are seen");
  await page.getByRole("button", { name: "Show all" }).click();
  await settled(page, before);

  const blockers = await page.locator('.cause[data-severity="blocker"]').count();
  await page.getByRole("checkbox", { name: "blocker" }).uncheck();
  await settled(page, `${all - blockers} of ${all}`);
  expect((await page.locator('.cause[data-severity="blocker"]:visible').count()) === 0, "blockers are still seen");
  // A link to a cause that the filter hides shows it again.
  await page.locator('.programs a[href^="#c"]').first().click();
  await settled(page, before);

  for (const name of ["Category", "Scope", "Program"]) {
    const select = page.getByRole("combobox", { name });
    const value = await select.locator("option").nth(1).getAttribute("value");
    const text = await select.locator("option").nth(1).textContent();
    await select.selectOption({ index: 1 });
    const key = await select.getAttribute("name");
    const own = await page.locator(".cause").evaluateAll(
      (causes, [key, value]) => causes.filter((cause) => cause.dataset[key].split(" ").includes(value)).length,
      [key, value ?? text],
    );
    await settled(page, own === all ? `${all} ` : `${own} of ${all}`);
    expect(own > 0 && (await shown(page)) === own, `${name} shows ${await shown(page)} causes, not ${own}`);
    await page.getByRole("button", { name: "Show all" }).click();
    await settled(page, before);
  }

  // With the keyboard alone: into the search, a word, and on to the first box.
  await page.getByLabel("Search").focus();
  await page.keyboard.type(word);
  await settled(page, `${matching} of ${all}`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement.type === "checkbox"), "Tab does not reach the boxes");
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Show all" }).press("Enter");
  await settled(page, before);

  // The tree leads to the findings of a folder, a rule's link opens its page.
  const link = page.locator("[data-search]:not([data-search=''])").first();
  if (await link.count()) {
    const search = await link.getAttribute("data-search");
    await link.click();
    expect((await page.getByLabel("Search").inputValue()) === search, "the tree does not search");
    await page.getByRole("button", { name: "Show all" }).click();
    await settled(page, before);
  }
  await page.locator(".marks a").first().click();
  await page.locator(".rule details[open]").first().waitFor({ timeout: 5000 }).catch(() => faults.push("the rule stays closed"));
};

const plain = async () => {
  const page = await open({ javaScriptEnabled: false });
  expect((await shown(page)) > 1, "nothing is seen without a script");
  expect(!(await page.locator("#filter").isVisible()), "a filter that cannot work is seen");
  for (const id of ["programs", "findings", "tree", "connections", "sound", "effort", "rules"]) {
    expect(await page.locator(`#${id} h2`).isVisible(), `${id} is not seen without a script`);
  }
  await page.emulateMedia({ media: "print" });
  const box = await page.locator(".rule .text").first().boundingBox();
  expect(box && box.height > 20, "closed parts are not printed without a script");
};

const print = async () => {
  const page = await open({ viewport: { width: 760, height: 1000 } });
  await page.emulateMedia({ media: "print" });
  for (const part of ["#filter", ".contents"]) {
    expect(!(await page.locator(part).isVisible()), `${part} is printed`);
  }
  expect((await page.pdf({ format: "A4" })).length > 10_000, "the printed page is empty");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide <= 760, `the printed page is ${wide} wide`);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect((await page.locator("main details:not([open])").count()) === 0, "closed parts are not printed");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  expect((await page.locator(".rule details[open]").count()) === 0, "what was opened to be printed stays open");
};

const readable = async (name, options) => {
  const page = await open(options);
  const width = options.viewport.width;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide <= width, `${name}: the page is ${wide} wide, ${width} are there`);
  // What is closed or far away is judged as well.
  await page.addStyleTag({ content: ".cause { content-visibility: visible !important; }" });
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  expect(passes.some((rule) => rule.id === "color-contrast"), `${name}: no contrast was looked at`);
  for (const { id, nodes } of violations) {
    faults.push(`${name}: ${id}: ${nodes.length} times, first ${nodes[0].html} ${nodes[0].failureSummary}`);
  }
};

if (word) {
  await filters();
  await plain();
  await print();
}
await readable("light", { colorScheme: "light", viewport: { width: 1280, height: 900 } });
await readable("dark", { colorScheme: "dark", viewport: { width: 1280, height: 900 } });
await readable("phone", { colorScheme: "light", viewport: { width: 360, height: 780 } });
await chrome.close();
console.log(JSON.stringify(faults));
