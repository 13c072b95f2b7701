"""The ledger of released figures, kept in the vault: no two releases together may say what one alone would not."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import DataError
from pipeline.methods.disclosure import PROFILES, Profile, disclose
from pipeline.methods.disclosure.cells import EVERYONE
from pipeline.methods.disclosure.differencing import Released, against_earlier
from pipeline.methods.disclosure.linked_tables import MOST_CLASSES
from pipeline.methods.disclosure.profiles import MOST_SLACK, WITHHELD
from pipeline.runtime.files import write_atomically
from pipeline.study.study import Study
from pipeline.study.vault import LEDGER
from pipeline.workflow.earlier_groupings import Behind, telling_beside_earlier
from pipeline.workflow.people_behind_figures import (
    MEAN,
    Key,
    base_key,
    became_key,
    keys_of,
    people_behind,
    people_by_part,
    theme_key,
)
from pipeline.workflow.results import RunResults


COUNTED = ("response_rates", "accounts", "counts", "closed", "voices", "themes")
_HERE_ONLY = ("true", "people_a_unit")
"""What is worked out of a figure anew each time and not kept."""


def ledger_path(study: Study) -> Path:
    """Return where a study's ledger is, whether it is there yet or not."""
    return study.vault / LEDGER


@dataclass(frozen=True)
class ReleasedBeside:
    """What a release shows beside earlier ones, and what it adds to the ledger."""

    sources: list[RunResults]
    earlier: tuple[Released, ...] = ()
    """What the ledger holds."""
    added: tuple[Released, ...] = ()
    """What it would hold besides; a figure that is shown again is not kept anew, as it is about the people it first counted."""


def consistent_with_earlier_releases(study: Study, sources: list[RunResults]) -> list[RunResults]:
    """Return the sources with figures as they may be shown beside earlier releases; nothing is released by it."""
    return beside_earlier_releases(study, sources).sources


def note_as_released(study: Study, sources: list[RunResults]) -> list[RunResults]:
    """Return the sources with figures as they may be shown beside earlier releases, and keep in the ledger what they show."""
    beside = beside_earlier_releases(study, sources)
    if beside.added or beside.earlier:
        write_ledger(study, (*beside.earlier, *beside.added))
    return beside.sources


def beside_earlier_releases(study: Study, sources: list[RunResults]) -> ReleasedBeside:
    """Return what a release of the sources would show beside earlier ones, and what it would add to the ledger."""
    tables = {name: source[name] for source in sources for name in COUNTED if name in source.tables}
    if not tables:
        return ReleasedBeside(sources)
    profile = PROFILES[study.settings.count.profile]
    people, beyond = people_behind(study)
    figures = _figures(people, beyond, tables, profile)
    earlier = read_ledger(study)
    released = against_earlier(figures, earlier, profile, of_the_same_people(figures, earlier))
    behind = Behind(people, people_by_part(study)) if earlier else Behind({}, {})
    telling, left_out = telling_beside_earlier(figures, released, earlier, behind, profile)
    new = [figure for figure, shown in zip(figures, released, strict=True) if shown is figure]
    added = [replace(figure, shown=nan) if (figure.item, figure.part) in telling else figure for figure in new]
    beside_the_same = _shown_together(released, figures)
    allowed = {**beside_the_same, **dict.fromkeys(telling, nan)}
    adjusted = {name: _adjusted(name, table, allowed, profile.fewest) for name, table in tables.items()}
    others = [figure for figure in figures if (figure.item, figure.part) not in telling]
    notes = (*_sentences(others, allowed, profile), *_sentences_on_groupings(beside_the_same, telling, left_out))
    shown = [replace(source, tables=_with_adjusted(source.tables, adjusted), notes=notes) for source in sources]
    return ReleasedBeside(shown, tuple(earlier), tuple(added))


def of_the_same_people(figures: Sequence[Released], earlier: Iterable[Released]) -> set[Key]:
    """Return which figures are counted out of the very people that an earlier release counted them out of."""
    then = {(figure.item, figure.part): figure for figure in earlier}
    now = {(figure.item, figure.part): figure for figure in figures}
    bases = {key: base_key(key) for key in now}
    return {
        key
        for key, base in bases.items()
        if base != key and base in now and base in then and not then[base].erased and then[base].people == now[base].people
    }


