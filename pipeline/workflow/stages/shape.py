"""Shape the themes as people asked, and count who spoke of them."""

import json
from collections.abc import Collection
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.codebook.codebook import Codebook
from pipeline.methods.text.function_words import ENGLISH
from pipeline.methods.text.language import UNKNOWN, languages_of_column
from pipeline.methods.themes.describe import TITLED_FROM, exemplars_of, nearness
from pipeline.methods.themes.distinct_texts import UnitRows, Units, blocks, unit
from pipeline.methods.themes.edits import Edit, Outcome, ThemeShape, apply_edits, as_found
from pipeline.methods.themes.keywords import keywords_of
from pipeline.methods.themes.saved_model import SavedThemes
from pipeline.methods.themes.titles import MIXED, all_different, phrases_of, title_case
from pipeline.methods.themes.tokens import words
from pipeline.runtime.files import content_id
from pipeline.tables import lookup
from pipeline.tables.lazy import Rows, select, take, text_column
from pipeline.tables.parquet import Vectors, empty_table


RARE = 5
SHARES = ("praise", "complaint", "suggestion")


def shape(
    found_themes: pd.DataFrame,
    found_members: pd.DataFrame,
    found_centroids: Vectors,
    texts: Rows,
    vectors: Vectors,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    theme_edits: pd.DataFrame,
    frozen: SavedThemes | None,
    codebook: Codebook,
    valences: pd.DataFrame,
    *,
    settings: SimpleNamespace,
) -> tuple[pd.DataFrame, pd.DataFrame, Vectors, pd.DataFrame]:
    """Return themes, members and middles as people want them, and what came of each edit that stands.

    A theme's title is the one people gave, or that of a saved theme, or its code's label, or a phrase that several people said;
    where there is none, it says that the theme is mixed. Texts that came late change neither titles nor middles.
    """
    edits = theme_edits[~theme_edits["withdrawn"]]
    if found_themes.empty:
        lost = [(edit_id, Outcome(edit_id, "no longer finds its theme")) for edit_id in edits["edit_id"]]
        return empty_table("themes"), empty_table("members"), found_centroids, _shaping(edits, dict(lost), {})
    matrix = UnitRows(vectors.matrix)
    labels = lookup.index_in(found_members["theme_id"].fillna(""), found_themes["theme_id"]).astype(np.intp)
    done, outcomes = apply_edits(_before(found_themes, labels), found_members["text_id"], matrix, _edits(edits))
    late = found_members["late"].to_numpy(bool)
    # A theme is told by the texts that it was found from, save where it has none but late ones.
    telling = replace(done, labels=np.where(late & np.isin(done.labels, done.labels[~late]), -1, done.labels))
    middles = {label: matrix[np.flatnonzero(telling.labels == label)].sum(axis=0, keepdims=True) for label in done.made}
    centres = np.vstack([found_centroids.matrix.astype(np.float64), *(unit(middles[label]) for label in done.made)])
    row_of = {label: row for row, label in enumerate((*range(done.n_found), *done.made))}
    drawn = _drawn(found_themes, texts, matrix, telling, centres[[row_of[label] for label in done.alive]])
    members = _members(found_members, done, matrix, centres, row_of, ids=drawn["theme_id"])
    places = lookup.index_in(segments["comment_id"], comments["comment_id"])
    speakers = pd.DataFrame({"text_id": segments["text_id"], "response_id": comments["response_id"].take(places).array})
    kept = range(done.n_found) if frozen else ()
    may_name = _may_name(texts, segments, comments["language"].take(places))
    naming = np.where(may_name, telling.labels, -1)
    if not may_name.all():
        drawn = drawn.assign(keywords=_spoken(drawn["keywords"], texts, naming))
    titled = _with_titles(drawn, texts, matrix, naming, speakers, kept=kept, codebook=codebook)
    themes = _with_valences(_with_people(titled, members, speakers), members, segments, valences)
    middle_of_each = centres[[row_of[label] for label in themes.index]].astype(np.float16)
    centroids = Vectors(tuple(themes["theme_id"]), middle_of_each, found_centroids.model, found_centroids.sha256)
    outcome_of = {outcome.edit_id: outcome for outcome in outcomes}
    numbers = dict(zip(themes.index, themes["number"], strict=True))
    return themes, members, centroids, _shaping(edits, outcome_of, numbers)


def _edits(edits: pd.DataFrame) -> list[Edit]:
    parts = [tuple(tuple(part) for part in json.loads(texts)) for texts in edits["texts"]]
    rows = zip(edits["edit_id"], edits["action"], parts, edits["detail"], strict=True)
    return [Edit(int(edit_id), action, part, detail) for edit_id, action, part, detail in rows]


