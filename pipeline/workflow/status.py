"""What has been run, where every row went, and what waits for people."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.decisions.progress import Progress, measure_progress
from pipeline.decisions.store import read_review
from pipeline.methods.coder.written_examples import written_note
from pipeline.methods.disclosure.left_out import left_out_note
from pipeline.methods.embedding.centring import MARK, NOTE
from pipeline.methods.themes.drift import measure_drift
from pipeline.methods.themes.few_texts import few_texts_note
from pipeline.methods.themes.saved_model import load as load_themes
from pipeline.runtime.plurals import n_of
from pipeline.study.study import Study, load_study
from pipeline.study.study_settings import compared_groups
from pipeline.tables.parquet import TABLES, empty_table, model_of_vectors, read_column, read_frame
from pipeline.workflow.manifest import Manifest, read_manifest
from pipeline.workflow.safeguarding_list import concern_note
from pipeline.workflow.stages import STAGES


@dataclass(frozen=True)
class Status:
    """Where a study stands."""

    name: str
    stages: dict[str, dict[str, Any]]
    accounts: dict[str, Any]
    with_a_code: int | None
    """Answers with a code that is suggested or decided; None before codes are settled."""
    waiting: dict[str, int]
    checked_by_people: float
    people: tuple[str, ...] = ("Not yet checked by people.",)
    drift: str = ""
    late: str = ""
    model: str = ""
    written: str = ""
    left_out: str = ""
    safeguarding: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the status in plain English."""
        if not self.stages:
            begin = f"{self.name}: nothing has been run yet; `themes run` begins."
            return "\n".join([begin, *([self.safeguarding] if self.safeguarding else [])])
        lines = [self.name]
        lines += [f"  {name:8s} {record['seconds']:8.1f} s   {record['rows']}" for name, record in self.stages.items()]
        missing = [stage.name for stage in STAGES if stage.name not in self.stages]
        lines += [f"  not run yet: {', '.join(missing)}"] if missing else []
        lines += account_sentences(self.accounts, self.with_a_code)
        lines += [f"{n:,} {what}" for what, n in self.waiting.items()]
        lines += filter(None, (self.drift, self.late, self.model, self.written, self.left_out, self.safeguarding))
        return "\n".join([*lines, *self.people])


def status(folder: str | Path) -> Status:
    """Read where a study stands from its manifest and tables; nothing is run.

    Examples
    --------
    >>> status("corpora/coproduction").name
    'Co-producing innovation (invented sample)'
    """
    study = load_study(folder)
    manifest = read_manifest(study)
    stages = {
        stage.name: {"seconds": record.seconds, "rows": ", ".join(f"{rows:,} {name}" for name, rows in record.rows_out.items())}
        for stage in STAGES
        if (record := manifest.stage(stage.name)) is not None
    }
    progress = _progress(study)
    return Status(
        name=study.settings.name,
        stages=stages,
        accounts=manifest.accounts,
        with_a_code=answers_with_a_code(study.folder) if manifest.stage("settle") else None,
        waiting=_waiting(study.folder),
        checked_by_people=progress.share,
        people=tuple(progress.sentences()),
        drift=drift_note(study),
        late=late_note(study),
        model=model_note(study),
        written=learnt_from_written(manifest, read_review(study, "lessons")),
        left_out=groups_note(study),
        safeguarding=concern_note(study),
    )


def drift_note(study: Study) -> str:
    """Say how well saved themes fit the study's texts; empty where it finds its own or has not been given them yet."""
    members = _table(study.folder, "found_members") if study.frozen else None
    if study.frozen is None or members is None:
        return ""
    saved = load_themes(study.frozen)
    # The last run found its own, and the saved ones come with the next.
    if not set(members["theme_id"].dropna()) <= {theme.theme_id for theme in saved.themes}:
        return ""
    return f"Saved themes: {measure_drift(members['similarity'], saved.quantiles).sentence()}"


def late_note(study: Study) -> str:
    """Say how many texts came after the themes were found; empty where none did."""
    path = study.folder / TABLES["found_members"].file
    # One column of a table that may be large.
    n = sum(read_column("found_members", "late", path).to_pylist()) if path.is_file() else 0
    if not n:
        return ""
    return f"{n_of(n, 'text')} came after the themes were found and joined them; `themes run --force` finds themes anew."


def model_note(study: Study) -> str:
    """Say that the language model could hardly tell texts apart, where it could not; otherwise empty."""
    return NOTE if MARK in model_of_vectors(study.folder / TABLES["vectors"].file) else ""


