// What makes the page quicker where scripts run. Everything works without it.
"use strict";

(() => {
  const form = document.querySelector("form[data-answer]");
  const field = document.querySelector("#find");

  // Codes are found while one types.
  const words = (text) => text.toLocaleLowerCase("en-GB").split(/\s+/).filter(Boolean);
  const filter = () => {
    const wanted = words(field.value);
    let n = 0;
    for (const choice of form.querySelectorAll("[data-words]")) {
      const ticked = choice.querySelector("input").checked;
      const found = wanted.every((word) => choice.dataset.words.includes(word));
      choice.hidden = !(found || ticked);
      n += found ? 1 : 0;
    }
    for (const family of form.querySelectorAll("[data-family]")) {
      family.hidden = !family.querySelector("[data-words]:not([hidden])");
    }
    document.querySelector("#found").textContent = wanted.length ? `${n} ${n === 1 ? "code" : "codes"} found` : "";
  };

  // What is typed is kept, so that nothing is lost when a session ends or a battery dies.
  let waiting = 0;
  let kept = "";
  const keep = () => {
    window.clearTimeout(waiting);
    const words = new FormData(form);
    const now = JSON.stringify([...words].filter(([name]) => name !== "csrf_token"));
    if (now === kept) {
      return;
    }
    kept = now;
    window.fetch(form.dataset.draft, { method: "POST", body: words, keepalive: true, redirect: "manual" }).catch(() => {});
  };
  const keepSoon = () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(keep, 2000);
  };

  // Keys for those who want them; they can be switched off on the page "Settings".
  const keys = {
    "/": () => field.focus(),
    n: () => form.querySelector("#none").click(),
    u: () => form.querySelector("#not_sure").click(),
    w: () => form.querySelector("#note").focus(),
    s: () => form.querySelector("button[value=save]").click(),
  };
  const isTyping = (target) => target.closest("textarea, select, input:not([type=checkbox], [type=radio])");
  const press = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) {
      return;
    }
    const shown = [...form.querySelectorAll("[data-words]:not([hidden]) input")];
    const act = /^[1-9]$/.test(event.key) ? shown[Number(event.key) - 1]?.click.bind(shown[Number(event.key) - 1]) : keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  };

  // "None of these" and "not sure" go with no code, and no code with them.
  const untick = (event) => {
    const alone = event.target.matches("[data-alone]");
    if (!event.target.checked || !(alone || event.target.name === "codes")) {
      return;
    }
    for (const box of form.querySelectorAll(alone ? "input[name=codes], [data-alone]" : "[data-alone]")) {
      box.checked = box === event.target;
    }
  };

  if (form) {
    kept = JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
    form.addEventListener("input", keepSoon);
    form.addEventListener("change", untick);
    form.addEventListener("submit", () => window.clearTimeout(waiting));
    document.addEventListener("visibilitychange", () => document.hidden && waiting && keep());
    if (field) {
      field.addEventListener("input", filter);
    }
    if (form.dataset.shortcuts === "on") {
      document.addEventListener("keydown", press);
    }
  }
})();
