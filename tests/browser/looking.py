"""What we look for on a page ourselves, since axe-core and html-validate do not: each fault with the element it is on."""

from pathlib import Path


LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPEN_ALL = """
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  // axe cannot see what is scrolled out of sight inside a page, so that all of it is laid out as a small window has it.
  for (const box of document.querySelectorAll(".page, .scroll, .beside"))
    Object.assign(box.style, { height: "auto", maxHeight: "none", overflow: "visible" });
"""
SMALL = """[...document.querySelectorAll("button, .button, .choice > label")]
  .filter((one) => one.offsetHeight && one.offsetHeight < 44).map((one) => one.textContent.trim())"""
STATIC = (Path(__file__).with_name("looking.js")).read_text(encoding="utf-8")
SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
CUT_OFF = """() => [...document.querySelectorAll("main :is(p, li, label, h1, h2, h3, button, legend, td, th)")]
  .filter((one) => one.offsetHeight && getComputedStyle(one).overflow === "hidden" && !one.matches(".hidden, thead *"))
  .filter((one) => one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2)
  .map((one) => one.outerHTML.slice(0, 80))"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const seen = [one, one.nextElementSibling].filter(Boolean).map((each) => getComputedStyle(each));
  const box = one.getBoundingClientRect();
  const at = document.elementFromPoint(box.x + Math.min(box.width, 20) / 2, box.y + Math.min(box.height, 20) / 2);
  const label = one.labels?.[0];
  return {
    html: one.outerHTML.slice(0, 80),
    outlined: seen.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    covered: Boolean(at) && !one.contains(at) && !at.contains(one) && !label?.contains(at),
    last: Boolean(one.closest("footer")),
  };
}"""


def follow(control):
    """Press a link or button and wait for the page that it leads to."""
    with control.page.expect_navigation():
        control.click()


def own_faults(page):
    """Return what is wrong by our own rules with the page as it stands; the focus is moved through it."""
    return [*map(tuple, page.evaluate(STATIC)), *_clipped(page), *_focus(page)]


def _clipped(page):
    """Return what is cut off when somebody sets the spacing of text (WCAG 1.4.12)."""
    handle = page.evaluate_handle(
        "(css) => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; return s; }", SPACED
    )
    found = page.evaluate(CUT_OFF)
    page.evaluate("document.adoptedStyleSheets = []")
    handle.dispose()
    return [("text is cut off when its spacing is set", one) for one in found]


def _focus(page, most=120):
    """Walk through the page with Tab: each stop can be seen, nothing covers it, and the walk comes to the foot of the page."""
    faults, stops, last = [], [], False
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        if len(stops) > 1 and stops[-1] == stops[-2] == stop["html"]:
            return [*faults, ("the keyboard cannot leave", stop["html"])]
        stops.append(stop["html"])
        last = last or stop["last"]
        faults += [("focus cannot be seen", stop["html"])] if not stop["outlined"] else []
        faults += [("focus is covered", stop["html"])] if stop["covered"] else []
    return faults if last or not stops else [*faults, ("the keyboard does not come to the foot of the page", stops[-1])]
