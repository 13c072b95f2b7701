"""Coded answers for SPSS: a row an answer, a variable a code, and no word of anybody."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from pipeline.runtime.files import write_atomically
from pipeline.workflow.results import RunResults


NOT_GIVEN, GIVEN, CONTESTED, NOBODY_SAYS = 0, 1, 2, 9
CODE_LABELS = {
    NOT_GIVEN: "not given: people have decided on the whole answer",
    GIVEN: "given",
    CONTESTED: "contested: some people give it, some do not",
    NOBODY_SAYS: "missing: people have not decided on the whole answer",
}
CHECKED_LABELS = {
    0: "suggested by the program, not checked",
    1: "people have decided on some of it",
    2: "people have decided on all",
}
ALL_CHECKED = 2
THEME_LABELS = {0: "not in it", 1: "in it"}
FOR_WHOM = "For the research team; not for publication"
# Bytes that SPSS keeps of each; what is longer it refuses or cuts, perhaps inside a letter.
_LONGEST_NAME, _LONGEST_LABEL, _LONGEST_VALUE_LABEL = 64, 255, 120
# Where the file's head has the date and the time at which it was written, as 17 characters.
_LONGEST_FILE_LABEL, _NOTE_LINE = 64, 80
_MOST_OPTIONS = 50
_WRITTEN_AT, _ALWAYS = 92, b"01 Jan 0000:00:00"
# SPSS's own words, which it refuses as names.
_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


@dataclass(frozen=True)
class SpssVariable:
    """A variable: its values, what they mean, and what it is about."""

    name: str
    label: str
    values: "pd.Series"
    value_labels: Mapping[int, str] = field(default_factory=dict)
    measure: Literal["nominal", "ordinal", "scale"] = "nominal"
    missing: tuple[int, ...] = ()
    """Values that say nothing of the answer, which SPSS leaves out of its figures."""
    form: str = ""
    """How SPSS shows it, such as F1.0; empty for texts."""


def write_sav(source: RunResults, folder: Path) -> None:
    """Write codings.sav."""
    variables = list(_variables(source))
    write_atomically(folder / "codings.sav", lambda path: _write(variables, path, source.study.settings.name))


def _write(variables: list[SpssVariable], path: Path, title: str) -> None:
    import pyreadstat

    pyreadstat.write_sav(
        pd.DataFrame({variable.name: variable.values for variable in variables}),
        str(path),
        file_label=_file_label(title),
        column_labels={variable.name: _cut(variable.label, _LONGEST_LABEL) for variable in variables},
        variable_value_labels={
            variable.name: {value: _cut(text, _LONGEST_VALUE_LABEL) for value, text in variable.value_labels.items()}
            for variable in variables
            if variable.value_labels
        },
        missing_ranges={variable.name: list(variable.missing) for variable in variables if variable.missing},
        variable_measure={variable.name: variable.measure for variable in variables},
        variable_format={variable.name: variable.form for variable in variables if variable.form},
        note=[_cut(line, _NOTE_LINE) for line in (FOR_WHOM, title)],
    )
    with path.open("r+b") as file:
        # The real time would make every file another one, and tell when somebody worked.
        file.seek(_WRITTEN_AT)
        file.write(_ALWAYS)


def _file_label(title: str) -> str:
    """Return who may have the file and as much of its title as SPSS keeps, in whole words: who may have it is never cut."""
    first = "Team only, not for publication: "
    left = _LONGEST_FILE_LABEL - len(first.encode())
    if len(title.encode()) <= left:
        return first + title
    words = _cut(title, left - len("…".encode())).rsplit(" ", 1)[0]
    return f"{first}{words}…"


def _variables(source: RunResults) -> Iterator[SpssVariable]:
    comments = source["comments"]
    # By id, which is a hash: the order of the export may tell who answered when.
    answers = comments[comments["set_aside"].isna()].sort_values("comment_id", ignore_index=True)
    taken = {"answer", "person"}
    yield SpssVariable("answer", "Answer: the id under which it is found again", answers["comment_id"], {})
    yield SpssVariable("person", "Person: pseudonym", answers["response_id"], {})
    wordings = {question: source.wording(question) for question in answers["question"]}
    yield _categories("question", "Question", answers["question"].map(wordings), wordings.values(), taken)
    people = source["people"]
    for group in source.groups:
        of_person = people[people["attribute"] == group].set_index("response_id")["value"]
        yield _categories(group, group, answers["response_id"].map(of_person), of_person, taken)
    if answers["weight"].nunique() > 1:
        label = "Survey weight of the person: WEIGHT BY this variable"
        yield SpssVariable(_name("weight", taken), label, answers["weight"].astype(float), measure="scale", form="F10.4")
    yield from _closed_questions(source, answers["response_id"], taken)
    yield from _themes(source, answers["comment_id"], taken)
    yield from _codes(source, answers["comment_id"], taken)


def _codes(source: RunResults, answers: "pd.Series", taken: set[str]) -> Iterator[SpssVariable]:
    checked = _checked(answers, source)
    yield SpssVariable(_name("checked", taken), "Checked by people", checked, CHECKED_LABELS, measure="ordinal", form="F1.0")
    coded = source["codings"].merge(source["segments"][["segment_id", "comment_id"]], on="segment_id")
    coded = coded.assign(value=(coded["status"] == "contested").map({True: CONTESTED, False: GIVEN}))
    # Where nobody looked, that a code is absent is no finding: counted as "not given" it would halve every share.
    otherwise = (checked == ALL_CHECKED).map({True: NOT_GIVEN, False: NOBODY_SAYS})
    for code in dict.fromkeys([*source.labels, *coded["code"]]):
        # Of an answer's excerpts one that is contested says more than those that are not.
        value_of = coded[coded["code"] == code].groupby("comment_id")["value"].max()
        values = answers.map(value_of).fillna(otherwise).astype(float)
        label = source.label(code)
        yield SpssVariable(_name(f"c_{code}", taken), label, values, CODE_LABELS, missing=(NOBODY_SAYS,), form="F1.0")


def _themes(source: RunResults, answers: "pd.Series", taken: set[str]) -> Iterator[SpssVariable]:
    """Yield a variable for each theme: whether an excerpt of the answer is in it, as the program or people sorted it."""
    members = source["members"].merge(source["segments"][["text_id", "comment_id"]], on="text_id")
    for theme in source.named_themes.sort_values("number").to_dict("records"):
        speaking = set(members.loc[members["theme_id"] == theme["theme_id"], "comment_id"])
        values = answers.isin(speaking).astype(float)
        label = f"Theme {theme['number']}: {theme['title']}"
        yield SpssVariable(_name(f"theme_{theme['number']}", taken), label, values, THEME_LABELS, form="F1.0")


def _closed_questions(source: RunResults, people: "pd.Series", taken: set[str]) -> Iterator[SpssVariable]:
    """Yield a variable for each closed question, in the order of its scale; one for each option where people chose several."""
    for question, rows in source["ratings"].groupby("question", sort=True):
        wording = source.wording(str(question))
        options = list(rows.sort_values(["score", "value"])["value"].drop_duplicates())
        if len(options) > _MOST_OPTIONS:
            continue
        if rows["response_id"].is_unique:
            is_scale = rows["score"].notna().all()
            values = people.map(rows.set_index("response_id")["value"])
            yield _categories(str(question), wording, values, options, taken, measure="ordinal" if is_scale else "nominal")
            continue
        for number, option in enumerate(options, start=1):
            chose = set(rows.loc[rows["value"] == option, "response_id"])
            # Who chose nothing at all may not have seen the question.
            values = people.isin(chose).astype(float).where(people.isin(set(rows["response_id"])))
            name = _name(f"{question}_{number}", taken)
            yield SpssVariable(name, f"{wording}: {option}", values, {0: "not chosen", 1: "chosen"}, form="F1.0")


def _checked(comment_ids: "pd.Series", source: RunResults) -> "pd.Series":
    decisions = source["decisions"]
    made = decisions[decisions["outcome"].isin(["codes", "none"])]
    decided = source["segments"]["segment_id"].isin(made["segment_id"])
    of_answer = decided.groupby(source["segments"]["comment_id"]).agg(["any", "all"])
    return comment_ids.map(of_answer["any"].astype(int) + of_answer["all"].astype(int)).fillna(0).astype(float)


def _categories(
    name: str,
    label: str,
    values: "pd.Series",
    options: Iterable[str],
    taken: set[str],
    *,
    measure: Literal["nominal", "ordinal"] = "nominal",
) -> SpssVariable:
    """Number options as they come on a scale, or else by the alphabet."""
    ordered = list(dict.fromkeys(options)) if measure == "ordinal" else sorted(set(options))
    number_of = {option: number for number, option in enumerate(ordered, start=1)}
    labels = {number: option for option, number in number_of.items()}
    form = f"F{max(len(str(len(ordered))), 1)}.0"
    return SpssVariable(_name(name, taken), label, values.map(number_of).astype(float), labels, measure=measure, form=form)


def _name(text: str, taken: set[str]) -> str:
    """Return a name that SPSS takes: letters, digits and underscores, once, whatever the case."""
    # Four bytes are left for the number of a name that is taken.
    plain = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[: _LONGEST_NAME - 4]
    name = plain if plain[:1].isalpha() and plain not in _RESERVED else f"v_{plain}"
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}_{number}"
    taken.add(free)
    return free


def _cut(text: str, longest: int) -> str:
    """Cut a text to as many bytes as SPSS keeps, never inside a letter."""
    return text.encode()[:longest].decode(errors="ignore")
