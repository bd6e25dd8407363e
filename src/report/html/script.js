
"use strict";
(() => {
  const form = document.getElementById("filter");
  // A link to a rule or a cause opens it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const page = target && target.closest(".rule");
    if (page) page.querySelector("details").open = true;
    const cause = target && target.closest(".cause");
    if (cause && cause.hidden) {
      form.reset();
      // Behind what the reset does by itself.
      setTimeout(() => cause.scrollIntoView());
    }
  };
  addEventListener("hashchange", reveal);
  if (!form) return reveal();

  const query = document.getElementById("query");
  const matches = document.getElementById("matches");
  const causes = [...document.querySelectorAll(".cause")].map((element) => ({
    element,
    data: element.dataset,
    places: Number(element.dataset.places),
    text: element.textContent.toLowerCase(),
  }));
  const groups = [...document.querySelectorAll("[data-group]")];
  const count = (number, noun) => number + " " + noun + (number === 1 ? "" : "s");

  const apply = () => {
    const severities = [...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value);
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const choices = [...form.querySelectorAll("select")].filter((select) => select.value !== "");
    let number = 0;
    let places = 0;
    for (const cause of causes) {
      const isShown =
        severities.includes(cause.data.severity) &&
        choices.every((select) => cause.data[select.name].split(" ").includes(select.value)) &&
        words.every((word) => cause.text.includes(word));
      cause.element.hidden = !isShown;
      if (isShown) {
        number += 1;
        places += cause.places;
      }
    }
    for (const group of groups) group.hidden = !group.querySelector(".cause:not([hidden])");
    const of = number === causes.length ? "" : " of " + causes.length;
    matches.textContent = number === 0
      ? "No finding matches"
      : number + of + (causes.length === 1 ? " root cause" : " root causes") + " in " + count(places, "place");
  };

  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 80);
  });
  // The fields have their first values only after the event.
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("click", (event) => {
    const link = event.target.closest("[data-search]");
    if (!link) return;
    event.preventDefault();
    form.reset();
    query.value = link.dataset.search;
    setTimeout(apply);
    document.getElementById("findings").scrollIntoView();
    query.focus({ preventScroll: true });
  });
  // What was opened for printing closes again.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
  form.hidden = false;
  // A browser may have kept what was typed before the page was loaded again.
  apply();
  reveal();
})();