def _with_adjusted(tables: Mapping[str, pd.DataFrame], adjusted: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    changed = {**tables, **{name: table for name, table in adjusted.items() if name in tables}}
    if "theme_ranks" in changed and "voices" in changed:
        changed["theme_ranks"] = _ranks_of_shown(changed["theme_ranks"], changed["voices"])
    return changed


def _ranks_of_shown(ranks: pd.DataFrame, voices: pd.DataFrame) -> pd.DataFrame:
    """Rank the themes of a group whose figures are shown and no others: a rank between two would narrow a withheld one down."""
    figure_of = ["group", "level", "theme_id"]
    shown = ranks[figure_of].merge(voices[[*figure_of, "n"]], on=figure_of, how="left")["n"].notna().to_numpy()
    group = [ranks["group"], ranks["level"]]
    some_shown = pd.Series(shown, index=ranks.index).groupby(group).transform("any")
    before, within = ranks["rank"], (ranks["weighting"] == "within") & some_shown
    again = before.where(shown).groupby(group).rank(method="min")
    rank = before.where(~within, again)
    return ranks.assign(rank=rank, change=ranks["change"] + before - rank)


def _shown_together(released: Sequence[Released], figures: Sequence[Released]) -> dict[Key, float]:
    """Return what is shown of each figure; a mean and the ends of its interval are shown again together, or not at all."""
    keys_of_figures = [(figure.item, figure.part) for figure in figures]
    shown = {key: figure.shown for key, figure in zip(keys_of_figures, released, strict=True)}
    new = {key: is_shown is figure for key, is_shown, figure in zip(keys_of_figures, released, figures, strict=True)}
    for item, part in [key for key in shown if key[0].endswith(f"|{MEAN[0]}")]:
        keys = [(f"{item.removesuffix(MEAN[0])}{figure}", part) for figure in MEAN]
        # Ends as before around a new mean would be of other people than it is.
        if any(isnan(shown[key]) for key in keys) or len({new[key] for key in keys}) > 1:
            shown |= dict.fromkeys(keys, nan)
    return shown


def _sentences(figures: list[Released], shown: Mapping[Key, float], profile: Profile) -> tuple[str, ...]:
    """Say how many figures are given as before and by how much they may be off, and how many are withheld."""
    others = [now for figure in figures if not _same(figure.shown, now := shown[figure.item, figure.part])]
    again, withheld = sum(not isnan(now) for now in others), sum(isnan(now) for now in others)
    sentences = []
    if again:
        sentences.append(
            f"{'1 figure differs' if again == 1 else f'{again:,} figures differ'} from an earlier release by fewer than "
            f"{profile.fewest} people and {'is' if again == 1 else 'are'} given as before, so that nobody can be worked out by "
            f"comparing the two. {'It is' if again == 1 else 'Each is'} off by {profile.tolerance} at most; means are off by "
            f"what {profile.tolerance} people could change."
        )
    if withheld:
        sentences.append(
            f"{'1 figure is' if withheld == 1 else f'{withheld:,} figures are'} not shown: beside an earlier release "
            f"{'it' if withheld == 1 else 'they'} would tell something of fewer than {profile.fewest} people, and what was shown "
            "before, if anything was, no longer holds, as where people have decided otherwise since."
        )
    return tuple(sentences)


def _sentences_on_groupings(shown: Mapping[Key, float], telling: Collection[Key], left_out: Sequence[str]) -> tuple[str, ...]:
    """Say how many figures are withheld beside earlier releases by other groups, and which attributes are not shown at all."""
    sentences = []
    if n := sum(not isnan(shown[key]) for key in telling):
        sentences.append(
            f"{'1 figure is' if n == 1 else f'{n:,} figures are'} not shown: together with earlier releases "
            f"{'it' if n == 1 else 'they'} would let hidden figures be worked out."
        )
    if left_out:
        sentences.append(
            f"Nothing is shown by {', '.join(f'“{group}”' for group in left_out)}: together with the groups of earlier "
            f"releases, people would be of more than {MOST_CLASSES} kinds, and hidden figures could not be protected."
        )
    return tuple(sentences)


def read_ledger(study: Study) -> list[Released]:
    """Return every figure that has been released, in its order; DataError if the ledger is damaged."""
    path = ledger_path(study)
    if not path.is_file():
        return []
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        shown = [nan if row["shown"] is None else float(row["shown"]) for row in rows]
        return [
            Released(**{**row, "people": frozenset(row["people"]), "shown": value})
            for row, value in zip(rows, shown, strict=True)
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
        raise DataError(
            "vault/ledger.jsonl, which keeps what earlier releases showed, is damaged. Put a copy of it back from a backup: "
            "without it a new release might give a person away."
        ) from exc


def write_ledger(study: Study, figures: Iterable[Released]) -> None:
    """Write the whole ledger durably."""
    lines = []
    for figure in figures:
        row = {name: value for name, value in vars(figure).items() if name not in _HERE_ONLY}
        # JSON has no NaN.
        row |= {"people": sorted(figure.people), "shown": None if isnan(figure.shown) else figure.shown}
        lines.append(f"{json.dumps(row, ensure_ascii=False)}\n")
    text = "".join(lines)
    write_atomically(ledger_path(study), lambda path: path.write_text(text, encoding="utf-8"))


def _same(first: float, second: float) -> bool:
    return first == second or (isnan(first) and isnan(second))


def _figures(
    people: Mapping[Key, frozenset[str]],
    beyond: Mapping[Key, tuple[float, float]],
    tables: Mapping[str, pd.DataFrame],
    profile: Profile,
) -> list[Released]:
    shown = {key: value for name, table in tables.items() for key, value in _shown(name, table, profile)}
    if "voices" in tables:
        may_total = tables["voices"].groupby("theme_id")["total_shown"].all()
        shown |= {theme_key(str(theme)): nan for theme in may_total.index[~may_total] if theme_key(str(theme)) in shown}
    figures = [
        Released(*key, people.get(key, frozenset()), value, profile.fewest, 0, *beyond.get(key, ()))
        for key, value in shown.items()
    ]
    # A figure that cannot be of the people it is said to count would be kept as such for good.
    if any(figure.counts_people and figure.is_false(MOST_SLACK) for figure in figures):
        raise DataError(
            "The tables of figures do not go with the answers they are said to count: they are of two runs. Run "
            "`themes run` first; nothing was exported."
        )
    return figures


def _shown(name: str, table: pd.DataFrame, profile: Profile) -> Iterable[tuple[tuple[str, str], float]]:
    """Yield what each figure of a table shows, by item and part; a base stands in many rows and is one figure."""
    for row in table.to_dict("records"):
        if name == "themes":
            yield theme_key(str(row["theme_id"])), float(disclose(np.array(float(row["n_people"])), profile))
            continue
        if name == "accounts":
            yield became_key(str(row["became"])), float(row["n"])
            continue
        base, n = keys_of(name, {str(key): value for key, value in row.items()})
        yield base, float(row["base"])
        # A row that is said to be suppressed shows nothing, whatever stands in it.
        gone = bool(row["suppressed"])
        if row.get("measure") == "mean":
            for figure in MEAN:
                yield (f"{base[0]}|{figure}", base[1]), nan if gone else float(row[figure])
        else:
            yield n, nan if gone else float(row["n"])


def _adjusted(name: str, table: pd.DataFrame, allowed: Mapping[Key, float], fewest: int) -> pd.DataFrame:
    if name == "themes":
        shown = np.array([allowed[theme_key(str(theme))] for theme in table["theme_id"]], dtype=float)
        # What is few by itself is said to be few; what is withheld for another reason is not.
        gone = np.where(table["n_people"].to_numpy() < fewest, 0, WITHHELD)
        return table.assign(n_people=np.where(np.isnan(shown), gone, shown).astype(int))
    if name == "accounts":
        return table.assign(n=[allowed[became_key(str(became))] for became in table["became"]])
    rows = [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
    return table.assign(**_columns(name, table, rows, allowed)) if rows else table


def _columns(
    name: str, table: pd.DataFrame, rows: list[dict[str, object]], allowed: Mapping[tuple[str, str], float]
) -> dict[str, Any]:
    from statsmodels.stats.proportion import proportion_confint

    keys = [keys_of(name, row) for row in rows]
    is_mean = np.array([row.get("measure") == "mean" for row in rows])
    base = np.array([_possible(key, name, allowed) for key, _ in keys])
    n = np.array([np.nan if mean else _possible(key, name, allowed) for (_, key), mean in zip(keys, is_mean, strict=True)])
    n = np.where((n > base) | np.isnan(base), np.nan, n)
    low, high = proportion_confint(np.nan_to_num(n), np.nan_to_num(base, nan=1), method="wilson")
    share = "estimate" if name == "closed" else "share"
    shares = {share: n / base, "low": np.where(np.isnan(n), np.nan, low), "high": np.where(np.isnan(n), np.nan, high)}
    if name == "closed":
        # A mean of people whose number is withheld says that they are still there.
        means = {
            figure: [np.nan if isnan(allowed[key]) else allowed.get((f"{key[0]}|{figure}", key[1]), np.nan) for key, _ in keys]
            for figure in MEAN
        }
        shares = {figure: np.where(is_mean, means[figure], shares[figure]) for figure in MEAN}
    columns: dict[str, Any] = {"n": n, "base": base, **shares, "suppressed": np.isnan(shares[share])}
    if name == "voices":
        # What the others say was worked out from figures that may be given otherwise now.
        same = np.array([_same(a, b) for a, b in zip(table["n"], n, strict=True)])
        columns["elsewhere"] = table["elsewhere"].to_numpy(float) if same.all() else np.full(len(table), np.nan)
    return columns


def _possible(key: Key, name: str, allowed: Mapping[Key, float]) -> float:
    """Return a figure, or nothing where it is shown as before and is of more people now than the whole that it is part of."""
    item, part = key
    # A theme stands before its group.
    theme = f"{part.split('|')[0]}|" if name == "voices" and not item.endswith("base") else ""
    whole = allowed.get((item, f"{theme}{EVERYONE}|{EVERYONE}"), nan)
    return nan if allowed[key] > whole else allowed[key]
