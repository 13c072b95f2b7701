"""Who is counted in each figure that leaves, read anew from the tables of who said what and without their words."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet

from pipeline.errors import DataError
from pipeline.methods.disclosure.cells import EVERYONE, with_any
from pipeline.methods.disclosure.open_questions import persons_asked
from pipeline.study.study import Study
from pipeline.study.study_settings import compared_groups
from pipeline.tables.parquet import TABLES
from pipeline.workflow.stages.count import DECIDED
from pipeline.workflow.stages.respond import ALL, ANSWERED, BLANK, NOT_STATED, became_of


# Earlier versions counted suggestions, too: what they released is of other people, and must not be given as before.
_DECIDED = "decided "
MEAN = ("estimate", "low", "high")
THEMES = "themes"
EVERYONE_PART = f"{EVERYONE}|{EVERYONE}"
Key = tuple[str, str]
"""What is counted, and the group within which it is."""

BEHIND = {
    "comments": ("comment_id", "response_id", "question", "set_aside", "consent"),
    "people": ("response_id", "attribute", "value"),
    "segments": ("segment_id", "comment_id", "text_id"),
    "codings": ("segment_id", "code", "status"),
    "ratings": ("response_id", "question", "value", "score"),
    "themes": ("theme_id", "set_aside"),
    "members": ("text_id", "theme_id"),
}


def keys_of(name: str, row: Mapping[str, object]) -> tuple[Key, Key]:
    """Return under what the base and the count of a row are kept."""
    part = _part(row["group"], row["level"])
    if name == "voices":
        # A theme's id changes with its words, so all themes are one thing, and told apart by their people.
        return ("themes|base", part), (THEMES, f"{row['theme_id']}|{part}")
    question = f"{name}|{row['question']}|{row.get('measure', '')}"
    return (f"{question}|base", part), (
        f"{question}|{_DECIDED}{row['code']}" if name == "counts" else f"{question}|{row['value']}",
        part,
    )


def base_key(key: Key) -> Key:
    """Return under what the people are kept out of whom a figure is counted."""
    item, part = key
    if item == THEMES:
        return "themes|base", thing_and_part(key)[1]
    return f"{item.rpartition('|')[0]}|base", part


def _part(group: object, level: object) -> str:
    # No bar in a level, so that the attribute is all before the last one.
    return f"{group}|{str(level).replace('|', '/')}"


def theme_key(theme_id: str) -> Key:
    """Return under what a theme's number of people is kept."""
    return THEMES, f"{theme_id}|{EVERYONE_PART}"


def thing_and_part(key: Key) -> tuple[Key, str]:
    """Return what a figure counts, an item and for numbers by theme the theme, and the part of the people it counts it in."""
    item, part = key
    theme, _, of_theme = part.partition("|")
    return ((item, theme), of_theme) if item == THEMES else ((item, ""), part)


def became_key(became: str) -> Key:
    """Return under what the number of answers is kept of which this became."""
    return f"accounts|{became}", EVERYONE_PART


def people_behind(study: Study) -> tuple[dict[Key, frozenset[str]], dict[Key, tuple[float, float]]]:
    """Return who is counted in each figure, by item and part, and of those that are no number of people, their true value."""
    tables = {name: _table(study, name) for name in BEHIND}
    groups = compared_groups(study.settings)
    levels = _with_parts(_levels(tables["comments"], tables["ratings"], tables["people"], groups))[["response_id", "part"]]
    asked = _with_parts(_levels_asked(persons_asked(tables["comments"])[["response_id"]], tables["people"], groups))
    parts = [
        *_of_codes(tables, levels),
        *_of_closed(tables, levels),
        *_of_themes(tables, levels),
        *_of_responding(tables, asked),
        *(
            tables["comments"].assign(item="accounts|" + became, part=became_key(ALL)[1])
            for became in (became_of(tables["comments"]), ALL)
        ),
    ]
    rows = pd.concat([part[["item", "part", "response_id"]] for part in parts], ignore_index=True)
    people = {(str(key[0]), str(key[1])): frozenset(ids) for key, ids in rows.groupby(["item", "part"])["response_id"]}
    return people, dict([*_true_means(tables["ratings"], levels), *_true_accounts(tables["comments"])])


def people_by_part(study: Study) -> dict[str, frozenset[str]]:
    """Return the people of each level of every attribute that is known of them, compared or not, and of those not stated."""
    people, comments = _table(study, "people"), _table(study, "comments")
    groups = dict.fromkeys((*compared_groups(study.settings), *people["attribute"].unique()))
    rows = _with_parts(_levels_asked(comments[["response_id"]], people, tuple(map(str, groups))))
    return {str(part): frozenset(ids) for part, ids in rows.groupby("part")["response_id"]}


