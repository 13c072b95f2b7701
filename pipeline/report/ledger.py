"""The ledger of released figures, kept in the vault: no two exports together may say what one alone would not."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet

from pipeline.artefacts import TABLES, write_atomically
from pipeline.errors import DataError
from pipeline.methods.disclosure import PROFILES, Profile, disclose
from pipeline.methods.disclosure.cells import EVERYONE, with_any
from pipeline.methods.disclosure.differencing import Released, against_earlier
from pipeline.report.source import Source
from pipeline.stages.respond import ALL, ANSWERED, BLANK, NOT_STATED, became_of, persons_asked
from pipeline.study import Study


COUNTED = ("response_rates", "accounts", "counts", "closed", "voices", "themes")
_KEYS = ["table", "item", "part", "response_id"]
_MEAN = ("estimate", "low", "high")


_BEHIND = {
    "comments": ("comment_id", "response_id", "question", "set_aside"),
    "people": ("response_id", "attribute", "value"),
    "segments": ("segment_id", "comment_id", "text_id"),
    "codings": ("segment_id", "code"),
    "ratings": ("response_id", "question", "value", "score"),
    "themes": ("theme_id", "set_aside"),
    "members": ("text_id", "theme_id"),
}


def ledger_path(study: Study) -> Path:
    """Return where a study's ledger is, whether it is there yet or not."""
    return study.vault / "ledger.jsonl"


def beside_earlier_exports(study: Study, sources: list[Source]) -> list[Source]:
    """Return the sources with figures as they may be shown beside earlier exports, and note what is now released."""
    tables = {name: source[name] for source in sources for name in COUNTED if name in source.tables}
    if not tables:
        return sources
    profile = PROFILES[study.settings.count.profile]
    figures = _figures(study, tables, profile)
    earlier = read_ledger(study)
    released = against_earlier(figures, earlier, profile)
    changed = sum(not _same(one.shown, two.shown) for one, two in zip(figures, released, strict=True))
    # A figure that is shown again is not kept anew: it is about the people it counted when it was first shown.
    write_ledger(study, [*earlier, *(one for figure, one in zip(figures, released, strict=True) if one is figure)])
    found = {(figure.item, figure.part): one.shown for figure, one in zip(figures, released, strict=True)}
    adjusted = {name: _adjusted(name, table, found) for name, table in tables.items()}
    notes = (_sentence(changed, profile.fewest),) if changed else ()
    return [
        replace(source, tables={**source.tables, **{n: t for n, t in adjusted.items() if n in source.tables}}, notes=notes)
        for source in sources
    ]


def _sentence(changed: int, fewest: int) -> str:
    what = "1 figure differs" if changed == 1 else f"{changed:,} figures differ"
    return (
        f"{what} from an earlier export by fewer than {fewest} people and {'is' if changed == 1 else 'are'} given as before, so "
        "that nobody can be worked out by comparing the two."
    )


