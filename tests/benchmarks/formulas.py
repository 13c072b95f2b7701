"""Write every table of a study whose every word tries to be a formula, open each in LibreOffice, and count what it works out.

Run `python tests/benchmarks/formulas.py`; LibreOffice must be installed. A live formula beside them shows that one would be seen.
"""

import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from small_study import Tables, build_study, build_tables, save

from pipeline.codebook.codebook import Code, Codebook, write_codebook
from pipeline.codebook.edit_file import add_code
from pipeline.exchange.sheets.pack import pack
from pipeline.report import export
from pipeline.review.effort import write_time_spent
from pipeline.review.session import open_review
from pipeline.study.actions import start_loop
from pipeline.study.easy_read import Idea, start_ideas
from pipeline.study.quote_uses import note_use
from pipeline.study.study import Study
from pipeline.tables.csv_files import write_csv


STARTS: tuple[str, ...] = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://127.0.0.1","x")',
    "＝1+1",
    "=cmd|' /c x'!A0",
)
STARTS += ("\x01=1+1", "﹦1+1", "\u2066=1+1")
# Comma, quotation marks, UTF-8, from the first line; and whatever looks like a formula is worked out.
_AS_A_PERSON_WOULD = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,,true"


def main() -> None:
    """Write the sheets, convert each to flat XML, and count the cells that hold a formula."""
    with tempfile.TemporaryDirectory() as place:
        paths = _tables(Path(place))
        found = {path.name: _formulas(path, Path(place) / "out") for path in paths}
        control = Path(place) / "control.csv"
        control.write_text("a\n=1+1\n", encoding="utf-8-sig")
        seen = _formulas(control, Path(place) / "out")
    figures = {"sheets": len(found), "formulas": sum(found.values()), "seen in a live one": seen, "in each": found}
    sys.stdout.write(json.dumps(figures) + "\n")


def _tables(place: Path) -> list[Path]:
    study = build_study(place / "study")
    frames = dict(build_tables(study).frames)
    starts = [STARTS[number % len(STARTS)] for number in range(len(frames["segments"]))]
    frames["segments"] = frames["segments"].assign(text=starts)
    frames["quotes"] = frames["quotes"].assign(text=STARTS[0], caption=STARTS[6], approved=True)
    frames["themes"] = frames["themes"].assign(title=STARTS[4], keywords=STARTS[3], named=True)
    save(study, Tables(frames))
    exported = export(study, to=["tables", "quotes", "review", "xlsx", "docx", "loop"])
    return [
        *(path for path in exported if path.suffix != ".html"),
        *_of_the_team(study, place, str(frames["quotes"]["segment_id"][0])),
    ]


def _of_the_team(study: Study, place: Path, quote: str) -> list[Path]:
    """Write what people type into: the codebook, the loop, the easy-read text, the register, sheets of excerpts, hours."""
    texts = [" ".join(start.split()).replace("|", "/").strip("\x01") for start in STARTS]
    codes = tuple(
        Code(f"c{place}", text, text, text, text, text, (text, text), (text,), text, text) for place, text in enumerate(texts)
    )
    books = [place / "book.csv", place / "book.xlsx"]
    for path in books:
        write_codebook(Codebook(codes), path)
    for number, text in enumerate(texts):
        add_code(books[0], f"{text}{number}", {"label": text, "definition": text, "examples": text})
    start_loop(study, STARTS)
    start_ideas(study, [Idea(start, start, start) for start in STARTS])
    for start in STARTS:
        note_use(study, quote, where=start, page=start, by=start, when=date(2026, 1, 1), ids={quote})
    sheets = [pack(study, n=500, out=place / f"sheet{suffix}")[0] for suffix in (".xlsx", ".csv", ".docx")]
    with open_review(study) as review:
        for start in texts:
            review.write(lambda store, name=start: store.add_reviewer(name, name))  # type: ignore[misc]
        hours = write_time_spent(review, place / "hours.csv")
    import pandas as pd

    write_csv(pd.DataFrame({"any": STARTS}), place / "any.csv")
    kept = [study.folder / name for name in ("loop.csv", "easyread.csv", "quotes_used.csv")]
    return [*books, *kept, *sheets, hours, place / "any.csv"]


def _formulas(path: Path, folder: Path) -> int:
    """Return how many cells of a sheet are formulas or links; of a document, how many fields look something up."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    to = "fodt" if path.suffix == ".docx" else "fods"
    how = [_AS_A_PERSON_WOULD] if path.suffix == ".csv" else []
    command = ["soffice", profile, "--headless", *how, "--convert-to", to, "--outdir", str(folder), str(path)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    text = (folder / f"{path.stem}.{to}").read_text(encoding="utf-8")
    signs = ("table:formula=", "text:dde-", "text:database-", "text:conditional-text", 'xlink:href="http', 'xlink:href="file')
    return sum(text.count(sign) for sign in signs)


if __name__ == "__main__":
    main()
