() => {
  const faults = [];
  const say = (what, one) => faults.push([what, one ? one.outerHTML.slice(0, 80) : ""]);
  const all = (what) => [...document.querySelectorAll(what)];
  const check = (what, ones, bad) => ones.filter(bad).forEach((one) => say(what, one));
  const shown = (one) => one.offsetHeight > 0;
  const heading = document.querySelector("h1");
  if (document.title.split(" – ").length < 2) say("the title does not name the page");
  if (all("h1").length !== 1 || all("main").length !== 1) say("there is not one main part with one heading", heading);
  const skip = document.querySelector("body > a");
  if (!skip || !skip.hash || !document.getElementById(skip.hash.slice(1))) say("no way to skip to the page", skip);
  check("navigation without a name", all("nav"), (one) => !one.getAttribute("aria-label"));
  check("an order of its own for the keyboard", all("[tabindex]"), (one) => one.tabIndex > 0);
  check("the focus is taken away", all("[autofocus]"), (one) => !one.matches(".notice, .errors, .warning"));
  check("zooming is limited", all("meta[name=viewport]"), (one) => /user-scalable|maximum-scale/.test(one.content));
  check("an error that leads nowhere", all(".errors li"), (one) => {
    const link = one.querySelector("a");
    return !link || !link.hash || !document.getElementById(decodeURIComponent(link.hash.slice(1)));
  });
  check("a wrong field that is not said to be", all(".wrong"), (one) => {
    const field = one.matches("[aria-invalid]") ? one : one.querySelector("[aria-invalid=true]");
    const told = (field?.getAttribute("aria-describedby") || "").split(" ").map((id) => document.getElementById(id));
    return !field || !told.some((said) => said?.textContent.trim().startsWith("Error:"));
  });
  check("an error is told without being announced", all(".errors"), (one) => one.getAttribute("role") !== "alert");
  check("news that are not announced", all("#found"), (one) => one.getAttribute("role") !== "status");
  check("a notice that is not read first", all(".notice"), (one) => !one.hasAttribute("autofocus") || !one.hasAttribute("tabindex"));
  const levels = all("h1, h2, h3, h4, h5, h6").filter(shown);
  check("a level of headings is left out", levels, (one) => {
    const before = levels[levels.indexOf(one) - 1];
    return before && Number(one.tagName[1]) > Number(before.tagName[1]) + 1;
  });
  check("a field without a label that can be seen", all("input:not([type=hidden], .hidden), textarea, select"), (one) => {
    const label = one.labels?.[0];
    return shown(one) && (!label || !label.textContent.trim() || label.offsetWidth < 2);
  });
  check("choices without a question", all("input[type=radio], input[type=checkbox]"), (one) => !one.closest("fieldset:has(> legend)"));
  check("a table without a caption or headings", all("table"), (one) => !one.caption || !one.querySelector("th[scope=row]"));
  check("a cell under no heading", all("thead tr > *"), (one) => one.tagName !== "TH" || one.scope !== "col");
  check("what looks like a button is none", all(".button, .second, .quiet"), (one) => !one.matches("a[href], button"));
  check("what is pressed is no button", all("[onclick]"), () => true);
  check("a new window opens", all("a[target], form[target]"), () => true);
  const places = {};
  for (const one of all("main a")) {
    const words = one.textContent.trim();
    if (places[words] && places[words] !== one.href) say("the same words lead to two places", one);
    places[words] = one.href;
  }
  check("the direction of people's words is not said", all("blockquote"), (one) => !one.dir);
  check("marked by colour alone", all("mark"), (one) => parseFloat(getComputedStyle(one).borderBottomWidth) < 2);
  check("a link in a sentence is told by colour alone", all("main p a:not(.button)"), (one) =>
    shown(one) && !getComputedStyle(one).textDecorationLine.includes("underline"));
  if (document.getAnimations().length) say("something moves", document.getAnimations()[0].effect.target);
  check("the page leaves by itself", all("meta[http-equiv=refresh]"), () => true);
  return faults;
}
