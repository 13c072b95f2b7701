"""What people of the study wrote beside the answers: the codebook, the loop, the easy-read text, the register of quotes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.codebook.codebook import SEPARATOR
from pipeline.codebook.edit_file import every_cell as cells_of_codebook
from pipeline.codebook.edit_file import reword_cells
from pipeline.erasure.decision_rows import words_in_store
from pipeline.erasure.person import ErasedPerson
from pipeline.erasure.traces import holds_words
from pipeline.errors import CodebookError, PipelineError, StudyError
from pipeline.methods.text.cutting import Cell, Cutter, Place
from pipeline.methods.text.repeats import repeats
from pipeline.runtime.edited_csv import every_cell, reword_rows
from pipeline.study.actions import COLUMNS as OF_LOOP
from pipeline.study.actions import FILE as LOOP
from pipeline.study.easy_read import COLUMNS as OF_EASYREAD
from pipeline.study.easy_read import FILE as EASYREAD
from pipeline.study.quote_uses import COLUMNS as OF_REGISTER
from pipeline.study.quote_uses import FILE as REGISTER
from pipeline.study.quote_uses import read_uses
from pipeline.study.report_findings import COLUMNS as OF_FINDINGS
from pipeline.study.report_findings import FILE as FINDINGS
from pipeline.study.study import Study


ERASED = "erased"
_TABLES = {REGISTER: OF_REGISTER, LOOP: OF_LOOP, EASYREAD: OF_EASYREAD, FINDINGS: OF_FINDINGS}


def doubtful_places(study: Study, person: ErasedPerson, *, whole: bool = True) -> list[Place]:
    """Return every place in what people wrote that only a person can decide on, in the order of the files."""
    cutter = Cutter(person.wording)
    places = [place for cell, text in _written(study, whole=whole) for place in cutter.doubtful(text, cell)]
    return list(dict.fromkeys(places))


def _written(study: Study, *, whole: bool) -> Iterator[tuple[Cell, str]]:
    for name, columns in _TABLES.items():
        try:
            cells = every_cell(study.folder / name, columns)
        except StudyError:
            # Named as unread when it is its turn to be cut.
            continue
        yield from ((_cell(name, row, column), text) for row, column, text in cells)
    path = study.codebook
    if path is not None and path.is_file() and path.suffix.lower() == ".csv":
        with suppress(CodebookError):
            yield from [(_cell(path.name, row, column), text) for row, column, text in cells_of_codebook(path)]
    yield from words_in_store(study, whole=whole)


def _cell(name: str, row: int, column: str) -> Cell:
    return Cell(name, f"row {row}, column {column}" if column else f"row {row}")


def erase_from_written(
    study: Study, person: ErasedPerson, cutter: Cutter, codes: Mapping[str, str], *, whole: bool = True
) -> Iterator[str]:
    """Cut a person's words out of what the team wrote, and say where; with `whole` false, they may only not be quoted."""
    for name, columns in _TABLES.items():
        try:
            if name == REGISTER:
                yield from _places_of_print(study, person, whole=whole)
            yield from _table(study, cutter, codes, name, columns)
        except StudyError as error:
            yield _unread(error, study.folder / name, person)
    try:
        yield from _codebook(study, person, cutter, codes)
    except CodebookError as error:
        yield _unread(error, study.codebook or study.folder, person)
    if whole:
        yield from _settings(study, person)


def _unread(error: PipelineError, path: Path, person: ErasedPerson) -> str:
    # Once the person is gone, their words cannot be looked for again.
    if holds_words(path, person):
        return f"{error} It holds words of theirs: take them out yourself."
    return f"{error} No words of theirs were found in it, as far as it can be read; look through it yourself."


def _places_of_print(study: Study, person: ErasedPerson, *, whole: bool) -> Iterator[str]:
    for use in read_uses(study):
        if use.quote in person.segments:
            page = f", page {use.page}" if use.page else ""
            yield f"{use.where}{page} holds a quotation of theirs ({use.quote}): have it taken out there."
    if whole:
        path = study.folder / REGISTER
        reword_rows(path, OF_REGISTER, lambda row, column, cell: ERASED if cell in person.segments else cell)


def _table(study: Study, cutter: Cutter, codes: Mapping[str, str], name: str, columns: Sequence[str]) -> Iterator[str]:
    def reword(row: int, column: str, cell: str) -> str:
        # The ids in the register are no words, and stay where somebody withdraws from being quoted only.
        return cell if column == "quote" else codes.get(cell) or cutter.cut(cell, _cell(name, row, column))

    rows = reword_rows(study.folder / name, columns, reword)
    if rows:
        again = ", and have the text approved again" if name == EASYREAD else ""
        yield f"{name}: words of theirs are cut out of row {_listed(rows)}. Write anew what is missing there{again}."


def _codebook(study: Study, person: ErasedPerson, cutter: Cutter, codes: Mapping[str, str]) -> Iterator[str]:
    path = study.codebook
    if path is None or not path.is_file():
        return

    def reword(row: int, column: str, cell: str) -> str:
        named = codes.get(cell.strip()) if column in ("code", "parent") else None
        return named or cutter.cut_list(cell, _cell(path.name, row, column), separator=SEPARATOR)

    if path.suffix.lower() == ".csv":
        changed = reword_cells(path, reword)
        if changed:
            yield f"{path.name}: words of theirs are cut out of {_listed(changed)}. See whether another example is wanted there."
        for code in codes.values():
            yield f"The id of a code was made of words of theirs; it is called {code} from now on, wherever it stands."
    elif holds_words(path, person):
        yield f"{path.name} holds words of theirs, such as an example: take them out there yourself."


def _settings(study: Study, person: ErasedPerson) -> Iterator[str]:
    # `study.toml` is not changed: a known name keeps others' answers masked, and only a person can tell.
    lines = (study.folder / "study.toml").read_text(encoding="utf-8-sig").splitlines()
    named = [number for number, line in enumerate(lines, start=1) if _names(line, person)]
    if named:
        yield (
            f"study.toml, line {_listed(named)}, holds their id or words of theirs. Take it out there yourself, unless it is a "
            "known name that others' answers must stay masked for."
        )


def _names(line: str, person: ErasedPerson) -> bool:
    quoted = line.replace("'", '"').split('"')[1::2]
    return person.respondent in quoted or bool(person.wording.passages(line)) or repeats(line, person.words)


def _listed(rows: Iterable[int | str]) -> str:
    return ", ".join(map(str, rows))
