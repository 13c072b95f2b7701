"""Pack excerpts for a person to code in a spreadsheet or on paper, in the order that helps most."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from pipeline.decisions.decision import Drawn
from pipeline.decisions.showings import note_packed
from pipeline.decisions.store import decisions, open_store
from pipeline.errors import ReviewError
from pipeline.exchange.sheets.excerpt_sheet import excerpts_to_review
from pipeline.exchange.sheets.pages import Pages
from pipeline.exchange.sheets.sheet import PackedExcerpts
from pipeline.methods.active_learning.sampling import GIVEN, draw
from pipeline.runtime.plain_files import is_there
from pipeline.runtime.scratch import scratch_of
from pipeline.study.study import Study
from pipeline.tables.csv_files import write_csv
from pipeline.workflow.results import read_results


def pack(
    study: Study, *, order: str = GIVEN, n: int = 50, out: Path | None = None, reviewer: str | None = None, seed: int = 42
) -> tuple[Path, int]:
    """Write at most n excerpts to code, as .xlsx, .csv or a .docx for paper; return the path and how many excerpts it has.

    Left out are excerpts that people have decided on, or those that this reviewer has. An audit draws from all excerpts,
    decided ones too, and leaves out only those an audit has drawn before. The sheet does not show what the model would say.
    What was drawn, and how, is recorded in the store: what the sheet says of it when it comes back is not believed.

    Raises
    ------
    ReviewError
        There is no such order, nothing is left to review, or the file is there already.
    DataError
        The study has not been run yet.
    """
    path = out or study.exports / "sheet.xlsx"
    write = _writer(path)
    source = read_results(study, ("segments", "comments", "suggestions"))
    codes = [code.code for code in source.codebook.codes]
    made = decisions(study)
    if reviewer is not None:
        # Each reviewer has to read an excerpt that others decided on, too, or nobody could be compared.
        made = made[made["reviewer"].str.casefold() == reviewer.casefold()]
    chosen = draw(source["segments"], source["suggestions"], made, codes, order=order, n=n, seed=seed)
    if chosen.empty:
        raise ReviewError("Nothing is left to review in this order; people have decided on every excerpt.")
    path.parent.mkdir(parents=True, exist_ok=True)
    words = dict(zip(source["segments"]["segment_id"], source["segments"]["text"], strict=True))
    table = excerpts_to_review(source, chosen, drawn=order)
    pages = Pages(source.study.settings.name, source.codebook, table, PackedExcerpts(words), reviewer or "")
    drawn = next(way for way in get_args(Drawn) if way == order)
    with scratch_of(study.folder), open_store(study) as store, store.together():
        # Together: a sheet of which there is no record could count for no audit.
        note_packed(store, chosen["segment_id"].tolist(), drawn=drawn, reviewer=reviewer or "")
        write(pages, path)
    return path, len(chosen)


def _writer(path: Path) -> Callable[[Pages, Path], None]:
    from pipeline.exchange.sheets.coding_workbook import write_workbook
    from pipeline.exchange.sheets.paper_form import write_form

    if is_there(path):
        raise ReviewError(f"{path.name} is there already and may hold somebody's answers; give another name with --out.")
    writers = {".csv": lambda pages, path: write_csv(pages.excerpts, path), ".xlsx": write_workbook, ".docx": write_form}
    if path.suffix.lower() not in writers:
        raise ReviewError(f"{path.name}: excerpts are written as .xlsx, .csv or .docx; let the name end so.")
    return writers[path.suffix.lower()]
