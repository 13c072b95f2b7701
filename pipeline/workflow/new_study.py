"""Propose what the columns of a survey export mean, let a person settle what is doubtful, and start a study from it."""

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.codebook.codebook import CODEBOOK_READERS, read_codebook
from pipeline.errors import CodebookError, StudyError
from pipeline.methods.embedding.model_files import MULTILINGUAL, is_installed
from pipeline.methods.redact.name_cells import is_persons_name
from pipeline.methods.text.function_words import ENGLISH
from pipeline.methods.text.language import languages_of_column
from pipeline.runtime.plurals import listed, n_of
from pipeline.study.study import load_study
from pipeline.study.study_settings import Intake, Settings
from pipeline.study.toml import write_settings
from pipeline.survey.columns.column import columns_of, listed_headings, shown
from pipeline.survey.columns.doubts import Doubt, doubts_of
from pipeline.survey.columns.infer import plan_for
from pipeline.survey.columns.row_status import rows_of_nobody, unfinished
from pipeline.survey.columns.settling import Use, use_of, uses_for
from pipeline.survey.readers import Export, read_export


_SHOWN = {
    "clean": ("languages", "known_names"),
    "embed": ("model",),
    "cluster": ("seed",),
    "code": ("min_precision", "written_examples"),
    "count": ("profile",),
}
_LEAST_OTHERS = 0.05
"""From which share of answers in other languages on a study is read with the model that knows many."""
_NOT_FOR_GIT = "vault/\nderived/\nexports/\nbackups/\nreview.sqlite\nreview.sqlite-*\n"


@dataclass(frozen=True)
class Proposal:
    """The settings a study could start with, and why each was guessed, without a word of any answer."""

    settings: dict[str, Any]
    reasons: tuple[str, ...]
    why: dict[str, str] = field(default_factory=dict)
    """The reason of each setting, by its place in `study.toml`, such as `intake.id`."""
    unused: tuple[str, ...] = ()
    """What the export holds besides, and why it is not used."""
    doubts: tuple[str, ...] = ()
    """What a person should look at first."""
    choices: tuple["UseChoice", ...] = ()
    """Columns whose use a person can settle."""


@dataclass(frozen=True)
class UseChoice:
    """A column of which it is doubtful what it is for: why, what it is taken for, and what else it can be."""

    column: str
    doubt: str
    guess: Use
    uses: tuple[Use, ...]


Settle = Callable[[Export, tuple[UseChoice, ...]], Mapping[str, Use]]
"""Asks a person what doubtful columns are for, and returns it by their names."""


def propose(export: Export, *, name: str, file: str, uses: Mapping[str, Use] | None = None) -> Proposal:
    """Guess what each column of an export is for and say why; people have the last word in `study.toml`.

    `uses` is what a person says columns are for, by their names.
    """
    uses = uses or {}
    nobody = rows_of_nobody(columns_of(export), export.kind)
    plan = plan_for(_without(export, nobody), languages_of_column, is_persons_name, uses)
    if nobody:
        plan.intake["leave_out"] = nobody | plan.intake.get("leave_out", {})
    values = {"file": file, "sheet": export.sheet} | plan.intake
    intake = {key: values[key] for key in Intake.model_fields if values.get(key) is not None}
    settings = {"schema": 1, "name": name, "intake": intake, **_usual(export.kind)}
    settings["count"] = {"groups": plan.compared} | settings["count"]
    settings["clean"] |= {"languages": plan.languages}
    if reason := _many_languages(plan.n_in_language):
        settings["embed"]["model"], plan.why["embed.model"] = MULTILINGUAL, reason
    reasons = [reason for place, reason in plan.why.items() if not place.startswith("intake.ratings.")]
    closed = [f"Closed questions ({kind}): {listed_headings(asked)}." for kind, asked in plan.closed.items()]
    as_guessed = Intake.model_validate(intake)
    of_columns = [doubt for doubt in doubts_of(plan.columns, as_guessed) if doubt.column not in uses]
    doubts = (*export.doubts, *_doubts_of_rows(export, nobody), *map(str, of_columns))
    unsettled = [*of_columns, *(Doubt(text, column) for column, text in plan.doubtful.items() if column not in uses)]
    choices = {
        doubt.column: UseChoice(doubt.column, doubt.text, use_of(as_guessed, doubt.column), uses_for(as_guessed.layout))
        for doubt in reversed(unsettled)
    }
    inorder = tuple(choices[column.name] for column in plan.columns if column.name in choices)
    return Proposal(settings, (*reasons, *closed, *plan.unused), plan.why, tuple(plan.unused), doubts, inorder)


def _without(export: Export, nobody: dict[str, list[str]]) -> Export:
    """Return the export without rows that are nobody's, which would be guessed from."""
    is_out = pd.Series(data=False, index=export.frame.index)
    for column, values in nobody.items():
        is_out |= export.frame[column].str.strip().isin(values)
    return replace(export, frame=export.frame[~is_out].reset_index(drop=True)) if nobody else export


