"""An earlier wave of the study beside this one: figures and codings of it are read, and none of its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow.parquet

from pipeline.errors import DataError, StudyError
from pipeline.methods.active_learning.intervals import Interval, wilson
from pipeline.methods.disclosure import Profile, disclose
from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.methods.groups.interval_difference import Difference, difference
from pipeline.methods.groups.wave_difference import correlation_of_shares, difference_of_shares
from pipeline.report.code_shares import grounds, share_rows
from pipeline.study.lock import held
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES
from pipeline.workflow.released_figures import consistent_with_earlier_releases, note_as_released
from pipeline.workflow.results import RunResults, Waves, read_results
from pipeline.workflow.stages.count import DECIDED


TABLES_TAKEN = ("counts", "estimates", "themes", "voices")
_WITHOUT_WORDS = {
    "comments": ["comment_id", "response_id", "set_aside"],
    "segments": ["segment_id", "comment_id"],
    "codings": ["segment_id", "code", "status"],
}


@dataclass(frozen=True)
class WaveChange:
    """One thing said, now and then; every number is missing where it may not be shown.

    `now` and `then` are shares with the ends of their 95 % intervals; `n` and `earlier` are the least there are where shares
    are of excerpts, estimated from an audit.
    """

    key: str
    n: float
    base: float
    earlier: float
    earlier_base: float
    now: Interval
    then: Interval
    difference: float
    low: float
    high: float

    @property
    def shown(self) -> bool:
        """Whether both waves' figures may be shown."""
        return not np.isnan(self.difference)

    @property
    def told_apart(self) -> bool:
        """Whether chance alone would seldom do this."""
        return self.shown and (self.low > 0 or self.high < 0)


def earlier_study(study: Study) -> Study | None:
    """Return the study that study.toml names as the earlier wave; StudyError where it names none that can be."""
    named = study.settings.report.earlier
    if not named:
        return None
    where = f"study.toml, [report] earlier: {named}"
    if (study.folder / named).resolve() == study.folder.resolve():
        raise StudyError(f"{where} is this study itself. Name the folder of the earlier one.")
    try:
        return load_study(study.folder / named)
    except StudyError as error:
        raise StudyError(f"{where} cannot be read as a study. {error}") from error


def read_waves(source: RunResults, *, release: bool = False) -> Waves | None:
    """Return the earlier wave as its own ledger of released figures lets it be shown; None where study.toml names none.

    What a `release` shows of it counts as released by it, so that a later release of that study keeps to it.
    """
    study = earlier_study(source.study)
    if study is None:
        return None
    try:
        earlier = _as_shown(study, release=release)
    except DataError as error:
        raise DataError(f"The earlier wave, {source.study.settings.report.earlier}: {error}") from error
    in_both, correlation = _same_people(source, study)
    # Its notes are about its own exports, and not for readers of this one.
    return Waves(replace(earlier, notes=()), in_both, correlation)


def _as_shown(study: Study, *, release: bool) -> RunResults:
    if not (study.vault.is_dir() and study.derived.is_dir()):
        # Without its vault there is nothing to keep a record in, and nothing that a new run could release.
        return read_results(study, TABLES_TAKEN)
    # A run of the earlier study must not write tables while they are read.
    with held(study, "An export of a later wave"):
        beside = note_as_released if release else consistent_with_earlier_releases
        (earlier,) = beside(study, [read_results(study, TABLES_TAKEN)])
        return earlier


def beside_earlier_wave(sources: Sequence[RunResults], *, release: bool = False) -> list[RunResults]:
    """Return the sources of an export or release, those of a report with the wave that the study names."""
    first = next((source for source in sources if {"counts", "themes", "codings"} <= set(source.tables)), None)
    waves = read_waves(first, release=release) if first else None
    return [replace(source, waves=waves) if waves and "codings" in source.tables else source for source in sources]


def changes_of_codes(source: RunResults, waves: Waves) -> tuple[WaveChange, ...]:
    """Return the change of each code that means the same in both codebooks, in the order of this one.

    There is none unless people read all of both waves, or an audit of each: as long as figures rest on suggestions, or on what
    people happened to read, a change of them is one of the coder or of the readers.
    """
    rests_on = {grounds(wave, ANY) for wave in (source, waves.earlier) if len(wave["counts"])}
    if len(rests_on) != 1 or rests_on == {"none"}:
        return ()
    now, then = _shares(source["counts"]), _shares(waves.earlier["counts"])
    meant = [meanings(wave) for wave in (source, waves.earlier)]
    keys = [
        code for code in source.labels if code in then.index and code in now.index and meant[0].get(code) == meant[1].get(code)
    ]
    if rests_on == {"audit"}:
        return _estimated_changes(keys, source, waves)
    return _changes(keys, now, then, waves, source.profile)


def meanings(source: RunResults) -> dict[str, tuple[str, str, str]]:
    """Return what each code of a codebook stands for."""
    return {code.code: (code.definition, code.include, code.exclude) for code in source.codebook.codes}


