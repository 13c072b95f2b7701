// What makes the page quicker where scripts run. Everything works without it.
"use strict";

(() => {
  const form = document.querySelector("form[data-answer]");
  if (!form) {
    return;
  }
  const field = form.querySelector("#find");
  const finder = form.querySelector(".finder");
  const all = (what) => [...form.querySelectorAll(what)];
  const boxes = () => all("[data-words]:not([hidden]) input");

  // One order for all: the codes that are found, as they stand on the page. Their keys stand beside them.
  const KEYS = [..."123456789abcdefghijklmopqrtvxyz"];
  const inOrder = () => boxes().filter((box) => !box.closest("[data-ticked-only]"));
  const letterKeys = () => {
    const keyOf = new Map(form.dataset.shortcuts === "on" ? inOrder().map((box, place) => [box, KEYS[place]]) : []);
    for (const box of all("[data-words] input")) {
      const shown = box.labels[0].querySelector("kbd");
      const key = keyOf.get(box);
      shown.textContent = key || "";
      shown.hidden = !key;
      key ? box.setAttribute("aria-keyshortcuts", key) : box.removeAttribute("aria-keyshortcuts");
    }
    for (const shown of all("[data-alone] + label kbd")) {
      shown.hidden = form.dataset.shortcuts !== "on";
    }
  };

  // Tab goes from family to family, the arrow keys from code to code.
  const setStops = () => {
    for (const family of all(".family")) {
      const inside = [...family.querySelectorAll(".choice:not([hidden]) > input")];
      const stop = inside.find((box) => box === document.activeElement) || inside.find((box) => box.checked) || inside[0];
      inside.forEach((box) => { box.tabIndex = box === stop ? 0 : -1; });
    }
  };
  const step = (box, by) => {
    const every = all(".family .choice:not([hidden]) > input");
    const next = every[every.indexOf(box) + by];
    if (next) {
      next.focus();
      next.labels[0].scrollIntoView({ block: "nearest" });
    }
  };
  const ARROWS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

  // Codes are found while one types.
  const words = (text) => text.toLocaleLowerCase("en-GB").split(/\s+/).filter(Boolean);
  const filter = () => {
    const wanted = words(field.value);
    let n = 0;
    for (const choice of all("[data-words]")) {
      const ticked = choice.querySelector("input").checked;
      const found = wanted.every((word) => choice.dataset.words.includes(word));
      choice.hidden = !(found || ticked);
      choice.toggleAttribute("data-ticked-only", !found);
      n += found ? 1 : 0;
    }
    for (const family of all("[data-family]")) {
      family.hidden = !family.querySelector("[data-words]:not([hidden])");
    }
    // It is looked for already, so that Enter on a code saves and does not look for it once more.
    form.elements.sought.value = field.value.trim();
    form.querySelector("#found").textContent = wanted.length ? `${n} ${n === 1 ? "code" : "codes"} found` : "";
    letterKeys();
    setStops();
  };
  const searched = (event) => {
    // Enter goes to the first code that was found, so that a key or the space bar ticks what the eye is on.
    if (event.key === "Enter") {
      event.preventDefault();
      inOrder()[0]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      field.value = "";
      filter();
      inOrder()[0]?.focus();
    }
  };

  // Where the program was stopped, nothing that is pressed arrives: who types hears of it, and has the words in this window.
  const gone = document.createElement("div");
  gone.className = "warning";
  gone.setAttribute("role", "alert");
  gone.textContent = "This page cannot reach the program. Keep this window open: what you chose and typed is here. "
    + "It is sent when the program runs again and you save.";
  const tellGone = () => {
    // Kept for the next try.
    kept = "";
    form.querySelector(".scroll").prepend(gone);
  };

  // What is typed is kept, so that nothing is lost when a session ends or a battery dies.
  let waiting = 0;
  let kept = "";
  const wait = (then = 0) => {
    window.clearTimeout(waiting);
    waiting = then && window.setTimeout(keep, then);
  };
  const keep = () => {
    wait();
    if (!form.dataset.draft) {
      return;
    }
    const words = new FormData(form);
    const now = JSON.stringify([...words].filter(([name]) => name !== "csrf_token"));
    if (now === kept) {
      return;
    }
    kept = now;
    window.fetch(form.dataset.draft, { method: "POST", body: words, keepalive: true, redirect: "manual" })
      .then(() => gone.remove()).catch(tellGone);
  };
  const keepSoon = () => wait(2000);

  // Keys for those who want them; they can be switched off on the page "Settings".
  const show = () => {
    const meaning = document.activeElement.closest?.(".choice")?.querySelector("details");
    if (meaning) {
      meaning.open = !meaning.open;
    }
  };
  const find = () => {
    if (!finder) {
      return;
    }
    finder.open = true;
    field.focus();
  };
  const keys = {
    "/": find,
    "?": show,
    n: () => form.querySelector("#none").click(),
    u: () => form.querySelector("#not_sure").click(),
    w: () => form.querySelector("#note")?.focus(),
    s: () => form.querySelector("button[value=save]").click(),
  };
  const isTyping = (target) => target.closest("textarea, select, input:not([type=checkbox], [type=radio])");
  const tick = (box) => {
    box.click();
    box.focus();
    setStops();
  };
  const press = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) {
      return;
    }
    const box = inOrder()[KEYS.indexOf(event.key)];
    const act = box ? () => tick(box) : keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  };
  const move = (event) => {
    if (event.target.matches(".family input") && ARROWS[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      step(event.target, ARROWS[event.key]);
    }
  };

  // "None of these" and "not sure" go with no code, and no code with them.
  const untick = (event) => {
    const alone = event.target.matches("[data-alone]");
    if (!event.target.checked || !(alone || event.target.name === "codes")) {
      return;
    }
    for (const box of all(alone ? "input[name=codes], [data-alone]" : "[data-alone]")) {
      box.checked = box === event.target;
    }
  };

  kept = JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
  form.addEventListener("input", keepSoon);
  form.addEventListener("change", untick);
  form.addEventListener("keydown", move);
  form.addEventListener("focusin", setStops);
  // What is sent is no draft any more, also when its page is left.
  form.addEventListener("submit", () => wait());
  document.addEventListener("visibilitychange", () => document.hidden && waiting && keep());
  field?.addEventListener("input", filter);
  field?.addEventListener("keydown", searched);
  if (form.dataset.shortcuts === "on") {
    document.addEventListener("keydown", press);
  }
  letterKeys();
  setStops();
  // In a long answer, the marked words are what one came for; where a warning hides it, the warning comes first.
  const box = document.querySelector(".beside");
  const mark = box?.querySelector("mark");
  if (mark && !mark.closest("details:not([open])") && box.scrollHeight > box.clientHeight) {
    box.scrollTop = Math.max(0, mark.offsetTop - box.offsetTop - box.clientHeight / 3);
  }
})();