def _before(themes: pd.DataFrame, labels: NDArray[np.intp]) -> ThemeShape:
    """Return the themes as found, with what people asked of a saved model that the themes come from."""
    shape = as_found(labels.astype(np.intp), len(themes))
    rows = themes.to_dict("records")
    return ThemeShape(
        shape.labels,
        shape.n_found,
        shape.alive,
        titles={i: (str(row["title"]), 0) for i, row in enumerate(rows) if row["named"]},
        codes={i: (str(row["agreed_code"]), 0) for i, row in enumerate(rows) if pd.notna(row["agreed_code"])},
        aside={i: 0 for i, row in enumerate(rows) if row["set_aside"]},
    )


def _drawn(
    found_themes: pd.DataFrame, texts: Rows, matrix: Units, done: ThemeShape, centres: NDArray[np.float64]
) -> pd.DataFrame:
    """Return the portrait of each theme there is, by label: as found, or drawn anew where people made the theme."""
    # Of all themes at once, as a word is telling by being rare in the others.
    new = keywords_of([_words(texts, done, label) for label in done.alive]) if done.made else []
    rows: dict[int, dict[str, object]] = {}
    for place, label in enumerate(done.alive):
        # Labels from n_found on are themes that people made, by a merge or a split.
        if label < done.n_found:
            row = {str(column): value for column, value in found_themes.iloc[label].items()}
        else:
            row = _portrait(found_themes, texts, matrix, done, label=label, centre=centres[place], keywords=new[place])
        title, named = done.titles[label][0] if label in done.titles else row["title"], label in done.titles
        code = done.codes[label][0] if label in done.codes else None
        rows[label] = {**row, "title": title, "named": named, "set_aside": label in done.aside, "agreed_code": code}
    return pd.DataFrame.from_dict(rows, orient="index")


def _words(texts: Rows, done: ThemeShape, label: int) -> list[str]:
    return list(select(text_column(texts), np.flatnonzero(done.labels == label)))


def _portrait(
    found_themes: pd.DataFrame,
    texts: Rows,
    matrix: Units,
    done: ThemeShape,
    *,
    label: int,
    centre: NDArray[np.float64],
    keywords: tuple[str, ...],
) -> dict[str, object]:
    members = np.flatnonzero(done.labels == label)
    near = nearness(matrix, np.where(done.labels == label, 0, -1), centre[None])
    exemplars = take(texts, exemplars_of(text_column(texts), matrix, [members], near)[0])["text_id"]
    largest = label
    # A theme that was made of made ones goes back to the one as found that gave it most: its family is that one's.
    while largest >= done.n_found:
        largest = done.sources[largest][0]
    return {
        "theme_id": content_id(*sorted(exemplars)),
        "keywords": ", ".join(keywords),
        "title": "",
        "exemplars": " ".join(exemplars),
        "stability": None,
        "family": found_themes["family"].iloc[largest],
        "family_title": found_themes["family_title"].iloc[largest],
        "guide_code": found_themes["guide_code"].iloc[largest] if len(done.sources[label]) > 1 else None,
    }


def _members(
    found_members: pd.DataFrame,
    done: ThemeShape,
    matrix: Units,
    centres: NDArray[np.float64],
    row_of: dict[int, int],
    *,
    ids: pd.Series,
) -> pd.DataFrame:
    rows = np.array([row_of.get(int(label), -1) for label in done.labels], dtype=np.intp)
    # Only in themes that people made has the middle moved.
    changed = np.flatnonzero(done.labels >= done.n_found)
    similarity = found_members["similarity"].to_numpy(np.float64, copy=True)
    # In blocks, since the rows of a large study are read from disk.
    for part in (changed[block] for block in blocks(len(changed))):
        similarity[part] = np.einsum("ij,ij->i", matrix[part], centres[rows[part]]).clip(-1, 1)
    return found_members.drop(columns=["late", "found_from", "guided_by"]).assign(
        theme_id=ids.reindex(done.labels).to_numpy(object), similarity=similarity
    )


def _with_titles(
    themes: pd.DataFrame,
    texts: Rows,
    matrix: Units,
    labels: NDArray[np.intp],
    speakers: pd.DataFrame,
    *,
    kept: Collection[int],
    codebook: Codebook,
) -> pd.DataFrame:
    """Give each theme, by label, its title: the one that people gave, a saved one, its code's label or a phrase of its people."""
    # So many texts are enough to tell a title by.
    rows = [np.flatnonzero(labels == label)[:TITLED_FROM] for label in themes.index]
    read = [take(texts, own) for own in rows]
    people_of = [_speakers(own, speakers) for own in read]
    phrases = phrases_of([own["text"].tolist() for own in read], people_of, [matrix[own] for own in rows])
    labels_of = codebook.plain_names
    # What people agreed on before what guided the program.
    codes = themes["agreed_code"].where(themes["agreed_code"].notna(), themes["guide_code"])
    fixed = themes["named"].astype(bool) | (themes.index.isin(list(kept)) & themes["title"].ne(""))
    candidates = zip(themes["title"], fixed, codes, phrases, strict=True)
    titles = [title if stays else labels_of.get(code) or title_case(phrase) or MIXED for title, stays, code, phrase in candidates]
    # Two themes of one code would have its label both; the second is told apart by its phrase.
    themes = themes.assign(title=all_different(titles, phrases, kept=fixed.tolist()))
    largest = themes.assign(size=[len(own) for own in rows]).sort_values("size", ascending=False, kind="stable")
    return themes.assign(family_title=themes["family"].map(largest.drop_duplicates("family").set_index("family")["title"]))