def learnt_from_written(manifest: Manifest, lessons: pd.DataFrame) -> str:
    """Say how many invented answers the coder learnt from; empty where none."""
    record = manifest.stage("code")
    n_written = record.rows_in.get("written", 0) if record else 0
    return written_note(n_written, n_decisions=lessons["text_id"].nunique())


def groups_note(study: Study) -> str:
    """Say by which attributes no figure is shown, as people would be of too many kinds; empty where there is none."""
    people = _table(study.folder, "people")
    path = study.folder / TABLES["comments"].file
    if people is None or not path.is_file():
        return ""
    response_ids = pd.Series(read_column("comments", "response_id", path).to_pylist(), dtype="str")
    return left_out_note(response_ids, people, compared_groups(study.settings))


def _progress(study: Study) -> Progress:
    segments = _table(study.folder, "segments")
    codebook = read_codebook(study.codebook) if study.codebook and study.codebook.is_file() else Codebook(())
    return measure_progress(
        empty_table("segments") if segments is None else segments,
        read_review(study, "decisions"),
        read_review(study, "lessons"),
        read_review(study, "discussions"),
        codebook,
    )


def _waiting(folder: Path) -> dict[str, int]:
    waiting: dict[str, int] = {}
    suggestions = _table(folder, "suggestions")
    if suggestions is not None:
        texts = suggestions.groupby("text_id")
        waiting["excerpts with suggested codes to check"] = int(texts["suggested"].any().sum())
        waiting["excerpts the model is not sure of"] = int(texts["abstained"].first().notna().sum())
    theme_codes = _table(folder, "theme_codes")
    if theme_codes is not None:
        themes = _table(folder, "themes")
        aside = set() if themes is None else set(themes.loc[themes["set_aside"], "theme_id"])
        # A theme that people set aside is dealt with: nobody need find a code for it.
        new = theme_codes[(theme_codes["status"] == "new") & ~theme_codes["theme_id"].isin(aside)]
        waiting["themes that are not in the codebook"] = len(new)
    shaping = _table(folder, "shaping")
    if shaping is not None and (lost := int((shaping["result"] == "no longer finds its theme").sum())):
        waiting["edits of themes that no longer find their theme (`themes theme list` shows them)"] = lost
    comments = _table(folder, "comments")
    if comments is not None:
        waiting["answers with words that may identify somebody, for a person to look at"] = int((comments["to_check"] > 0).sum())
    return waiting


def _table(folder: Path, name: str) -> pd.DataFrame | None:
    path = folder / TABLES[name].file
    return read_frame(name, path) if path.is_file() else None


def answers_with_a_code(folder: Path) -> int | None:
    """Return how many answers have a suggested or a decided code, or None where codes were not settled yet."""
    tables = []
    for name, columns in (("codings", ["segment_id"]), ("segments", ["segment_id", "comment_id"])):
        path = folder / TABLES[name].file
        if not path.is_file():
            return None
        # Without the words: a large study has many.
        tables.append(pd.DataFrame({column: read_column(name, column, path).to_pandas() for column in columns}))
    codings, segments = tables
    return int(segments.loc[segments["segment_id"].isin(codings["segment_id"]), "comment_id"].nunique())


def account_sentences(accounts: dict[str, Any], with_a_code: int | None = None) -> list[str]:
    """Say where the rows of the export went, and how many of the answers that were read have a code."""
    if not accounts:
        return []
    aside = accounts["set_aside"]
    reasons = "; ".join(f"{n:,} {reason}" for reason, n in aside.items()) or "none"
    # The manifest calls those "coded" that were read; so do those of older studies.
    sentence = (
        f"{n_of(accounts['rows_in'], 'answer')} in: {accounts['coded']:,} read, {sum(aside.values()):,} set aside ({reasons}), "
        f"{accounts['withdrawn']:,} withdrawn."
    )
    coded = [] if with_a_code is None else [f"Of those read, {with_a_code:,} have a suggested or decided code."]
    return [sentence, *coded]


def summarise(manifest: Manifest, folder: Path) -> str:
    """Say in a few lines what a run of the study in this folder found."""
    rows = {name: n for record in manifest.stages for name, n in record.rows_out.items()}
    lines = account_sentences(manifest.accounts, answers_with_a_code(folder) if manifest.stage("settle") else None)
    if "themes" in rows:
        settled = manifest.stage("settle")
        n = settled.rows_in.get("decisions", 0) if settled else 0
        checked = f"Decisions of people in it: {n:,}." if n else "Not yet checked by people."
        lines.append(f"{n_of(rows['texts'], 'different text')}, {n_of(rows['themes'], 'theme')}. {checked}")
        lines += filter(None, [few_texts_note(rows["texts"])])
    return "\n".join(lines)
