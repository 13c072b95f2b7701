"""How much of the reading page can be seen and how far its codes are: codes in sight, presses of Tab, and screens in length."""

CODES_IN_SIGHT = """() => [...document.querySelectorAll("[data-answer] input[name=codes]")].filter((box) => {
  const label = box.labels[0].getBoundingClientRect();
  if (!label.height || label.bottom > window.innerHeight || label.top < 0) return false;
  // In the middle and near both ends: a bar may lie over a part of it.
  return [label.top + 4, (label.top + label.bottom) / 2, label.bottom - 4].every((y) => {
    const top = document.elementFromPoint(label.left + label.width / 2, y);
    return top && (box.labels[0].contains(top) || top === box || box.parentElement.contains(top));
  });
}).length"""
SCREENS = "() => Math.round(10 * document.documentElement.scrollHeight / window.innerHeight) / 10"


def measure(page, width, height):
    """Return the codes in sight and the length of the page in screens, at a size of the window."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("window.scrollTo(0, 0)")
    return {"codes in sight": page.evaluate(CODES_IN_SIGHT), "screens": page.evaluate(SCREENS)}


def tabs_to_the_last_code(page, most=120):
    """Return how many presses of Tab, from the first, it takes until each code has been reached, by Tab or arrow keys.

    It begins where the page puts the focus: at the word of what was saved, or at the top, where "Skip to the page" is used.
    """
    reached, wanted = set(), page.locator("[data-answer] input[name=codes]").count()
    focused = "() => document.activeElement.name === 'codes' ? document.activeElement.value : ''"
    for presses in range(1, most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('a.skip')"):
            page.keyboard.press("Enter")
        code = page.evaluate(focused)
        while code and code not in reached:
            reached.add(code)
            page.keyboard.press("ArrowDown")
            code = page.evaluate(focused)
        if len(reached) == wanted:
            return presses
    return most
