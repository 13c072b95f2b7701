"""Made-up studies whose attributes nest, cross and overlap, counted by the stages themselves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.codebook.codebook import Code, Codebook
from pipeline.methods.disclosure import PROFILES, disclose
from pipeline.study.study_settings import Count, Intake
from pipeline.workflow.stages.count import count
from pipeline.workflow.stages.respond import respond
from pipeline.workflow.stages.voices import voices


SINGLE, SEVERAL = "yes_or_no", "which"


@dataclass(frozen=True)
class Made:
    """A study's figures as they may leave, and what an attacker knows besides."""

    tables: Mapping[str, pd.DataFrame]
    persons: pd.DataFrame
    asked: Mapping[str, frozenset[str]]

    @property
    def n_tables(self) -> int:
        """How many different things are counted by all groups."""
        counts, closed, voices_ = self.tables["counts"], self.tables["closed"], self.tables["voices"]
        return (
            len(counts.drop_duplicates(["question", "code"]))
            + len(closed.drop_duplicates(["question", "value"]))
            + voices_["theme_id"].nunique()
            + len(self.asked)
        )


def draw_attributes(draw: np.random.Generator, n_people: int) -> dict[str, np.ndarray]:
    """Return one to three attributes: one, one that is made of it or overlaps with it, and one that has nothing to do with it."""
    n_levels = int(draw.integers(2, 7))
    fine = draw.choice(n_levels, n_people, p=draw.dirichlet(np.full(n_levels, 1.2)))
    found = {"fine": fine}
    kind = draw.integers(0, 4)
    coarse = draw.integers(0, max(2, n_levels - 1), n_levels)[fine]
    if kind in (1, 3):
        found["coarse"] = coarse
    if kind == 2:
        moved = draw.random(n_people) < draw.choice([0.02, 0.1])
        found["overlapping"] = np.where(moved, draw.integers(0, 3, n_people), coarse)
    if kind in (0, 3) and draw.random() < 0.6:
        found["crossed"] = draw.integers(0, int(draw.integers(2, 4)), n_people)
    unknown = draw.choice([0.0, 0.0, 0.06])
    return {name: np.where(draw.random(n_people) < unknown, -1, levels) for name, levels in found.items()}


def draw_groupings(draw: np.random.Generator, kind: str) -> dict[str, np.ndarray]:
    """Return two attributes of 30 to 250 people by which a study may be exported one after the other."""
    n_people, n_levels = int(draw.integers(30, 250)), int(draw.integers(3, 6))
    fine = draw.choice(n_levels, n_people, p=draw.dirichlet(np.full(n_levels, 1.2)))
    other = draw.integers(0, 3, n_people) if kind == "crossed" else draw.integers(0, max(2, n_levels - 1), n_levels)[fine]
    if kind == "overlapping":
        other = np.where(draw.random(n_people) < 0.06, draw.integers(0, 3, n_people), other)
    unknown = draw.choice([0.0, 0.0, 0.06])
    return {name: np.where(draw.random(n_people) < unknown, -1, levels) for name, levels in (("fine", fine), ("other", other))}


def many_attributes(draw: np.random.Generator, n_people: int, n_attributes: int = 4) -> dict[str, np.ndarray]:
    """Return attributes of six levels that cross, so that nearly everybody is alone in being what they are in all of them."""
    return {f"crossed {number}": draw.choice(6, n_people, p=draw.dirichlet(np.full(6, 3.0))) for number in range(n_attributes)}


def made_up(draw: np.random.Generator, profile: str, attributes: dict[str, np.ndarray] | None = None) -> Made:
    """Draw a study and count it; with attributes, for as many people as they are of."""
    said = draw_study(draw, attributes)
    return Made(count_study(said, tuple(said.persons), profile), said.persons, said.asked)


@dataclass(frozen=True)
class Said:
    """Who said what in a study, before anything is counted."""

    frames: Mapping[str, pd.DataFrame]
    codes: tuple[str, ...]
    persons: pd.DataFrame
    """The attributes of each person, a column each, indexed by person."""

    @property
    def asked(self) -> dict[str, frozenset[str]]:
        """Who was asked each open question, and any."""
        everybody = frozenset(self.persons.index)
        return dict.fromkeys([*dict.fromkeys(self.frames["comments"]["question"]), "any"], everybody)

    def of(self, persons: Collection[str]) -> "Said":
        """Return what these people said."""
        kept = {
            name: frame[frame["response_id"].isin(persons)] if "response_id" in frame else frame
            for name, frame in self.frames.items()
        }
        there = kept["comments"]["comment_id"]
        for name, column in (("segments", "comment_id"), ("codings", "segment_id"), ("members", "text_id")):
            # An answer is one meaning unit and one text here, and all three go by one id.
            kept[name] = kept[name][kept[name][column].isin(there)]
        return Said(_with_themes(kept), self.codes, self.persons[self.persons.index.isin(persons)])


