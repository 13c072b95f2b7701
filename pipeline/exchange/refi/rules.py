"""What makes a project sound beyond its schema: GUIDs that are unique and resolve, and places that are inside their text."""

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.errors import DataError
from pipeline.exchange.refi.project import Project


_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHOWN = 10
# Bytes a file inside a project may have, by section 8 of the standard.
LARGEST = 2_147_483_647


def check_project(project: Project) -> None:
    """Raise DataError that lists each broken rule; a GUID is named, never the words at it."""
    wrong = list(faults(project))
    if wrong:
        more = f"\n  and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        raise DataError(
            "The project would not be sound, so it was not written:\n"
            + "\n".join(f"  {fault}" for fault in wrong[:_SHOWN])
            + more
        )


def faults(project: Project) -> Iterator[str]:
    """Yield each broken rule as a sentence."""
    for guid, n in Counter(all_guids(project)).items():
        if n > 1:
            yield f"the GUID {guid} is used {n} times; each must be used once."
        if not _GUID.fullmatch(guid):
            yield f"{guid or 'an empty text'} is no GUID."
    yield from _reference_faults(project)
    yield from _faults_for_others(project)
    for source, selection in project.selections():
        if not 0 <= selection.start < selection.end <= len(source.text):
            yield (
                f"selection {selection.guid} is from {selection.start} to {selection.end}, "
                f"but its source has {len(source.text):,} characters."
            )
    for source in project.sources:
        if len(source.text.encode("utf-8", "surrogatepass")) > LARGEST:
            yield f"source {source.guid}: larger than the {LARGEST:,} bytes that the standard allows."


def _faults_for_others(project: Project) -> Iterator[str]:
    """Yield what the standard allows and other programs stop at, or lose codings over."""
    for note in project.notes:
        if not note.made_at:
            yield f"note {note.guid} has no date."
    alone: Counter[tuple[str, int, int, str]] = Counter()
    for source, selection in project.selections():
        if not (selection.user and selection.made_at):
            yield f"selection {selection.guid} has no user or no date."
        if len(selection.codings) > 1 or any(coding.user != selection.user for coding in selection.codings):
            yield f"selection {selection.guid} has more codings than one, or one of another user."
        if not selection.codings:
            alone[source.guid, selection.start, selection.end, selection.user] += 1
    for (source_guid, start, end, _), n in alone.items():
        if n > 1:
            yield f"source {source_guid}: {n} selections without a coding from {start} to {end} are of one user."


def all_guids(project: Project) -> Iterator[str]:
    """Yield the GUID of everything in a project that has one."""
    for parts in (project.users, project.variables, project.cases, project.sources, project.notes):
        yield from (part.guid for part in parts)
    # A case may stand among the codes, too, under the same GUID: so NVivo writes it and others read it.
    yield from (guid for guid, _ in project.codes if guid not in project.case_codes)
    yield from (selection.guid for _, selection in project.selections())
    yield from (coding.guid for _, coding in project.codings())


def _reference_faults(project: Project) -> Iterator[str]:
    # A coding may have no user: the standard does not ask for one.
    users = {user.guid for user in project.users} | {""}
    codes = {guid for guid, _ in project.codes}
    notes = {note.guid for note in project.notes}
    variables = {variable.guid for variable in project.variables}
    places = {selection.guid for _, selection in project.selections()}
    for selection, coding in project.codings():
        yield from _dangling(f"coding {coding.guid}", "code", [coding.code], codes)
        yield from _dangling(f"coding {coding.guid}", "user", [coding.user], users)
        yield from _dangling(f"coding {coding.guid}", "note", [*coding.notes, *selection.notes], notes)
    for _, selection in project.selections():
        yield from _dangling(f"selection {selection.guid}", "note", selection.notes, notes)
        yield from _dangling(f"selection {selection.guid}", "user", [selection.user], users)
    for note in project.notes:
        yield from _dangling(f"note {note.guid}", "user", [note.user], users)
    for case in project.cases:
        yield from _dangling(f"case {case.guid}", "variable", [guid for guid, _ in case.values], variables)
        yield from _dangling(f"case {case.guid}", "selection", case.selections, places)


def _dangling(what: str, kind: str, wanted: tuple[str, ...] | list[str], guids: set[str]) -> Iterator[str]:
    for guid in wanted:
        if guid not in guids:
            yield f"{what} points to the {kind} {guid}, which is not in the project."
