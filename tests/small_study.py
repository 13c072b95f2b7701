"""A small study that has been run: invented people, invented words, and every table the exports take."""

import atexit
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.runtime.files import content_id
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES, Vectors, check_table, empty_table, read_table, write_table
from pipeline.workflow.manifest import Manifest, write_manifest
from pipeline.workflow.row_accounts import account
from pipeline.workflow.stages.count import count
from pipeline.workflow.stages.estimate import estimate
from pipeline.workflow.stages.respond import respond
from pipeline.workflow.stages.voices import voices


SETTINGS = """
schema = 1
name = "What helps & what hinders <pilot>"
codebook = "codebook.csv"

[intake]
file = "responses.csv"
attributes = ["group"]

[intake.questions.hinders]
column = "hinders"
frame = "better"
wording = "What gets in the way?"

[intake.questions.helps]
column = "helps"
frame = "good"
wording = "What helps?"

[intake.ratings.forms]
column = "forms"
scale = [1, 4]
wording = "Forms are a burden"

[intake.ratings.time]
column = "time"
scale = [1, 4]
wording = "There is too little time"

[intake.ratings.change]
column = "change"
wording = "Has anything changed?"

[count]
groups = ["group"]
profile = "PROFILE"
"""

# Group, people, and the code each group speaks of most.
GROUPS = (
    ("People who use services", 60, "time"),
    ("Family & friends", 44, "time"),
    ("Care workers", 40, "forms"),
    ("Leaders", 5, "forms"),
)

CODES = (
    Code("forms", label="Forms and rules", definition="Paperwork in the way."),
    Code("time", label="Too little time", definition="Not enough time."),
    Code("trust", label="Trust & respect", definition="Being trusted."),
    Code("money", label="Money <budgets>", definition="Not enough money."),
    Code("transport", label="Getting there", definition="Travel to meetings."),
)

# Theme, code that fits it (or none), and what was said. Words after "private:" are said only by people who do not agree
# to be quoted.
SAID = (
    (
        "forms, pages, signature",
        "forms",
        "Forty pages before anybody listens to you.",
        "So many signatures for one ramp.",
        "private: My cousin the councillor hid our form in a drawer.",
    ),
    (
        "hurry, minutes, rushed",
        "time",
        "Ten minutes is no time to think.",
        "They were rushed, and so were we.",
        "private: The blue clipboard woman hurried my mother out.",
    ),
    (
        "trust, listened, respect",
        "trust",
        'She said <script>alert("stop")</script> & "meant" it.',
        "I felt trusted for once.",
        "private: Only the night porter with one arm ever trusted me.",
    ),
    (
        "money, budget, cut",
        "money",
        "The budget went before we had begun.",
        "Cut, cut and cut again.",
        "private: They spent the minibus fund on a statue of the mayor.",
    ),
    ("assistance, dog, venue", None, "The dog that helps me was not let in.", "No room for a guide dog at the venue."),
    ("harp, lullaby, orchard", None, "private: Grandmother's harp was left to rot in the orchard."),
)
PRIVATE = tuple(text.removeprefix("private: ") for _, _, *texts in SAID for text in texts if text.startswith("private: "))
# So many texts came after the themes were found.
LATE = 2
CONSENTS = ("quote", "analyse", "quote", "paraphrase")


@dataclass(frozen=True)
class Tables:
    """The tables of the small study, by name."""

    frames: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]