def _true_means(ratings: pd.DataFrame, levels: pd.DataFrame) -> Iterable[tuple[Key, tuple[float, float]]]:
    """Yield means and the ends of their intervals, and how many people it takes to move each by one."""
    from scipy.stats import t

    scored = ratings.dropna(subset="score").merge(levels, on="response_id")
    spread = scored.groupby("question")["score"].agg(np.ptp)
    means = scored.groupby(["question", "part"])["score"].agg(["mean", "std", "count"]).reset_index()
    for row in means.to_dict("records"):
        n, width = row["count"], spread[row["question"]]
        half = row["std"] / n**0.5 * t.ppf(0.975, n - 1) if n > 1 else np.nan
        for figure, value in zip(MEAN, (row["mean"], row["mean"] - half, row["mean"] + half), strict=True):
            yield (f"closed|{row['question']}|mean|base|{figure}", row["part"]), (float(value), n / width if width else np.inf)


def _true_accounts(comments: pd.DataFrame) -> Iterable[tuple[Key, tuple[float, float]]]:
    # One person has as many answers as there are questions, at most.
    most = max(1, comments["question"].nunique())
    became = became_of(comments).value_counts()
    for name, n in [*became.items(), (ALL, len(comments))]:
        yield became_key(str(name)), (float(n), 1 / most)


def _levels(comments: pd.DataFrame, ratings: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per person and level that the person counts in, `everyone` among them."""
    ids = pd.concat([comments["response_id"], ratings["response_id"]]).drop_duplicates()
    everyone = pd.DataFrame({"response_id": ids, "group": EVERYONE, "level": EVERYONE})
    # Of several values the first counts, as in the tables.
    stated = people[people["attribute"].isin(groups)].drop_duplicates(["response_id", "attribute"])
    return pd.concat([everyone, stated.rename(columns={"attribute": "group", "value": "level"})], ignore_index=True)


def _levels_asked(asked: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    # People whose value is not known are a level, too, so that all add up to everyone.
    everyone = asked[["response_id"]].drop_duplicates()
    parts = [everyone.assign(group=EVERYONE, level=EVERYONE)]
    for group in groups:
        level_of = people[people["attribute"] == group].drop_duplicates("response_id").set_index("response_id")["value"]
        parts.append(everyone.assign(group=group, level=everyone["response_id"].map(level_of).astype(object).fillna(NOT_STATED)))
    return pd.concat(parts, ignore_index=True)


def _with_parts(levels: pd.DataFrame) -> pd.DataFrame:
    # As text, in which an attribute and its level are one key.
    parts = [_part(*row) for row in levels[["group", "level"]].itertuples(index=False)]
    # Where nobody answered there are none, which pandas would take for numbers.
    return levels.assign(part=pd.Series(parts, index=levels.index, dtype="str"))


def _of_codes(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    comments = tables["comments"]
    usable = with_any(comments.loc[comments["set_aside"].isna(), ["response_id", "question", "comment_id"]])
    base = usable.merge(levels, on="response_id")
    yield base.assign(item="counts|" + base["question"] + "||base")
    codings = tables["codings"]
    spoken = codings.loc[codings["status"].isin(DECIDED), ["segment_id", "code"]].merge(
        tables["segments"][["segment_id", "comment_id"]], on="segment_id"
    )
    spoken = spoken.merge(base, on="comment_id")
    yield spoken.assign(item="counts|" + spoken["question"] + "||" + _DECIDED + spoken["code"])


def _of_closed(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    rated = tables["ratings"].merge(levels, on="response_id")
    yield rated.assign(item="closed|" + rated["question"] + "|share|base")
    yield rated.assign(item="closed|" + rated["question"] + "|share|" + rated["value"])
    scored = rated.dropna(subset="score")
    for ending in ("base", *(f"base|{figure}" for figure in MEAN)):
        yield scored.assign(item="closed|" + scored["question"] + "|mean|" + ending)


def _of_themes(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    spoken = tables["segments"].merge(tables["comments"][["comment_id", "response_id"]], on="comment_id")
    spoken = spoken.merge(tables["members"].dropna(subset="theme_id"), on="text_id")[["response_id", "theme_id"]]
    rows = spoken.merge(levels, on="response_id")
    yield rows.assign(item=THEMES, part=rows["theme_id"] + "|" + rows["part"])
    counted = tables["themes"].loc[~tables["themes"]["set_aside"], "theme_id"]
    yield rows[rows["theme_id"].isin(counted)].assign(item="themes|base")


def _of_responding(tables: Mapping[str, pd.DataFrame], levels: pd.DataFrame) -> Iterable[pd.DataFrame]:
    asked = persons_asked(tables["comments"]).merge(levels, on="response_id")
    yield asked.assign(item="response_rates|" + asked["question"] + "||base")
    did = asked["answered"].map({True: ANSWERED, False: BLANK})
    yield asked.assign(item="response_rates|" + asked["question"] + "||" + did)


def _table(study: Study, name: str) -> pd.DataFrame:
    # No words: the columns named tell who is counted and nothing else.
    path = study.folder / TABLES[name].file
    try:
        table: pd.DataFrame = pyarrow.parquet.read_table(path, columns=list(BEHIND[name])).to_pandas()
    except (FileNotFoundError, pyarrow.ArrowException, KeyError) as exc:
        raise DataError(f"The table {name} is not as it should be; `themes run` makes it again.") from exc
    return table