// How far a run is, without anybody having to ask; without scripts there is a link that asks.
(() => {
  const place = () => document.querySelector("[data-run]");
  const look = async () => {
    const page = await window.fetch(window.location.href).then((answer) => answer.text()).catch(() => "");
    const now = new DOMParser().parseFromString(page, "text/html").querySelector("[data-run]");
    // A page without it says why, such as that the session has ended.
    if (page && now?.dataset.run !== "running") {
      window.location.reload();
      return;
    }
    // Where the server did not answer, it is asked again.
    if (now && now.textContent !== place().textContent) {
      place().replaceChildren(...now.childNodes);
    }
    window.setTimeout(look, 2000);
  };
  if (place()?.dataset.run === "running") {
    window.setTimeout(look, 2000);
  }
})();

// Read an answer aloud, by a voice of this machine only: others send the words to somebody's server.
(() => {
  const voices = window.speechSynthesis;
  const answer = document.querySelector(".answer");
  if (!voices || !answer || !("aloud" in document.documentElement.dataset)) {
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet aloud";
  const usual = "Read aloud";
  const silent = document.createElement("p");
  silent.className = "hint";
  silent.setAttribute("role", "status");
  const languageOf = (element) => element.closest("[lang]").lang.toLowerCase();
  const voiceFor = (language) => {
    const ours = voices.getVoices().filter((each) => each.localService);
    const first = (tag) => ours.find((each) => {
      const spoken = each.lang.toLowerCase().replace("_", "-");
      return spoken === tag || spoken.startsWith(`${tag}-`);
    });
    const short = language.split("-")[0];
    return first(short === "en" ? "en-gb" : language) || first(short);
  };
  // The question and the answer may be in two languages, and each is read in its own.
  const spoken = () => [...answer.querySelectorAll("h2, blockquote")].filter((part) => voiceFor(languageOf(part)));
  const words = (part) => {
    const copy = part.cloneNode(true);
    for (const number of copy.querySelectorAll(".number-of, .hint, button")) {
      number.remove();
    }
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const stop = () => {
    voices.cancel();
    button.textContent = usual;
  };
  const speak = () => {
    if (voices.speaking) {
      stop();
      return;
    }
    const utterances = spoken().map((part) => {
      const utterance = new SpeechSynthesisUtterance(words(part));
      utterance.voice = voiceFor(languageOf(part));
      utterance.lang = utterance.voice.lang;
      return utterance;
    });
    utterances[utterances.length - 1].onend = stop;
    button.textContent = "Stop reading aloud";
    utterances.forEach((utterance) => voices.speak(utterance));
  };
  const offer = () => {
    const said = answer.querySelector("blockquote");
    if (voiceFor(languageOf(said))) {
      silent.remove();
      button.textContent = usual;
      answer.append(button);
    } else if (voices.getVoices().length) {
      const name = new Intl.DisplayNames("en-GB", { type: "language" }).of(languageOf(said).split("-")[0]);
      silent.textContent = `This computer has no voice of its own for ${name}, so this answer cannot be read aloud here.`;
      button.remove();
      answer.append(silent);
    }
  };
  button.addEventListener("click", speak);
  // Some browsers know their voices only after a while.
  voices.addEventListener?.("voiceschanged", offer);
  window.addEventListener("pagehide", () => voices.cancel());
  offer();
})();

// A link that is to be sent to somebody is copied by one button, where the browser lets a page do so.
(() => {
  for (const link of document.querySelectorAll("[data-copied]")) {
    if (navigator.clipboard) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "second";
      button.textContent = "Copy the link";
      button.addEventListener("click", async () => {
        // A browser may refuse, by the settings of whoever looks after the machine.
        button.textContent = await navigator.clipboard.writeText(link.textContent)
          .then(() => "Copied", () => "The browser did not let it be copied: mark the link and copy it yourself");
      });
      link.parentElement.after(button);
    }
  }
})();
