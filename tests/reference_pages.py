"""Write docs/reference anew: what stands under the mark in each page is made from the program."""

from sample import ROOT

from pipeline.cli import SECTIONS, main
from pipeline.cli.command_reference import commands_as_markdown
from pipeline.tables.parquet import tables_as_markdown


MARK = "<!-- made -->\n\n"
REFERENCE = ROOT / "docs" / "reference"


def made_pages():
    """Return what stands under the mark in each page, by the page's name."""
    return {"commands": commands_as_markdown(main, SECTIONS), "tables": tables_as_markdown()}


if __name__ == "__main__":
    for name, content in made_pages().items():
        page = REFERENCE / f"{name}.md"
        head, _, _ = page.read_text(encoding="utf-8").partition(MARK)
        page.write_text(f"{head}{MARK}{content}", encoding="utf-8")
