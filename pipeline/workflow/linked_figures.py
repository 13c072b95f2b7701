"""Which figures of a study hang together, by the keys under which they are released: open questions, closed ones, and themes."""

from collections.abc import Collection, Iterator, Sequence

from pipeline.methods.disclosure.cells import ANY
from pipeline.methods.disclosure.joint_releases import Linked, Thing
from pipeline.workflow.people_behind_figures import MEAN, THEMES
from pipeline.workflow.stages.respond import ANSWERED, BLANK


_RATES, _COUNTS, _CLOSED = "response_rates|", "counts|", "closed|"
_SHARE, _MEAN = "|share|base", "|mean|base"
_CODES_TOGETHER = 12
"""So many codes are attacked together at most: more would be too slow for a linear program."""


def counted_things(items: Collection[Thing]) -> set[Thing]:
    """Return what is counted in people and by groups: no numbers of answers, and no means."""
    means = tuple(f"{_MEAN}|{figure}" for figure in MEAN)
    return {thing for thing in items if not thing[0].startswith("accounts|") and not thing[0].endswith(means)}


def counted_beside(thing: Thing) -> Thing:
    """Return the number that a mean or an end of its interval is shown with, and any other thing as it is."""
    item = thing[0]
    return next(((item.removesuffix(f"|{figure}"), "") for figure in MEAN if item.endswith(f"{_MEAN}|{figure}")), thing)


def open_questions_of(things: Collection[Thing]) -> tuple[str, ...]:
    """Return the open questions, any of them last."""
    start, end = _RATES, "||base"
    named = sorted(item[len(start) : -len(end)] for item, _ in things if item.startswith(start) and item.endswith(end))
    return (*(question for question in named if question != ANY), *([ANY] if ANY in named else []))


def asked_of(things: Collection[Thing]) -> dict[Thing, Thing]:
    """Return of each thing about an open question who was asked it."""
    questions = open_questions_of(things)
    return {
        thing: (f"{_RATES}{question}||base", "")
        for question in questions
        for thing in things
        if thing[0].startswith((f"{_RATES}{question}||", f"{_COUNTS}{question}||"))
    }


def is_read(thing: Thing) -> bool:
    """Say whether a thing is of whom an answer to an open question was read."""
    return thing[0].startswith(_COUNTS) and thing[0].endswith("||base")


def linked_figures(things: Collection[Thing], n_single: Collection[str]) -> Iterator[Linked]:
    """Yield what hangs together, in the order in which it is decided on; in `n_single` questions each person chose one option."""
    yield from _open(things)
    yield from _closed(things, n_single)
    yield from _themes(things)


def closed_shares(things: Collection[Thing]) -> dict[str, list[Thing]]:
    """Return the options of each closed question that is given in shares."""
    questions = [item[len(_CLOSED) : -len(_SHARE)] for item, _ in things if item.startswith(_CLOSED) and item.endswith(_SHARE)]
    return {
        question: sorted(
            thing
            for thing in things
            if thing[0].startswith(start := f"{_CLOSED}{question}|share|") and thing[0] != f"{start}base"
        )
        for question in sorted(questions)
    }


def share_base(question: str) -> Thing:
    """Return who answered a closed question that is given in shares."""
    return f"{_CLOSED}{question}{_SHARE}", ""