def build_tables(study: Study, *, one_silent_of: int = 11, all_read: bool = True) -> Tables:
    """Return all tables, each as its contract asks; one of so many people leaves questions blank.

    People read all excerpts together and agreed on the codes that the program suggests, or nobody has read any.
    """
    people = _people()
    responses = _responses(people, one_silent_of)
    comments = _comments(responses)
    segments, texts = _segments(comments)
    themes, members, theme_codes = _themes(texts, segments, comments)
    suggestions = _suggestions(texts)
    codings = _codings(segments, suggestions).assign(status="accepted" if all_read else "suggested")
    ratings = _ratings(people)
    attributes = pd.DataFrame({"response_id": people["response_id"], "attribute": "group", "value": people["group"]})
    codebook = Codebook(CODES)
    settings = SimpleNamespace(count=study.settings.count, intake=study.settings.intake)
    said, ranks = voices(themes, members, segments, comments, attributes, settings=settings)
    counts, closed = count(codings, segments, comments, attributes, ratings, codebook, settings=settings)
    read = segments if all_read else segments.head(0)
    told = (codings, suggestions, _readings(read), empty_table("discussions"), empty_table("lessons"))
    estimates = estimate(segments, comments, attributes, *told, counts, codebook, settings=settings)
    rates, became = respond(comments, attributes, settings=settings)
    frames = {
        "responses": responses,
        "masks": empty_table("masks"),
        "answers": empty_table("answers"),
        "ratings": ratings,
        "people": attributes,
        "comments": comments,
        "segments": segments,
        "texts": texts,
        "found_members": members.assign(late=members.index < LATE, found_from=len(members) - LATE),
        "themes": themes,
        "members": members,
        "shaping": empty_table("shaping"),
        "voices": said,
        "theme_ranks": ranks,
        "suggestions": suggestions,
        "theme_codes": theme_codes,
        "agreement": empty_table("agreement"),
        "codings": codings,
        "quotes": _quotes(codings, segments, comments),
        "counts": counts,
        "closed": closed,
        "estimates": estimates,
        "response_rates": rates,
        "accounts": became,
    }
    return Tables({name: check_table(name, frame) for name, frame in frames.items()})


def _people() -> pd.DataFrame:
    rows = [(group, leaning) for group, n, leaning in GROUPS for _ in range(n)]
    people = pd.DataFrame(rows, columns=["group", "leaning"])
    people["response_id"] = [content_id("person", str(place)) for place in people.index]
    people["consent"] = [CONSENTS[place % 4] for place in people.index]
    people.loc[people.index % 37 == 5, "consent"] = "none"
    return people


def _responses(people: pd.DataFrame, one_silent_of: int) -> pd.DataFrame:
    rows = [
        (
            person.response_id,
            place + 2,
            question,
            frame,
            _answer(place, person, question, one_silent_of),
            1.0,
            None,
            person.consent,
        )
        for question, frame in (("hinders", "better"), ("helps", "good"))
        for place, person in enumerate(people.itertuples(index=False))
    ]
    columns = ["response_id", "row", "question", "frame", "text", "weight", "received", "consent"]
    return pd.DataFrame(rows, columns=columns)


def _answer(place: int, person: object, question: str, one_silent_of: int) -> str | None:
    """Give each person words they may say: those who are not to be quoted say the private ones."""
    if place % one_silent_of == 3:
        return None if place % 2 or question == "helps" else "n/a"
    if place == 1:
        return PRIVATE[-1]
    leaning = [row for row in SAID if row[1] == person.leaning]  # type: ignore[attr-defined]
    row = leaning[0] if place % 3 and question == "hinders" else SAID[(place + len(question)) % 5]
    texts = [text for text in row[2:] if person.consent != "quote" or not text.startswith("private: ")]  # type: ignore[attr-defined]
    return texts[place % len(texts)].removeprefix("private: ")


def _comments(responses: pd.DataFrame) -> pd.DataFrame:
    comments = responses.drop(columns=["row", "received"])
    comments["comment_id"] = [content_id(row.response_id, row.question) for row in responses.itertuples()]
    comments["set_aside"] = [
        _reason(text, consent) for text, consent in zip(responses["text"], responses["consent"], strict=True)
    ]
    comments["text"] = comments["text"].where(comments["set_aside"].isna(), "")
    redactions = [int(place % 40 == 7) for place in comments.index]
    to_check = [int(place % 50 == 9) for place in comments.index]
    return comments.assign(language="en", redactions=redactions, to_check=to_check, reading="", same_as=None)


def _reason(text: str | None, consent: str) -> str | None:
    if not isinstance(text, str):
        return "empty"
    if consent == "none":
        return "no consent to analyse"
    return "non-answer" if text == "n/a" else None