def _many_languages(n_in_language: dict[str, int]) -> str:
    """Return why a study is read with the model that knows other languages than English; empty where it is not."""
    n, n_others = sum(n_in_language.values()), sum(n_in_language.values()) - n_in_language.get(ENGLISH, 0)
    if n_others < _LEAST_OTHERS * n or not n_others or not is_installed(MULTILINGUAL):
        return ""
    return (
        f"{n_others} of {n} answers that were looked at are in other languages than English, so the model is one that puts what "
        "means the same into one theme, whatever its language."
    )


def _doubts_of_rows(export: Export, nobody: dict[str, list[str]]) -> Iterator[str]:
    for column, values in nobody.items():
        counts = export.frame[column].str.strip().value_counts()
        counted = listed([f"{int(counts[value]):,} “{value}”" for value in values])
        yield (
            f"Rows that are no person's answers are left out, by {shown(column)}: {counted}. To keep them, take leave_out out of "
            "study.toml."
        )
    column, n = unfinished(columns_of(export))
    if n:
        yield f"{n_of(n, 'row is', 'rows are')} of people who did not finish, by {shown(column)}. What they answered is read."


def _usual(kind: str) -> dict[str, Any]:
    """Return the settings people change most, with their defaults, so that they stand in the file."""
    usual: dict[str, Any] = {
        section: {key: Settings.model_fields[section].default.model_dump()[key] for key in keys}
        for section, keys in _SHOWN.items()
    }
    return ({"segment": {"unit": "paragraph"}} if kind == "documents" else {}) | usual


def create_study(
    folder: str | Path, export_path: str | Path, *, codebook: str | Path | None = None, settle: Settle | None = None
) -> Proposal:
    """Start a study in a new or empty folder: copy the export into its vault, and write settings that run as they are.

    `settle` is asked about doubtful columns before anything is made.
    """
    folder, source = Path(folder).resolve(), Path(export_path).resolve()
    _check_place(folder, source)
    book = Path(codebook) if codebook is not None else None
    if book and (book.suffix.lower() not in CODEBOOK_READERS or not book.is_file()):
        read_codebook(book)  # which says in a sentence what is wrong with the file
    # The vault's own files are named so.
    kept_as = f"export-{source.name}" if source.name == "key" or source.suffix == ".parquet" else source.name
    export, file = read_export(source), f"vault/{kept_as}"
    proposal = propose(export, name=folder.name, file=file)
    if settle and proposal.choices and (uses := settle(export, proposal.choices)):
        proposal = propose(export, name=folder.name, file=file, uses=uses)
    if book is not None:
        proposal = _with_codebook(proposal, book)
    fill_and_move(folder, lambda staging: _fill(staging, source, proposal=proposal, book=book))
    return proposal


def fill_and_move(folder: Path, fill: Callable[[Path], None]) -> None:
    """Let a study be made beside its place and move it there whole, so that a failure leaves no half-made one behind."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        fill(staging)
        _move(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _check_place(folder: Path, source: Path) -> None:
    check_empty(folder)
    if folder.is_relative_to(source):
        raise StudyError(f"The study cannot stand inside {source.name}, the folder of its own documents. Choose another place.")


def check_empty(folder: Path) -> None:
    """Raise StudyError where a study cannot be made, since something is there."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{folder.name} is a file. Choose the name of a new folder for the study.")
    if folder.is_dir() and any(folder.iterdir()):
        raise StudyError(
            f"The folder {folder.name} is not empty. Choose a new or empty folder for the study; nothing was changed."
        )


def _with_codebook(proposal: Proposal, book: Path) -> Proposal:
    """Name the codebook in the settings, and say at once when it needs putting right."""
    settings = {"schema": 1, "name": proposal.settings["name"], "codebook": f"codebook{book.suffix.lower()}"}
    try:
        reason = f"The codebook has {n_of(len(read_codebook(book)), 'code')}."
    except CodebookError as error:
        reason = f"The codebook is copied, but must be put right before a run: {error}"
    why = {"codebook": reason} | proposal.why
    return replace(proposal, settings=settings | proposal.settings, reasons=(reason, *proposal.reasons), why=why)


def _fill(staging: Path, source: Path, *, proposal: Proposal, book: Path | None) -> None:
    staging.mkdir(mode=0o700)
    (staging / "vault").mkdir(mode=0o700)
    _copy_into_vault(source, staging / proposal.settings["intake"]["file"])
    if book is not None:
        shutil.copyfile(book, staging / proposal.settings["codebook"])
    text = write_settings(proposal.settings, why=proposal.why, unused=proposal.unused)
    (staging / "study.toml").write_text(text, encoding="utf-8", newline="\n")
    (staging / ".gitignore").write_text(_NOT_FOR_GIT, encoding="utf-8", newline="\n")
    # A study that could not be opened is not begun.
    load_study(staging)


def _copy_into_vault(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*", "~$*"), copy_function=shutil.copyfile)
        target.chmod(0o700)
        files = [path for path in target.rglob("*") if path.is_file()]
    else:
        shutil.copyfile(source, target)
        files = [target]
    for path in files:
        # Nobody else who uses the machine may read the export.
        path.chmod(0o600)


def _move(staging: Path, folder: Path) -> None:
    if not folder.exists():
        staging.rename(folder)
        return
    # The folder may be where the person stands, so its contents are moved into it and it stays itself.
    for path in staging.iterdir():
        path.rename(folder / path.name)
