"""What people of the team wrote beside the answers: the codebook, the loop, the easy-read text, the register of quotes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.codebook import SEPARATOR
from pipeline.easyread import COLUMNS as OF_EASYREAD
from pipeline.easyread import FILE as EASYREAD
from pipeline.erasing.person import Person
from pipeline.errors import CodebookError, PipelineError, StudyError
from pipeline.loop import COLUMNS as OF_LOOP
from pipeline.loop import FILE as LOOP
from pipeline.methods.repeated import repeats, without
from pipeline.quote_register import COLUMNS as OF_REGISTER
from pipeline.quote_register import FILE as REGISTER
from pipeline.quote_register import read_uses
from pipeline.review.codebook_file import reword_cells
from pipeline.study import Study
from pipeline.team_table import reword_rows


# In square brackets, so that an easy-read text cannot be approved before somebody has filled the gap.
GAP = "[words taken out: the person withdrew]"
ERASED = "erased"
_TABLES = {REGISTER: OF_REGISTER, LOOP: OF_LOOP, EASYREAD: OF_EASYREAD}


def erase_from_written(study: Study, person: Person, *, whole: bool = True) -> Iterator[str]:
    """Cut a person's words out of what the team wrote, and say where; with `whole` false, they may only not be quoted."""
    for name, columns in _TABLES.items():
        try:
            if name == REGISTER:
                yield from _places_of_print(study, person, whole=whole)
            yield from _table(study, person, name, columns)
        except StudyError as error:
            yield _unread(error)
    try:
        yield from _codebook(study, person)
    except CodebookError as error:
        yield _unread(error)
    if whole:
        yield from _settings(study, person)


def _unread(error: PipelineError) -> str:
    return f"{error} It may hold words of theirs: mend it and give the same command again, or take them out yourself."


def _places_of_print(study: Study, person: Person, *, whole: bool) -> Iterator[str]:
    for use in read_uses(study):
        if use.quote in person.segments:
            page = f", page {use.page}" if use.page else ""
            yield f"{use.where}{page} holds a quotation of theirs ({use.quote}): have it taken out there."
    if whole:
        path = study.folder / REGISTER
        reword_rows(path, OF_REGISTER, lambda cell: ERASED if cell in person.segments else cell)


def _table(study: Study, person: Person, name: str, columns: Sequence[str]) -> Iterator[str]:
    rows = reword_rows(study.folder / name, columns, lambda cell: without(cell, person.words, left=GAP))
    if rows:
        again = ", and have the text approved again" if name == EASYREAD else ""
        yield f"{name}: words of theirs are cut out of row {_and(rows)}. Write anew what is missing there{again}."


def _codebook(study: Study, person: Person) -> Iterator[str]:
    path = study.codebook
    if path is None or not path.is_file():
        return
    if path.suffix.lower() == ".csv":
        codes = reword_cells(path, lambda cell: _cell(cell, person))
        if codes:
            yield f"{path.name}: words of theirs are cut out of {_and(codes)}. See whether another example is wanted there."
    elif holds_words(path, person):
        yield f"{path.name} holds words of theirs, such as an example: take them out there yourself."


def _cell(cell: str, person: Person) -> str:
    """Take out an entry of a list as a whole, and cut other text."""
    entries = [one for one in cell.split(SEPARATOR) if SEPARATOR not in cell or not repeats(one, person.words)]
    return without(SEPARATOR.join(entries), person.words, left=GAP)


def holds_words(path: Path, person: Person) -> bool:
    """Say whether a file holds words of theirs."""
    from pipeline.erasing.traces import texts_of

    return any(repeats(text, person.words) for text in texts_of(path))


def _settings(study: Study, person: Person) -> Iterator[str]:
    """Say where `study.toml` names them; it is not changed, since a known name keeps others' answers masked."""
    lines = (study.folder / "study.toml").read_text(encoding="utf-8-sig").splitlines()
    named = [number for number, line in enumerate(lines, start=1) if _names(line, person)]
    if named:
        yield (
            f"study.toml, line {_and(named)}, holds their id or words of theirs. Take it out there yourself, unless it is a "
            "known name that others' answers must stay masked for."
        )


def _names(line: str, person: Person) -> bool:
    quoted = line.replace("'", '"').split('"')[1::2]
    return person.respondent in quoted or repeats(line, person.words)


def _and(found: list[int] | list[str]) -> str:
    return ", ".join(map(str, found))