def draw_study(draw: np.random.Generator, attributes: dict[str, np.ndarray] | None = None) -> Said:
    """Draw who said what in a study; with attributes, for as many people as they are of."""
    n_people = int(draw.integers(30, 400)) if attributes is None else len(next(iter(attributes.values())))
    ids = np.array([f"{person:016x}" for person in range(n_people)])
    attributes = draw_attributes(draw, n_people) if attributes is None else attributes
    people = _people(ids, attributes)
    questions = [f"q{number}" for number in range(int(draw.integers(1, 4)))]
    comments = pd.concat([_comments(draw, ids, question) for question in questions], ignore_index=True)
    comments["comment_id"] = [f"{place:016x}" for place in range(len(comments))]
    read = comments[comments["set_aside"].isna()]
    segments = pd.DataFrame({"segment_id": read["comment_id"], "comment_id": read["comment_id"], "text_id": read["comment_id"]})
    codes = [f"code{number}" for number in range(int(draw.integers(2, 5)))]
    tilt = draw.random(20)
    coded = [
        segments[draw.random(len(segments)) < draw.beta(0.6, 1.5) * tilt[next(iter(attributes.values()))][_person(read)]]
        for _ in codes
    ]
    codings = pd.concat([rows[["segment_id"]].assign(code=code) for code, rows in zip(codes, coded, strict=True)])
    codings = codings.assign(status="accepted", reviewers=1)
    members = segments[["text_id"]].assign(theme_id=[f"t{draw.integers(0, 4)}" for _ in range(len(segments))], similarity=1.0)
    ratings = pd.concat([_single(draw, ids), _several(draw, ids)], ignore_index=True)
    frames = {
        "codings": codings,
        "segments": segments,
        "comments": comments,
        "people": people,
        "ratings": ratings,
        "members": members,
    }
    return Said(_with_themes(frames), tuple(codes), _persons(ids, attributes))


def _with_themes(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    spoken = frames["members"].merge(frames["segments"], on="text_id").merge(frames["comments"], on="comment_id")
    n_people = spoken.groupby("theme_id")["response_id"].nunique()
    themes = pd.DataFrame({"theme_id": n_people.index, "n_people": n_people.to_numpy(), "set_aside": False})
    return {**frames, "themes": themes}


def count_study(said: Said, groups: tuple[str, ...], profile: str) -> dict[str, pd.DataFrame]:
    """Count what was said by groups, as the stages of a run do."""
    frames = said.frames
    settings = SimpleNamespace(
        count=Count(profile=profile, groups=groups), intake=Intake(file="x.csv", attributes=tuple(map(str, said.persons)))
    )
    of_codes = [frames[name] for name in ("codings", "segments", "comments", "people", "ratings")]
    counts, closed = count(*of_codes, Codebook(tuple(map(Code, said.codes))), settings=settings)
    rates, _ = respond(frames["comments"], frames["people"], settings=settings)
    of_themes = [frames[name] for name in ("themes", "members", "segments", "comments", "people")]
    voices_, _ = voices(*of_themes, settings=settings)
    themes = shown_themes(frames["themes"], voices_, profile)
    return {"counts": counts, "closed": closed, "response_rates": rates, "voices": voices_, "themes": themes}


def shown_themes(themes: pd.DataFrame, said: pd.DataFrame, profile: str) -> pd.DataFrame:
    """Return themes with the numbers of people that may be shown beside those of groups."""
    gone = themes["theme_id"].map(said.groupby("theme_id")["total_shown"].all()).eq(False)
    shown = np.where(gone, np.nan, disclose(themes["n_people"].to_numpy(float), PROFILES[profile]))
    return themes.assign(n_people=shown)


def made_up_choices(draw: np.random.Generator, profile: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a study of one closed question of which each chose one answer; return its figures, and what each person is."""
    n_people = int(draw.integers(30, 400))
    ids = np.array([f"{person:016x}" for person in range(n_people)])
    attributes = draw_attributes(draw, n_people)
    settings = SimpleNamespace(
        count=Count(profile=profile, groups=tuple(attributes)), intake=Intake(file="x.csv", attributes=tuple(attributes))
    )
    # All were asked, those who chose nothing, too.
    comments = pd.DataFrame({"response_id": ids, "question": "q0", "set_aside": "empty", "consent": "analyse", "comment_id": ids})
    nothing = pd.DataFrame({"segment_id": [], "comment_id": [], "text_id": []}, dtype="str")
    codings = pd.DataFrame({"segment_id": [], "code": [], "status": [], "reviewers": []}, dtype="str")
    ratings, people = _single(draw, ids), _people(ids, attributes)
    _, closed = count(codings, nothing, comments, people, ratings, Codebook(()), settings=settings)
    return closed, _persons(ids, attributes)


def _people(ids: np.ndarray, attributes: Mapping[str, np.ndarray]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"response_id": ids, "attribute": name, "value": [f"level {level}" for level in levels]})[levels >= 0]
        for name, levels in attributes.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _persons(ids: np.ndarray, attributes: Mapping[str, np.ndarray]) -> pd.DataFrame:
    levels_of = {name: [f"level {level}" if level >= 0 else None for level in levels] for name, levels in attributes.items()}
    return pd.DataFrame(levels_of, index=ids)


def _person(rows: pd.DataFrame) -> np.ndarray:
    return np.array([int(one, 16) for one in rows["response_id"]])


def _comments(draw: np.random.Generator, ids: np.ndarray, question: str) -> pd.DataFrame:
    reasons = draw.choice(3, len(ids), p=draw.dirichlet([6.0, 2.0, 0.3]))
    set_aside = pd.Series(reasons).map({0: None, 1: "empty", 2: "non-answer"}).astype("str")
    return pd.DataFrame({"response_id": ids, "question": question, "set_aside": set_aside, "consent": "analyse"})


def _single(draw: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    options = int(draw.integers(2, 4))
    chosen = draw.choice(options, len(ids), p=draw.dirichlet(np.full(options, 0.8)))
    rows = pd.DataFrame({"response_id": ids, "question": SINGLE, "value": [f"option {one}" for one in chosen], "score": np.nan})
    return rows[draw.random(len(ids)) < draw.choice([1.0, 0.9])]


def _several(draw: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    rows = [
        pd.DataFrame({"response_id": ids, "question": SEVERAL, "value": f"choice {option}", "score": np.nan})[
            draw.random(len(ids)) < draw.beta(1.0, 1.5)
        ]
        for option in range(int(draw.integers(2, 4)))
    ]
    return pd.concat(rows)
