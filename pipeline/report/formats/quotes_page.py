"""The bank of quotations as one page: whole without a script, and filtered with the little one that it brings."""

import base64
import hashlib
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pipeline.report.quote_bank import QuoteBank

SCRIPT = """
const form = document.getElementById("filter"), said = document.getElementById("found");
const quotes = [...document.querySelectorAll("article[data-code]")];
function show() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.words.trim().toLowerCase();
  let n = 0;
  for (const quote of quotes) {
    const fits = ["code", "group", "reason"].every(name => !wanted[name] || quote.dataset[name] === wanted[name])
      && (!words || quote.textContent.toLowerCase().includes(words));
    quote.hidden = !fits;
    n += fits;
  }
  for (const part of document.querySelectorAll("section.code")) {
    part.hidden = !part.querySelector("article:not([hidden])");
  }
  said.textContent = n + " of " + quotes.length + " entries shown";
}
form.hidden = false;
form.addEventListener("input", show);
form.addEventListener("reset", () => setTimeout(show));
form.addEventListener("submit", event => event.preventDefault());
show();
"""


def render_page(title: str, notice: str, bank: "QuoteBank") -> str:
    """Set the bank as a page; the script is allowed by its hash, and nothing else may run or be fetched."""
    from pipeline.report.blocks import IN_OTHER_WORDS
    from pipeline.report.formats.html import fill_template
    from pipeline.report.quote_bank import facts_of

    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return fill_template(
        "quotes.html.j2",
        title=title,
        notice=notice,
        bank=bank,
        codes=list(bank.by_code.items()),
        groups=sorted({quotation.caption for quotation in bank.quotations if quotation.caption}),
        reasons=list(dict.fromkeys(quotation.picked_as.partition(":")[0] for quotation in bank.quotations)),
        facts_of=facts_of,
        in_other_words=IN_OTHER_WORDS,
        script=SCRIPT,
        digest=digest,
    )