def _open(things: Collection[Thing]) -> Iterator[Linked]:
    questions = open_questions_of(things)
    asked, wrote, blank = ([_of(things, f"{_RATES}{q}||{what}") for q in questions] for what in ("base", ANSWERED, BLANK))
    read = [_of(things, f"{_COUNTS}{question}||base") for question in questions]
    bases = [thing for thing in read if thing]
    if not bases:
        return
    yield Linked(bases, list(_any_of(read)), in_any_case={base: (base, True) for base in bases})
    rates = Linked(
        [thing for thing in (*asked, *wrote, *blank, *read) if thing],
        [
            *(relation for parts in zip(asked, wrote, blank, strict=True) for relation in _adds_up(*parts)),
            *({theirs: 1.0, base: -1.0} for theirs, base in zip(read, wrote, strict=True) if theirs and base),
            *_any_of(wrote),
            *_any_of(read),
        ],
        fixed=frozenset(thing for thing in asked if thing),
        settled=frozenset(bases),
        in_any_case={
            thing: (base, False) for some in (wrote, blank) for thing, base in zip(some, read, strict=True) if thing and base
        },
    )
    yield rates
    codes = sorted(
        {item.removeprefix(f"{_COUNTS}{ANY}||") for item, _ in things if item.startswith(f"{_COUNTS}{ANY}||")} - {"base"}
    )
    for first in range(0, len(codes), _CODES_TOGETHER):
        yield _of_codes(things, rates, codes[first : first + _CODES_TOGETHER], read)


def _of_codes(things: Collection[Thing], rates: Linked, codes: Sequence[str], read: Sequence[Thing | None]) -> Linked:
    questions = open_questions_of(things)
    spoken = [[_of(things, f"{_COUNTS}{question}||{code}") for question in questions] for code in codes]
    bases = {thing: base for row in spoken for thing, base in zip(row, read, strict=True) if thing and base}
    return Linked(
        [*rates.things, *bases],
        [
            *rates.relations,
            *({thing: 1.0, base: -1.0} for thing, base in bases.items()),
            *(relation for row in spoken for relation in _any_of(row)),
        ],
        bases,
        rates.fixed,
        frozenset(rates.things),
        topics={thing: topic for topic, row in enumerate(spoken, start=1) for thing in row if thing},
        # Any question is what is read first.
        worth=frozenset(row[-1] for row in spoken if row[-1]),
    )


def _closed(things: Collection[Thing], single: Collection[str]) -> Iterator[Linked]:
    for question, options in closed_shares(things).items():
        base = share_base(question)
        relations = [*({option: 1.0, base: -1.0} for option in options), {base: 1.0, **dict.fromkeys(options, -1.0)}]
        if question in single:
            relations.append({base: -1.0, **dict.fromkeys(options, 1.0)})
        yield Linked([base, *options], relations, dict.fromkeys(options, base), in_any_case={base: (base, True)})
    for thing in sorted(thing for thing in things if thing[0].startswith(_CLOSED) and thing[0].endswith(_MEAN)):
        # Means are not rounded as numbers are, and one who knows how large groups are knows each number where all answered.
        yield Linked([thing], in_any_case={thing: (thing, True)}, sizes_unknown=True)
        yield Linked([thing], in_any_case={thing: (thing, True)})


def _themes(things: Collection[Thing]) -> Iterator[Linked]:
    base = _of(things, f"{THEMES}|base")
    themes = sorted(thing for thing in things if thing[0] == THEMES)
    if base:
        yield Linked([base])
        topics = {theme: topic for topic, theme in enumerate(themes, start=1)}
        relations = [{theme: 1.0, base: -1.0} for theme in themes]
        yield Linked([base, *themes], relations, settled=frozenset([base]), topics=topics)


def _of(things: Collection[Thing], item: str) -> Thing | None:
    return (item, "") if (item, "") in things else None


def _adds_up(whole: Thing | None, *parts: Thing | None) -> Iterator[dict[Thing, float]]:
    if whole:
        terms = dict.fromkeys((part for part in parts if part), 1.0)
        yield {**terms, whole: -1.0}
        yield {**dict.fromkeys(terms, -1.0), whole: 1.0}


def _any_of(each: Sequence[Thing | None]) -> Iterator[dict[Thing, float]]:
    """Say that who is in one question is in any, the last of them, and that nobody else is."""
    *questions, last = each
    if last:
        counted = [question for question in questions if question]
        yield from ({question: 1.0, last: -1.0} for question in counted)
        yield {last: 1.0, **dict.fromkeys(counted, -1.0)}
