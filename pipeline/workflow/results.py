"""What an export is made from: the study's settings, the record of its run, its codebook and the tables asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.decisions.queries import approvals_on_record, flagged_excerpts, standing_decisions
from pipeline.errors import DataError
from pipeline.methods.disclosure import PROFILES, Profile
from pipeline.methods.disclosure.quotable_words import quotable_ids, with_shared_words, without_private_words
from pipeline.study.study import Study
from pipeline.study.study_settings import compared_groups
from pipeline.tables.parquet import TABLES, Vectors, read_table
from pipeline.workflow.manifest import Manifest, file_sha256, read_manifest
from pipeline.workflow.one_run import check_one_run


@dataclass(frozen=True)
class RunResults:
    """All that an export may see."""

    study: Study
    manifest: Manifest
    codebook: Codebook
    tables: Mapping[str, pd.DataFrame]
    today: date
    """The day on which it is said what is overdue."""
    notes: tuple[str, ...] = ()
    """What a reader of the figures must know of how they stand beside earlier releases."""
    draft: str = ""
    """What a draft says of itself: that it is none to pass on. A release says nothing."""
    vectors: Mapping[str, Vectors] = field(default_factory=dict)
    """The tables of numbers asked for, such as the middles of themes; a study of an earlier version may not have them."""
    beside: tuple[str, ...] = ()
    """The forms that are written together with this one, to which its reader may be sent."""
    waves: "Waves | None" = None
    """The earlier wave that the study names, if it names one."""
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was worked out from this source and is asked for again, such as the report that several forms set."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table."""
        return self.tables[name]

    @property
    def named_themes(self) -> pd.DataFrame:
        """The themes with titles and keywords as they may leave: without the words of very few people."""
        if "named themes" not in self.kept:
            segments, comments = self["segments"], self["comments"]
            shared = with_shared_words(self["themes"], segments, comments)
            self.kept["named themes"] = without_private_words(shared, self["members"], quotable_ids(segments, comments))
        themes: pd.DataFrame = self.kept["named themes"]
        return themes

    @property
    def approvals(self) -> pd.DataFrame:
        """What people have decided about quotations up to now, whether the last run has seen it or not."""
        if "approvals" not in self.kept:
            self.kept["approvals"] = approvals_on_record(self.study)
        approvals: pd.DataFrame = self.kept["approvals"]
        return approvals

    @property
    def flagged(self) -> frozenset[str]:
        """The excerpts that a facilitator has to look at first: somebody sees a name there, or is worried."""
        if "flagged" not in self.kept:
            self.kept["flagged"] = flagged_excerpts(self.study)
        flagged: frozenset[str] = self.kept["flagged"]
        return flagged

    @property
    def profile(self) -> Profile:
        """From which number of people on figures about groups are shown."""
        return PROFILES[self.study.settings.count.profile]

    @property
    def groups(self) -> tuple[str, ...]:
        """The attributes people are compared by."""
        return compared_groups(self.study.settings)

    @property
    def labels(self) -> dict[str, str]:
        """What people call each code, in the codebook's order."""
        return self.codebook.names

    def label(self, code: str) -> str:
        """Return what people call a code, or its id where the codebook no longer has it."""
        return self.labels.get(code, code)

    def wording(self, question: str) -> str:
        """Return the wording of an open or closed question, or else the name of its column, or else its own."""
        return self.study.settings.intake.wording(question)


def read_results(study: Study, tables: Sequence[str], *, today: date | None = None) -> RunResults:
    """Read the named tables of a study and what belongs to them; DataError if a table has not been made yet."""
    manifest = read_manifest(study)
    for name in tables:
        _check_whole(study, manifest, name)
    check_one_run(study, manifest, tables)
    # What people have decided since the last run counts, too, so it is read from where they decide.
    values = {
        name: standing_decisions(study) if name == "decisions" else read_table(name, study.folder / TABLES[name].file)
        for name in tables
        # A study of an earlier version may hold no middles of themes; without them there is no map, and that is all.
        if TABLES[name].model is not None or (study.folder / TABLES[name].file).is_file()
    }
    return RunResults(
        study=study,
        manifest=manifest,
        codebook=read_codebook(study.codebook) if study.codebook else Codebook(()),
        tables={name: table for name, table in values.items() if isinstance(table, pd.DataFrame)},
        vectors={name: table for name, table in values.items() if isinstance(table, Vectors)},
        today=today or datetime.now(UTC).date(),
    )


def read_sources(study: Study, contents: Sequence[Sequence[str]]) -> list[RunResults]:
    """Return a source for each list of tables, each table read once."""
    whole = read_results(study, tuple(dict.fromkeys(name for tables in contents for name in tables)))
    return [
        replace(
            whole,
            tables={name: whole.tables[name] for name in names if name in whole.tables},
            vectors={name: whole.vectors[name] for name in names if name in whole.vectors},
        )
        for names in contents
    ]


def _check_whole(study: Study, manifest: Manifest, name: str) -> None:
    # Rather an error than figures from a file that is damaged or was changed by hand.
    path = study.folder / TABLES[name].file
    written = next((record.makes[name] for record in manifest.stages if name in record.makes), None)
    if written is not None and path.is_file() and file_sha256(path) != written:
        raise DataError(
            f"{path.parent.name}/{path.name} is not what the last run wrote: it is damaged, or was changed by hand. "
            "`themes run` makes it again; nothing was exported."
        )


@dataclass(frozen=True)
class Waves:
    """An earlier wave, and what this one has to be set beside it."""

    earlier: RunResults
    in_both: int
    """People who answered both, if the studies know them by the same pseudonyms."""
    correlation: float
