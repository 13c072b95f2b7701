"""Codes whose ids were made of a person's words, as of a new code's label: they are called otherwise wherever they stand."""

from collections.abc import Iterator, Mapping
from itertools import count

from pipeline.codebook.codebook import read_codebook
from pipeline.erasure.decision_rows import codes_in_store
from pipeline.erasure.person import ErasedPerson
from pipeline.errors import CodebookError
from pipeline.study.study import Study


def codes_called_otherwise(study: Study, person: ErasedPerson) -> Mapping[str, str]:
    """Return another id for each code whose id holds words of the person."""
    codes = list(dict.fromkeys((*_of_codebook(study), *codes_in_store(study))))
    taken = {code.casefold() for code in codes}
    free = (name for number in count(1) if (name := f"code-{number}") not in taken)
    return {code: next(free) for code in codes if person.wording.holds(code)}


def _of_codebook(study: Study) -> Iterator[str]:
    if study.codebook is None or not study.codebook.is_file():
        return
    try:
        yield from (code.code for code in read_codebook(study.codebook).codes)
    except CodebookError:
        # It is looked through cell by cell all the same, and named where it cannot be.
        return
