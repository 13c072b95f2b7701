"""Coded answers for SPSS: a row an answer, a variable a code, and no word of anybody."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.runtime.files import write_atomically
from pipeline.workflow.results import RunResults


NOT_GIVEN, GIVEN, CONTESTED = 0, 1, 2
CODE_LABELS = {NOT_GIVEN: "not given", GIVEN: "given", CONTESTED: "contested: some people give it, some do not"}
CHECKED_LABELS = {
    0: "suggested by the program, not checked",
    1: "people have decided on some of it",
    2: "people have decided on all",
}
FOR_WHOM = "For the research team; not for publication"
# Bytes that SPSS keeps of each; what is longer it refuses or cuts, perhaps inside a letter.
_LONGEST_NAME, _LONGEST_LABEL, _LONGEST_VALUE_LABEL = 64, 255, 120
# Where the file's head has the date and the time at which it was written, as 17 characters.
_WRITTEN_AT, _ALWAYS = 92, b"01 Jan 0000:00:00"
# SPSS's own words, which it refuses as names.
_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


@dataclass(frozen=True)
class SpssVariable:
    """A variable: its values, what they mean, and what it is about."""

    name: str
    label: str
    values: "pd.Series"
    value_labels: Mapping[int, str]


def write_sav(source: RunResults, folder: Path) -> None:
    """Write codings.sav."""
    variables = list(_variables(source))
    write_atomically(folder / "codings.sav", lambda path: _write(variables, path, source.study.settings.name))


def _write(variables: list[SpssVariable], path: Path, title: str) -> None:
    import pyreadstat

    pyreadstat.write_sav(
        pd.DataFrame({variable.name: variable.values for variable in variables}),
        str(path),
        file_label=_cut(f"{title}. {FOR_WHOM}", 60),
        column_labels={variable.name: _cut(variable.label, _LONGEST_LABEL) for variable in variables},
        variable_value_labels={
            variable.name: {value: _cut(text, _LONGEST_VALUE_LABEL) for value, text in variable.value_labels.items()}
            for variable in variables
            if variable.value_labels
        },
        variable_measure={variable.name: "nominal" for variable in variables},
        note=FOR_WHOM,
    )
    with path.open("r+b") as file:
        # The real time would make every file another one, and tell when somebody worked.
        file.seek(_WRITTEN_AT)
        file.write(_ALWAYS)


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
    coded = source["codings"].merge(source["segments"][["segment_id", "comment_id"]], on="segment_id")
    coded = coded.assign(value=(coded["status"] == "contested").map({True: CONTESTED, False: GIVEN}))
    yield SpssVariable(_name("checked", taken), "Checked by people", _checked(answers["comment_id"], source), CHECKED_LABELS)
    for code in dict.fromkeys([*source.labels, *coded["code"]]):
        # Of an answer's excerpts one that is contested says more than those that are not.
        value_of = coded[coded["code"] == code].groupby("comment_id")["value"].max()
        values = answers["comment_id"].map(value_of).fillna(NOT_GIVEN).astype(float)
        yield SpssVariable(_name(f"c_{code}", taken), source.label(code), values, CODE_LABELS)


def _checked(comment_ids: "pd.Series", source: RunResults) -> "pd.Series":
    decisions = source["decisions"]
    made = decisions[decisions["outcome"].isin(["codes", "none"])]
    decided = source["segments"]["segment_id"].isin(made["segment_id"])
    of_answer = decided.groupby(source["segments"]["comment_id"]).agg(["any", "all"])
    return comment_ids.map(of_answer["any"].astype(int) + of_answer["all"].astype(int)).fillna(0).astype(float)


def _categories(name: str, label: str, values: "pd.Series", options: Iterable[str], taken: set[str]) -> SpssVariable:
    number_of = {option: number for number, option in enumerate(sorted(set(options)), start=1)}
    labels = {number: option for option, number in number_of.items()}
    return SpssVariable(_name(name, taken), label, values.map(number_of).astype(float), labels)


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