def read_ledger(study: Study) -> list[Released]:
    """Return every figure that has been released, in its order; DataError if the ledger is damaged."""
    path = ledger_path(study)
    if not path.is_file():
        return []
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [Released(**{**row, "people": frozenset(row["people"]), "shown": _number(row["shown"])}) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
        raise DataError(
            "vault/ledger.jsonl, which keeps what earlier exports showed, is damaged. Put a copy of it back from a backup: "
            "without it a new export might give a person away."
        ) from exc


def write_ledger(study: Study, figures: Iterable[Released]) -> None:
    """Write the whole ledger durably."""
    text = "".join(f"{json.dumps(_as_row(one), ensure_ascii=False)}\n" for one in figures)
    write_atomically(ledger_path(study), lambda path: path.write_text(text, encoding="utf-8"))


def _as_row(one: Released) -> dict[str, object]:
    shown = None if isnan(one.shown) else one.shown
    return {**vars(one), "people": sorted(one.people), "shown": shown}


def _number(shown: float | None) -> float:
    return float("nan") if shown is None else float(shown)


def _same(one: float, two: float) -> bool:
    return one == two or (isnan(one) and isnan(two))


def _figures(study: Study, tables: Mapping[str, pd.DataFrame], profile: Profile) -> list[Released]:
    people = _people_behind(study)
    shown = {key: value for name, table in tables.items() for key, value in _shown(name, table, profile)}
    return [Released(*key, people.get(key, frozenset()), value, profile.fewest) for key, value in shown.items()]


def _shown(name: str, table: pd.DataFrame, profile: Profile) -> Iterable[tuple[tuple[str, str], float]]:
    """Yield what each figure of a table shows, by item and part; a base stands in many rows and is one figure."""
    for row in table.to_dict("records"):
        if name == "themes":
            yield _theme_key(str(row["theme_id"])), float(disclose(np.array(float(row["n_people"])), profile))
            continue
        if name == "accounts":
            yield _became_key(str(row["became"])), float(row["n"])
            continue
        base, n = _keys(name, {str(key): value for key, value in row.items()})
        yield base, float(row["base"])
        if row.get("measure") == "mean":
            for figure in _MEAN:
                yield (f"{base[0]}|{figure}", base[1]), float(row[figure])
        else:
            yield n, float(row["n"])


def _keys(name: str, row: Mapping[str, object]) -> tuple[tuple[str, str], tuple[str, str]]:
    part = _part(row["group"], row["level"])
    if name == "voices":
        # A theme's id changes with its words, so all themes are one thing, and told apart by their people.
        return ("themes|base", part), ("themes", f"{row['theme_id']}|{part}")
    question = f"{name}|{row['question']}|{row.get('measure', '')}"
    return (f"{question}|base", part), (f"{question}|{row['code'] if name == 'counts' else row['value']}", part)


def _part(group: object, level: object) -> str:
    # No bar in a level, so that the attribute is all before the last one.
    return f"{group}|{str(level).replace('|', '/')}"


def _theme_key(theme_id: str) -> tuple[str, str]:
    return "themes", f"{theme_id}|{EVERYONE}|{EVERYONE}"


def _became_key(became: str) -> tuple[str, str]:
    return f"accounts|{became}", f"{EVERYONE}|{EVERYONE}"


def _adjusted(name: str, table: pd.DataFrame, found: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    if name == "themes":
        shown = [found[_theme_key(str(theme))] for theme in table["theme_id"]]
        return table.assign(n_people=np.nan_to_num(np.array(shown)).astype(int))
    if name == "accounts":
        return table.assign(n=[found[_became_key(str(became))] for became in table["became"]])
    rows = [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
    return table.assign(**_columns(name, table, rows, found)) if rows else table


def _columns(
    name: str, table: pd.DataFrame, rows: list[dict[str, object]], found: Mapping[tuple[str, str], float]
) -> dict[str, Any]:
    from statsmodels.stats.proportion import proportion_confint

    keys = [_keys(name, row) for row in rows]
    is_mean = np.array([row.get("measure") == "mean" for row in rows])
    base = np.array([found[key] for key, _ in keys])
    n = np.array([np.nan if mean else found[key] for (_, key), mean in zip(keys, is_mean, strict=True)])
    n = np.where((n > base) | np.isnan(base), np.nan, n)
    low, high = proportion_confint(np.nan_to_num(n), np.nan_to_num(base, nan=1), method="wilson")
    share = "estimate" if name == "closed" else "share"
    shares = {share: n / base, "low": np.where(np.isnan(n), np.nan, low), "high": np.where(np.isnan(n), np.nan, high)}
    if name == "closed":
        means = {figure: [found.get((f"{key[0]}|{figure}", key[1]), np.nan) for key, _ in keys] for figure in _MEAN}
        shares = {figure: np.where(is_mean, means[figure], shares[figure]) for figure in _MEAN}
    columns: dict[str, Any] = {"n": n, "base": base, **shares, "suppressed": np.isnan(shares[share])}
    if name == "voices":
        # What the others say was worked out from figures that may be given otherwise now.
        same = np.array([_same(a, b) for a, b in zip(table["n"], n, strict=True)])
        columns["elsewhere"] = table["elsewhere"].to_numpy(float) if same.all() else np.full(len(table), np.nan)
    return columns


def _people_behind(study: Study) -> dict[tuple[str, str], frozenset[str]]:
    """Return who is counted in each figure, by item and part."""
    tables = {name: _table(study, name) for name in _BEHIND}
    groups = study.settings.count.groups or study.settings.intake.attributes[:1]
    levels = _levels(tables["comments"], tables["ratings"], tables["people"], groups)
    levels = _with_parts(levels)[["response_id", "part"]]
    asked = _levels_asked(tables["comments"][["response_id"]], tables["people"], groups)
    asked = _with_parts(asked)
    parts = [
        *_of_codes(tables, levels),
        *_of_closed(tables, levels),
        *_of_themes(tables, levels),
        *_of_responding(tables, asked),
        *_of_accounts(tables),
    ]
    rows = pd.concat([part[["item", "part", "response_id"]] for part in parts], ignore_index=True)
    return {(str(key[0]), str(key[1])): frozenset(ids) for key, ids in rows.groupby(["item", "part"])["response_id"]}


def _levels(comments: pd.DataFrame, ratings: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per person and level that the person counts in, `everyone` among them."""
    everyone = pd.concat([comments["response_id"], ratings["response_id"]]).drop_duplicates()
    known = people.loc[people["attribute"].isin(groups)].rename(columns={"attribute": "group", "value": "level"})
    return pd.concat([pd.DataFrame({"response_id": everyone, "group": EVERYONE, "level": EVERYONE}), known], ignore_index=True)


def _levels_asked(asked: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per person and level; people whose value is not known are a level, too, so that all add up to everyone."""
    everyone = asked[["response_id"]].drop_duplicates()
    parts = [everyone.assign(group=EVERYONE, level=EVERYONE)]
    for group in groups:
        known = people[people["attribute"] == group].drop_duplicates("response_id").set_index("response_id")["value"]
        parts.append(everyone.assign(group=group, level=everyone["response_id"].map(known).astype(object).fillna(NOT_STATED)))
    return pd.concat(parts, ignore_index=True)


def _with_parts(levels: pd.DataFrame) -> pd.DataFrame:
    parts = [_part(*row) for row in levels[["group", "level"]].itertuples(index=False)]
    # Where nobody answered there are none, which pandas would take for numbers.
    return levels.assign(part=pd.Series(parts, index=levels.index, dtype="str"))


def _of_codes(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    comments = tables["comments"]
    usable = with_any(comments.loc[comments["set_aside"].isna(), ["response_id", "question", "comment_id"]])
    base = usable.merge(levels, on="response_id")
    yield base.assign(item="counts|" + base["question"] + "||base")
    said = tables["codings"][["segment_id", "code"]].merge(tables["segments"][["segment_id", "comment_id"]], on="segment_id")
    said = said.merge(base, on="comment_id")
    yield said.assign(item="counts|" + said["question"] + "||" + said["code"])


def _of_closed(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    rated = tables["ratings"].merge(levels, on="response_id")
    yield rated.assign(item="closed|" + rated["question"] + "|share|base")
    yield rated.assign(item="closed|" + rated["question"] + "|share|" + rated["value"])
    scored = rated.dropna(subset="score")
    for ending in ("base", *(f"base|{figure}" for figure in _MEAN)):
        yield scored.assign(item="closed|" + scored["question"] + "|mean|" + ending)


def _of_themes(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    spoken = tables["segments"].merge(tables["comments"][["comment_id", "response_id"]], on="comment_id")
    spoken = spoken.merge(tables["members"].dropna(subset="theme_id"), on="text_id")[["response_id", "theme_id"]]
    rows = spoken.merge(levels, on="response_id")
    yield rows.assign(item="themes", part=rows["theme_id"] + "|" + rows["part"])
    counted = tables["themes"].loc[~tables["themes"]["set_aside"], "theme_id"]
    yield rows[rows["theme_id"].isin(counted)].assign(item="themes|base")


def _of_responding(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    asked = persons_asked(tables["comments"]).merge(levels, on="response_id")
    yield asked.assign(item="response_rates|" + asked["question"] + "||base")
    did = asked["answered"].map({True: ANSWERED, False: BLANK})
    yield asked.assign(item="response_rates|" + asked["question"] + "||" + did)


def _of_accounts(tables: Mapping[str, pd.DataFrame]) -> Iterable[pd.DataFrame]:
    part = _became_key(ALL)[1]
    for became in (became_of(tables["comments"]), ALL):
        yield tables["comments"].assign(item="accounts|" + became, part=part)


def _table(study: Study, name: str) -> pd.DataFrame:
    """Read what tells who is counted, and no words."""
    path = study.folder / TABLES[name].file
    try:
        found: pd.DataFrame = pyarrow.parquet.read_table(path, columns=list(_BEHIND[name])).to_pandas()
    except (FileNotFoundError, pyarrow.ArrowException, KeyError) as exc:
        raise DataError(f"The table {name} is not as it should be; `themes run` makes it again.") from exc
    return found