def changes_of_themes(source: RunResults, waves: Waves) -> tuple[WaveChange, ...]:
    """Return the change of each theme that both waves have, where both joined each text to the nearest of the same saved themes.

    Themes that are found leave texts on their own and are guided by codes, saved ones take every text in: of the very same
    answers the one counts 55 people and the other 105, which is no change.
    """
    if not are_read_alike(source, waves):
        return ()
    now, then = _people(source), _people(waves.earlier)
    return _changes([theme for theme in now.index if theme in then.index], now, then, waves, source.profile)


def are_read_alike(source: RunResults, waves: Waves) -> bool:
    """Say whether the themes of both waves are saved ones, so that a text is given its theme by the same rule."""
    return bool(source.study.frozen and waves.earlier.study.frozen)


def _estimated_changes(keys: Sequence[str], source: RunResults, waves: Waves) -> tuple[WaveChange, ...]:
    tables = []
    for wave in (source, waves.earlier):
        rows = share_rows(wave)
        tables.append(rows[(rows["question"] == ANY) & (rows["group"] == EVERYONE)].set_index("code"))
    changes = []
    for key in keys:
        # As this study's rule lets them be shown, whatever the rule of the wave they are of.
        (n, base), (earlier, earlier_base) = (_figures(table, [key], source.profile) for table in tables)
        now, then = (Interval(*table.loc[key, ["share", "low", "high"]].astype(float)) for table in tables)
        few = min(now.estimate * base[0], then.estimate * earlier_base[0]) < source.profile.fewest
        if few or np.isnan([*now, *then, *base, *earlier_base]).any():
            now = then = Interval(np.nan, np.nan, np.nan)
        gap = difference(now, then)
        changes.append(WaveChange(key, float(n[0]), float(base[0]), float(earlier[0]), float(earlier_base[0]), now, then, *gap))
    return tuple(changes)


def _shares(counts: pd.DataFrame) -> pd.DataFrame:
    rows = counts[(counts["question"] == ANY) & (counts["group"] == EVERYONE)]
    return rows.set_index("code")[["n", "base"]].astype(float)


def _people(source: RunResults) -> pd.DataFrame:
    themes, base = source["themes"], _shares(source["counts"])["base"]
    counted = themes[~themes["set_aside"]].sort_values("number").set_index("theme_id")
    n = disclose(counted["n_people"].to_numpy(float), source.profile)
    # Without a codebook nothing is counted by code, so that no table says how many answered.
    answered = base.max() if len(base) else float(disclose(np.array(float(len(_codes_of_people(source.study)))), source.profile))
    return pd.DataFrame({"n": n, "base": answered}, index=counted.index)


def _changes(
    keys: Sequence[str], now: pd.DataFrame, then: pd.DataFrame, waves: Waves, profile: Profile
) -> tuple[WaveChange, ...]:
    (n, base), (earlier, earlier_base) = (_figures(table, keys, profile) for table in (now, then))
    differences = difference_of_shares(n, base, earlier, earlier_base, correlation=waves.correlation)
    changes = []
    for place, key in enumerate(keys):
        people, of, people_then, of_then = (float(column[place]) for column in (n, base, earlier, earlier_base))
        shares = wilson(people, of), wilson(people_then, of_then)
        gap = Difference(*(float(value) for value in differences[:, place]))
        changes.append(WaveChange(key, people, of, people_then, of_then, *shares, *gap))
    return tuple(changes)


def _figures(table: pd.DataFrame, keys: Sequence[str], profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    # As this study's rule lets them be shown, whatever the rule of the wave they are of.
    # A count without its base would be a share of nothing.
    n, base = (disclose(table.loc[list(keys), column].to_numpy(float), profile) for column in ("n", "base"))
    return np.where(np.isnan(base), np.nan, n), base


def _same_people(source: RunResults, earlier: Study) -> tuple[int, float]:
    # How many answered both waves, and how far that makes the shares move together: one number for all codes, and to a tenth,
    # since an interval's ends must not tell who said the same twice.
    now, then = _codes_of_people(source.study), _codes_of_people(earlier)
    both = sorted(set(now) & set(then))
    if len(both) < source.profile.fewest:
        return 0, 0.0
    spoke, spoke_then = (
        np.array([[code in codes_of[person] for code in source.labels] for person in both], dtype=bool)
        for codes_of in (now, then)
    )
    correlation = correlation_of_shares(spoke, spoke_then, base=len(now), earlier_base=len(then))
    return len(both), float(np.floor(max(correlation, 0.0) * 10) / 10)


def _codes_of_people(study: Study) -> Mapping[str, frozenset[str]]:
    tables = {name: _columns(study, name) for name in _WITHOUT_WORDS}
    comments = tables["comments"]
    usable = comments[comments["set_aside"].isna()]
    decided = tables["codings"][tables["codings"]["status"].isin(DECIDED)]
    coded = decided.merge(tables["segments"], on="segment_id").merge(usable, on="comment_id")
    codes = coded.groupby("response_id")["code"].agg(frozenset)
    return {person: codes.get(person, frozenset()) for person in usable["response_id"].unique()}


def _columns(study: Study, name: str) -> pd.DataFrame:
    path = study.folder / TABLES[name].file
    if not path.is_file():
        raise DataError(f"The table {name} of {study.settings.name} has not been made yet; `themes run` makes it.")
    table: pd.DataFrame = pyarrow.parquet.read_table(path, columns=_WITHOUT_WORDS[name]).to_pandas()
    return table
