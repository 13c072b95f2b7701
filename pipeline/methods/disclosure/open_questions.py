"""Open questions as one table: who was asked, who wrote something, whose answer was read, and who spoke of what, by any group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.methods.disclosure.cells import ANY, EVERYONE, with_any
from pipeline.methods.disclosure.linked_tables import Classes, LinkedBlock, Relation, classes_of, hide_linked, shown_of_everyone
from pipeline.methods.disclosure.profiles import Bools, Floats, Profile, nearly_all
from pipeline.tables.lookup import factorize, index_in, levels
from pipeline.tables.set_aside import EMPTY


NOT_ALLOWED = "none"
"""What a person allows who asked that their answers are not used."""


_MOST_TOGETHER = 6000
"""So many numbers of people of a class are attacked together at most: more would be too slow for a linear program."""


def persons_asked(comments: pd.DataFrame) -> pd.DataFrame:
    """Return one row per person and question, and for any, with whether they wrote something, even if it cannot be read.

    People who said that their answers are not to be used are not among them.
    """
    allowed = comments[comments["consent"] != NOT_ALLOWED]
    asked = with_any(allowed[["response_id", "question"]].assign(answered=allowed["set_aside"] != EMPTY))
    return asked.groupby(["question", "response_id"], sort=False)["answered"].any().reset_index()


@dataclass(frozen=True)
class OpenQuestions:
    """People of each class by question, the last of which is any, and which figures about them may not be shown."""

    questions: tuple[str, ...]
    persons: pd.Series
    classes: Classes
    asked: Floats
    answered: Floats
    usable: Floats
    no_answered: Bools
    no_blank: Bools
    no_base: Bools
    """(n_questions, n_figures)"""

    def hidden(self, flags: Bools, rows: pd.DataFrame, *, unknown: str = "") -> NDArray[np.bool_]:
        """Return the flag of each row's question, group and level, (n_rows,)."""
        place = {name: at for at, name in enumerate(self.classes.names)}
        questions = [self.questions.index(question) for question in rows["question"]]
        named = zip(rows["group"], rows["level"], strict=True)
        figures = [place[group, "" if level == unknown else level] for group, level in named]
        return np.asarray(flags[questions, figures])

    def of_codes(self, counts: Floats, profile: Profile) -> Bools:
        """Return which counts of people who spoke of each code to hide, (n_codes, n_questions, n_figures).

        `counts`, (n_codes, n_questions, n_classes), is attacked together with the bases, which stay as they were decided.
        """
        figures, base = counts @ self.classes.parts.T.astype(float), self.usable @ self.classes.parts.T.astype(float)
        gone = (figures < profile.fewest) | nearly_all(figures, base) | self.no_base | self.classes.unknown()
        # A code of which nothing is shown tells nothing.
        shown_codes = np.flatnonzero(~gone.all(axis=(1, 2)))
        most = max(1, _MOST_TOGETHER // (counts[0].size or 1))
        for some in np.array_split(shown_codes, range(most, len(shown_codes), most)):
            if len(some):
                gone[some] = self._of_some(counts[some], gone[some], profile)
        return np.asarray(gone)

    def _of_some(self, counts: Floats, gone: Bools, profile: Profile) -> Bools:
        n, (n_codes, n_questions, _) = 4 * len(self.questions), counts.shape
        bases = _bases(self, self.no_base, profile)
        bases.hidden[:n] = np.vstack([bases.hidden[:n_questions], self.no_answered, self.no_blank, self.no_base])
        items = np.arange(n_codes * n_questions)
        of_base = 3 * n_questions + items % n_questions
        block = LinkedBlock(
            self.classes.parts,
            np.vstack([bases.counts, *counts]),
            np.vstack([bases.most, *[self.asked] * n_codes]),
            np.vstack([bases.hidden, *gone]),
            np.vstack([np.ones_like(bases.hidden), *np.zeros_like(gone)]),
            [
                *bases.relations,
                *({n + int(item): 1.0, int(base): -1.0} for item, base in zip(items, of_base, strict=True)),
                *(relation for code in range(n_codes) for relation in _any_of(n + code * n_questions, n_questions)),
            ],
            dict(zip((n + items).tolist(), of_base.tolist(), strict=True)),
            bases.fixed,
            [(of, np.vstack([shown, *np.zeros_like(gone)])) for of, shown in bases.always],
            topics=np.concatenate([np.zeros(n, dtype=np.intp), 1 + items // n_questions]),
            free=np.vstack([np.zeros_like(bases.hidden) if bases.free is None else bases.free, *np.zeros_like(gone)]),
            # Any question is what is read first.
            worth=np.concatenate([np.zeros(n), items % n_questions == n_questions - 1]),
        )
        return hide_linked(block, profile)[n:].reshape(gone.shape)


def open_questions(comments: pd.DataFrame, people: pd.DataFrame, groups: Sequence[str], profile: Profile) -> OpenQuestions:
    """Count who was asked, who answered and whose answer was read, and decide which of these figures may be shown."""
    asked = persons_asked(comments)
    (numbers,), persons = factorize(asked["response_id"])
    level_of = levels(people, persons, groups)
    classes = classes_of(
        {group: column.codes.astype(np.intp) for group, column in level_of.items()},
        {group: [str(level) for level in column.categories] for group, column in level_of.items()},
        len(persons),
        EVERYONE,
    )
    questions = (*(question for question in dict.fromkeys(asked["question"]) if question != ANY), ANY)
    of = [np.flatnonzero(asked["question"] == question) for question in questions]
    answered = asked["answered"].to_numpy(bool)
    n_asked = np.array([classes.count(numbers[rows]) for rows in of])
    wrote = np.array([classes.count(numbers[rows[answered[rows]]]) for rows in of])
    read = comments[comments["set_aside"].isna()]
    usable = by_question(classes, index_in(read["response_id"], persons), read["question"], questions)
    return _decided(
        OpenQuestions(questions, persons, classes, n_asked, wrote, usable, *([np.zeros((0, 0), dtype=bool)] * 3)), profile
    )


def by_question(classes: Classes, persons: NDArray[np.int32], of: pd.Series, questions: Sequence[str]) -> Floats:
    """Return how many people of each class are in the rows of each question, and of any: (n_questions, n_classes)."""
    names = of.to_numpy()
    each = [np.unique(persons[(names == question) & (persons >= 0)]) for question in questions[:-1]]
    return np.array([classes.count(people) for people in [*each, np.unique(persons[persons >= 0])]])


def _decided(counted: OpenQuestions, profile: Profile) -> OpenQuestions:
    """Decide on the bases of what is counted first, and then on who wrote something and who left it blank beside them."""
    n, parts = len(counted.questions), counted.classes.parts.T.astype(float)
    base = counted.usable @ parts
    few = base < profile.fewest
    everyone, free = shown_of_everyone(few), _unsaid(counted, few)
    always = [(range(n), everyone)]
    block = LinkedBlock(
        counted.classes.parts, counted.usable, counted.asked, few | free, everyone, _any_of(0, n), {}, always=always, free=free
    )
    no_base = hide_linked(block, profile)
    block = _bases(counted, no_base, profile)
    gone = hide_linked(block, profile)
    return replace(counted, no_answered=gone[n : 2 * n], no_blank=gone[2 * n : 3 * n], no_base=no_base)


def _unsaid(counted: OpenQuestions, few: Bools) -> Bools:
    """Say which bases are of people whose group is not known: no table has them, and only few such people need protection."""
    return np.asarray(counted.classes.unknown() & ~few)


def _bases(counted: OpenQuestions, no_base: Bools, profile: Profile) -> LinkedBlock:
    """Return who was asked, wrote something, left it blank and was read, by question, as one block: (4 * n_questions,) items."""
    n, parts = len(counted.questions), counted.classes.parts.T.astype(float)
    counts = np.vstack([counted.asked, counted.answered, counted.asked - counted.answered, counted.usable])
    few = counts @ parts < profile.fewest
    hidden = few.copy()
    hidden[n : 3 * n] |= np.vstack([hidden[:n]] * 2)
    hidden[3 * n :] = no_base
    # Beside the bases that are shown, no more people can have left it blank than were asked besides.
    always = np.vstack([np.zeros((3 * n, no_base.shape[1]), dtype=bool), ~no_base])
    kept = always.copy()
    kept[:n] = True
    relations = [
        *({n + q: 1.0, 2 * n + q: 1.0, q: -1.0} for q in range(n)),
        *({n + q: -1.0, 2 * n + q: -1.0, q: 1.0} for q in range(n)),
        *_within(range(3 * n, 4 * n), range(n, 2 * n)),
        *_any_of(n, n),
        *_any_of(3 * n, n),
    ]
    return LinkedBlock(
        counted.classes.parts,
        counts,
        np.vstack([counted.asked] * 4),
        hidden,
        kept,
        relations,
        {},
        frozenset(range(n)),
        [(range(n, 3 * n), always), (range(3 * n, 4 * n), always & shown_of_everyone(~always))],
        free=np.vstack([np.zeros_like(always[: 3 * n]), _unsaid(counted, few[3 * n :])]),
    )


def _within(items: Sequence[int], bases: Sequence[int]) -> list[Relation]:
    return [{item: 1.0, base: -1.0} for item, base in zip(items, bases, strict=True)]


def _any_of(first: int, n: int) -> list[Relation]:
    """Say that who is in one question is in any, the last of them, and that nobody else is."""
    last, each = first + n - 1, range(first, first + n - 1)
    return [*({question: 1.0, last: -1.0} for question in each), {last: 1.0, **dict.fromkeys(each, -1.0)}]