def _may_name(texts: Rows, segments: pd.DataFrame, languages: "pd.Series[str]") -> NDArray[np.bool_]:
    """Say of each text whether it may name a theme: not one in another language where the study is mostly in English.

    `languages` has that of the answer of each segment. A short text whose language nobody could tell is judged beside the others.
    """
    by_text = pd.DataFrame({"text_id": segments["text_id"].array, "language": languages.array}).drop_duplicates("text_id")
    read = by_text.set_index("text_id")["language"].reindex(texts["text_id"]).fillna(UNKNOWN).to_numpy(object)
    is_english, is_unknown = read == ENGLISH, read == UNKNOWN
    if (is_english | is_unknown).all() or is_english.sum() < (~is_english & ~is_unknown).sum():
        return np.ones(len(read), dtype=bool)
    short = np.flatnonzero(is_unknown)
    likely = languages_of_column([*select(text_column(texts), short)], expected=(ENGLISH,)) if len(short) else []
    is_english[short] = [language == ENGLISH for language in likely]
    return np.asarray(is_english, dtype=bool)


def _spoken(keywords: "pd.Series[str]", texts: Rows, naming: NDArray[np.intp]) -> list[str]:
    """Return the keywords of each theme, by label, that stand in the texts which name it."""
    kept = []
    for label, listing in keywords.items():
        own = {word for text in select(text_column(texts), np.flatnonzero(naming == label)) for word in words(text)}
        kept.append(", ".join(keyword for keyword in listing.split(", ") if set(words(keyword)) <= own))
    return kept


def _speakers(texts: pd.DataFrame, speakers: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return for each text the people who said it."""
    rows = speakers.loc[speakers["text_id"].isin(texts["text_id"]), ["text_id", "response_id"]].drop_duplicates()
    rows = rows.sort_values("text_id", kind="stable")
    people = rows["response_id"].tolist()
    ends = rows["text_id"].searchsorted(texts["text_id"], side="right")
    starts = rows["text_id"].searchsorted(texts["text_id"], side="left")
    return [tuple(people[start:end]) for start, end in zip(starts, ends, strict=True)]


def _with_people(themes: pd.DataFrame, members: pd.DataFrame, speakers: pd.DataFrame) -> pd.DataFrame:
    themes_of = pd.Categorical(members["theme_id"])
    spoken = themes_of.take(lookup.index_in(speakers["text_id"], members["text_id"]), allow_fill=True)
    people = pd.Series(pd.factorize(speakers["response_id"])[0]).groupby(pd.Series(spoken), observed=True).nunique()
    people.index = people.index.astype("str")
    n_texts = members.groupby("theme_id")["text_id"].size()
    themes = themes.assign(
        n_people=themes["theme_id"].map(people).fillna(0).astype(int),
        n_texts=themes["theme_id"].map(n_texts).fillna(0).astype(int),
    )
    themes = themes.assign(rare=themes["n_people"] < RARE)
    # The id decides between equals, so that numbers do not hang on the order of rows.
    themes = themes.sort_values(["set_aside", "n_people", "theme_id"], ascending=[True, False, True])
    return themes.assign(number=range(1, len(themes) + 1))


def _with_valences(themes: pd.DataFrame, members: pd.DataFrame, segments: pd.DataFrame, valences: pd.DataFrame) -> pd.DataFrame:
    """Give each theme the shares of its excerpts that praise, complain and suggest: the means of their chances.

    Means are nearer to the truth than counts of the likeliest, since of many that are a little likely some are so.
    """
    theme_of = pd.Categorical(members["theme_id"])
    spoken = theme_of.take(lookup.index_in(segments["text_id"], members["text_id"]), allow_fill=True)
    chances = valences[list(SHARES)].take(lookup.index_in(segments["text_id"], valences["text_id"]))
    means = chances.reset_index(drop=True).groupby(pd.Series(spoken), observed=True).mean().round(4)
    means.index = means.index.astype("str")
    return themes.assign(**{name: themes["theme_id"].map(means[name]).astype(float) for name in SHARES})


def _shaping(edits: pd.DataFrame, outcomes: dict[int, Outcome], numbers: dict[int, int]) -> pd.DataFrame:
    results = [outcomes[edit_id] for edit_id in edits["edit_id"]]
    shown = [" ".join(str(number) for number in sorted(numbers[label] for label in outcome.labels)) for outcome in results]
    columns = edits[["edit_id", "action", "detail", "by", "made_at"]]
    return columns.assign(result=[outcome.result for outcome in results], themes=shown) if results else empty_table("shaping")