def _segments(comments: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    kept = comments[comments["set_aside"].isna()]
    segments = pd.DataFrame(
        {
            "segment_id": [content_id(comment_id, "0") for comment_id in kept["comment_id"]],
            "comment_id": kept["comment_id"].to_list(),
            "start": 0,
            "end": kept["text"].str.len().to_list(),
            "text": kept["text"].to_list(),
            "text_id": [content_id(text) for text in kept["text"]],
        }
    )
    texts = segments.groupby(["text_id", "text"]).size().rename("n").reset_index().assign(frame="neutral")
    return segments, texts


def _themes(
    texts: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    theme_of = {text.removeprefix("private: "): title for title, _, *said in SAID for text in said}
    members = texts[["text_id"]].assign(
        theme_id=[content_id("theme", theme_of[text]) for text in texts["text"]],
        similarity=0.8,
        heard_once=[text in (PRIVATE[-1], "Cut, cut and cut again.") for text in texts["text"]],
    )
    spoken = segments.merge(comments[["comment_id", "response_id"]], on="comment_id").merge(members, on="text_id")
    n_people = spoken.groupby("theme_id")["response_id"].nunique()
    rows = [
        {
            "theme_id": theme_id,
            "keywords": title,
            "title": title,
            "n_people": int(n_people[theme_id]),
            "family": 1 + place // 2,
            "family_title": f"Family {1 + place // 2}",
            "named": False,
            "set_aside": False,
            "agreed_code": None,
            "exemplars": " ".join(members.loc[members["theme_id"] == theme_id, "text_id"]),
            "code": code,
            "n_texts": int((members["theme_id"] == theme_id).sum()),
            "stability": (0.91, 0.66, None, 0.31, 0.8, 0.12)[place],
        }
        for place, (title, code, *_) in enumerate(SAID)
        if (theme_id := content_id("theme", title)) in n_people
    ]
    found = pd.DataFrame(rows).sort_values(["n_people", "theme_id"], ascending=[False, True], ignore_index=True)
    themes = found.drop(columns="code").assign(number=range(1, len(found) + 1), rare=found["n_people"] < 5)
    return themes, members, _theme_codes(found)


def _theme_codes(found: pd.DataFrame) -> pd.DataFrame:
    known = found["code"].notna()
    return pd.DataFrame(
        {
            "theme_id": found["theme_id"],
            "code": found["code"],
            "score": known * 0.5 + 0.125,
            "runner_up": "transport",
            "proposed": found["title"].mask(known, ""),
            "status": known.map({True: "suggested", False: "new"}),
        }
    )


def _suggestions(texts: pd.DataFrame) -> pd.DataFrame:
    code_of = {text.removeprefix("private: "): code for _, code, *said in SAID for text in said}
    rows = []
    for text in texts.itertuples(index=False):
        code = code_of[text.text]
        abstained = "outside the codebook" if code is None else "too short" if text.text.startswith("Cut") else None
        best = code or "transport"
        rows.append((text.text_id, best, 0.9 if abstained is None else 0.2, abstained is None, abstained, "an example", 1))
        rows.append((text.text_id, "transport" if best != "transport" else "money", 0.1, False, abstained, "an example", 2))
    columns = ["text_id", "code", "score", "suggested", "abstained", "because", "rank"]
    return pd.DataFrame(rows, columns=columns).assign(even=0.5)


def _codings(segments: pd.DataFrame, suggestions: pd.DataFrame) -> pd.DataFrame:
    suggested = suggestions.loc[suggestions["suggested"], ["text_id", "code"]]
    return segments[["segment_id", "text_id"]].merge(suggested, on="text_id").drop(columns="text_id").assign(reviewers=0)


def _readings(segments: pd.DataFrame) -> pd.DataFrame:
    columns = segments[["segment_id", "text_id"]].assign(
        reviewer="Ana", reviewer_group="lived experience", codes="", outcome="none"
    )
    made = columns.assign(drawn="given order", blind=True, channel="web", made_at="2026-11-30T10:00:00Z")
    return made.assign(decision_id=range(1, len(made) + 1))


def _ratings(people: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for place, person in enumerate(people.itertuples(index=False)):
        for question, score in (("forms", 1 + (place * 7) % 4), ("time", 4 if person.leaning == "time" else 1 + place % 3)):
            rows.append((person.response_id, question, str(score), float(score)))
        rows.append((person.response_id, "change", "=Yes" if place % 3 else "No", None))
    return pd.DataFrame(rows, columns=["response_id", "question", "value", "score"])


def _quotes(codings: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    found = codings.merge(segments[["segment_id", "comment_id", "text"]], on="segment_id").merge(
        comments[["comment_id", "consent"]], on="comment_id"
    )
    found = found[found["consent"].isin(["quote", "paraphrase"])].reset_index(drop=True)
    approved = found.index % 4 == 0
    return (
        found[["segment_id", "code", "text", "consent"]]
        .assign(caption="Care workers", reason="typical", approved=approved)
        .assign(wording="", refused=False)
    )


def build_study(folder: Path, *, profile: str = "strict", one_silent_of: int = 11) -> Study:
    """Write a study that has been run into a folder; of 11 too few are silent to be counted, of 4 enough."""
    shutil.copytree(_built(profile, one_silent_of), folder, dirs_exist_ok=True)
    return load_study(folder)


@cache
def _built(profile: str, one_silent_of: int) -> Path:
    """Hiding small figures takes seconds, so that a process of tests makes each study once, and each test has a copy."""
    folder = Path(tempfile.mkdtemp(prefix="small_study_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "study.toml").write_text(SETTINGS.replace("PROFILE", profile), encoding="utf-8")
    write_codebook(Codebook(CODES), folder / "codebook.csv")
    study = load_study(folder)
    save(study, build_tables(study, one_silent_of=one_silent_of))
    return folder


def save(study: Study, tables: Tables) -> None:
    """Write the tables and the record of the run."""
    for name, frame in tables.frames.items():
        path = study.folder / TABLES[name].file
        path.parent.mkdir(exist_ok=True)
        write_table(name, frame, path)
    accounts = account(len(tables["responses"]), tables["comments"], tables["segments"])
    write_manifest(study, replace(Manifest(name=study.settings.name, seed=42), accounts=accounts))


def add_vectors(study: Study) -> Study:
    """Add the vectors of its texts, which are drawn by chance, as a run makes them of what is said."""
    texts = read_table("texts", study.folder / TABLES["texts"].file)
    matrix = np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float16)
    write_table("vectors", Vectors(tuple(texts["text_id"]), matrix), study.folder / TABLES["vectors"].file)
    return study


def count_themes_again(frames: dict[str, pd.DataFrame]) -> None:
    """Count the people of each theme anew from who said what."""
    spoken = frames["segments"].merge(frames["comments"], on="comment_id").merge(frames["members"], on="text_id")
    n_people = spoken.groupby("theme_id")["response_id"].nunique()
    frames["themes"] = frames["themes"].assign(n_people=frames["themes"]["theme_id"].map(n_people).fillna(0).astype(int))


def count_again(study: Study, frames: dict[str, pd.DataFrame]) -> None:
    """Make all figures from the other tables, as a run does, and save them."""
    settings = SimpleNamespace(count=study.settings.count, intake=study.settings.intake)
    said = [frames[name] for name in ("codings", "segments", "comments", "people", "ratings")]
    frames["counts"], frames["closed"] = count(*said, read_codebook(study.codebook), settings=settings)
    frames["response_rates"], frames["accounts"] = respond(frames["comments"], frames["people"], settings=settings)
    spoken = [frames[name] for name in ("themes", "members", "segments", "comments", "people")]
    frames["voices"], frames["theme_ranks"] = voices(*spoken, settings=settings)
    save(study, Tables(frames))


def without(study: Study, tables: Tables, gone: Collection[str]) -> None:
    """Run the study's figures again without some people."""
    kept = {
        name: frame[~frame["response_id"].isin(gone)] if "response_id" in frame else frame
        for name, frame in tables.frames.items()
    }
    kept["segments"] = kept["segments"][kept["segments"]["comment_id"].isin(kept["comments"]["comment_id"])]
    kept["codings"] = kept["codings"][kept["codings"]["segment_id"].isin(kept["segments"]["segment_id"])]
    count_themes_again(kept)
    count_again(study, kept)
