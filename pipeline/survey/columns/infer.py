"""Place every column of an export: layout, people, consent, open and closed questions, groups, and what is not used."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.runtime.plurals import agreeing, n_of
from pipeline.survey.columns.boxes import boxes_of
from pipeline.survey.columns.column import Column, columns_of, listed_headings, shown
from pipeline.survey.columns.consent import (
    asks_for,
    is_a_box,
    is_about_quotes,
    is_unticked,
    may_speak_of_consent,
    speaks_of_consent,
    tier_of,
    tiers_of,
)
from pipeline.survey.columns.frames import frame_of
from pipeline.survey.columns.languages import Detector, languages_in
from pipeline.survey.columns.long_questions import LongQuestions, sort_questions
from pipeline.survey.columns.personal_shapes import IsName, holds_names
from pipeline.survey.columns.placing import FRAMES, put_question, put_rating, put_write_ins
from pipeline.survey.columns.plan import Plan
from pipeline.survey.columns.questions import could_be_open, find_long, find_rankings, find_ticks, holds_all, is_open, is_write_in
from pipeline.survey.columns.roles import Role, group_rank, is_group, person_rank, received_rank, role_of, says_group
from pipeline.survey.columns.scales import find_scales, is_choice
from pipeline.survey.columns.settling import Use, settle_columns, settled
from pipeline.survey.columns.several_choices import says_several, several_choices, single_choices
from pipeline.survey.readers import Export


MOST_COMPARED = 4
MOST_LEVELS = 12
_MOST_UNNAMED = 8
_KEPT: dict[Role, str] = {
    "personal": "can show who a person is: never a group, and it stays in the vault",
    "id": "is another number of people or rows: it stays in the vault",
    "received": "is another date: it stays in the vault",
    "weight": "is another weight",
    "technical": "was added by the survey tool or numbers the rows: it stays in the vault",
    "empty": "is empty",
}
_NO_CONSENT = "No column speaks of consent, so nobody is quoted until you say otherwise."
_NO_CONSENT_CLEAR = "No column plainly asks who may be quoted, so nobody is quoted until you say otherwise."
# The first that fits is the reason given.
_LEFT: tuple[tuple[Callable[[Column], bool], str], ...] = (
    (is_write_in, "is a write-in beside the option “other”; name it as an open question to have it read"),
    (lambda column: column.distinct == 1, "has the same value in every row that is filled"),
    (lambda column: column.is_moment, "holds dates or times"),
    (lambda column: column.numbers is not None, "holds numbers that are no scale; to compare by it, make bands"),
    (lambda _: True, "differs too much to be a group, is too short to be an open question, and may show who a person is"),
)  # fmt: skip
_DOUBTFUL = frozenset({_LEFT[0][1], _LEFT[-1][1]})


def plan_for(export: Export, languages_of: Detector, is_name: IsName, uses: Mapping[str, Use] | None = None) -> Plan:
    """Place every column of the export; `languages_of` tells the languages of answers, `is_name` names of people.

    `uses` is what a person says columns are for, by their names; the others are guessed.
    """
    uses = uses or {}
    columns = columns_of(export)
    plan = Plan(columns, export.kind, {column.name: column for column in columns}, languages_of, is_name)
    if export.kind == "documents":
        _place_documents(plan)
        return plan
    # In this order, since each step takes columns that a later one would misread: numbers of people as scales, consent as groups.
    _place_layout(plan)
    settle_columns(plan, uses)
    of_groups, of_consent = settled(plan, uses, "group"), settled(plan, uses, "consent")
    for column in (*of_groups, *of_consent):
        del plan.left[column.name]
    _place_roles(plan)
    _place_consent(plan, of_consent)
    _set_write_ins_apart(plan)
    _leave_rankings(plan)
    _place_scales(plan)
    _place_several_choices(plan)
    _place_open_questions(plan)
    _place_groups(plan, of_groups)
    _place_choices(plan)
    for fits, because in _LEFT:
        plan.leave(plan.remaining(fits), because, doubtful=because in _DOUBTFUL)
    return plan


def _place_documents(plan: Plan) -> None:
    document, text = plan.columns
    because = "A folder of documents: each document is one response, and its file name tells it apart."
    plan.put("layout", "long", because=because)
    plan.put("id", document.name, of=[document])
    plan.put("text", text.name, of=[text])
    _note_languages(plan, [text])


def _place_layout(plan: Plan) -> None:
    pair = find_long(plan.columns)
    if pair is None:
        because = "A row for each person: no column of questions stands beside a column of answers."
        plan.put("layout", "wide", because=because)
        return
    question, text = pair
    names = f"{shown(question.name)} holds the question, {shown(text.name)} the answer"
    plan.put("layout", "long", because=f"A row for each answer: {names}.")
    plan.put("question", question.name, of=[question])
    plan.put("text", text.name, of=[text])
    _place_long_questions(plan, question, sort_questions(question, text))
    _note_languages(plan, [text])


def _place_long_questions(plan: Plan, question: Column, questions: LongQuestions) -> None:
    for column in questions.open:
        put_question(plan, column.name, column=column.name)
    for name, scale in questions.scales.items():
        value = {"column": name, "scale": [scale.low, scale.high]} | ({"labels": scale.labels} if scale.labels else {})
        put_rating(plan, name, value, of=[], because=f"a scale: {scale.because}")
    for column in questions.choices:
        because = "yes or no" if column.is_yes_no else f"one choice of {column.distinct} options"
        put_rating(plan, column.name, {"column": column.name}, of=[], because=because)
    for columns, because in questions.not_read():
        plan.unused.append(f"Not read: {listed_headings([column.name for column in columns])}. It {because}.")
        left = plan.intake.setdefault("leave_out", {}).setdefault(question.name, [])
        left += [column.name for column in columns]


def _place_roles(plan: Plan) -> None:
    roles: dict[Role, list[Column]] = {role: [] for role in _KEPT}
    for column in list(plan.left.values()):
        role = role_of(column, kind=plan.kind)
        if not role and _holds_names(column, plan):
            role = "personal"
        if role:
            roles[role].append(column)
    _place_person(plan, roles["id"])
    if roles["received"]:
        best = min(roles["received"], key=lambda column: received_rank(column) or 0)
        plan.put("received", best.name, because=f"{shown(best.name)} is named like a date and holds dates.", of=[best])
    if roles["weight"]:
        best = roles["weight"][0]
        plan.put("weight", best.name, because=f"{shown(best.name)} is named like a weight and holds numbers.", of=[best])
    for role, because in _KEPT.items():
        plan.leave([column for column in roles[role] if column.name in plan.left], because)


def _holds_names(column: Column, plan: Plan) -> bool:
    # The answers of the long layout are no cells about one thing.
    return plan.intake["layout"] == "wide" and not speaks_of_consent(column) and holds_names(column, plan.is_name)


def _place_person(plan: Plan, columns: list[Column]) -> None:
    is_long = plan.intake["layout"] == "long"
    fit = [column for column in columns if (person_rank(column) == 0 if is_long else column.variety >= 0.5)]
    if not fit:
        plan.why["intake.id"] = "No column tells people apart, so each row counts as one person."
        return
    # A column that is named as a number of people before one that only numbers rows, and without repeats before one with.
    best = min(fit, key=lambda column: (person_rank(column), not is_long and column.variety < 1))
    says = f"{best.distinct:,} people in {best.n:,} rows" if best.distinct < best.n else "every value is different"
    if best.distinct < best.n and not is_long:
        says += ", though a person should stand in one row only"
    plan.put("id", best.name, because=f"{shown(best.name)} tells people apart: {says}.", of=[best])


def _place_consent(plan: Plan, settled_on: Sequence[Column]) -> None:
    candidates = [*settled_on, *plan.remaining(speaks_of_consent)]
    # Most columns that ask for leave of another kind are closed questions, too, and stay to be placed as such.
    doubtful = [column for column in plan.remaining(may_speak_of_consent) if column not in candidates]
    if doubtful:
        names = listed_headings([column.name for column in doubtful])
        asks = (
            "asks for leave of some kind, but not plainly for"
            if len(doubtful) == 1
            else "ask for leave of some kind, but not plainly for"
        )
        plan.unused.append(f"Not used for consent: {names} {asks} quoting or taking part. Please look.")
        asked = "asks for leave of some kind, but not plainly for quoting or taking part"
        plan.doubtful |= {column.name: f"{shown(column.name)} {asked}." for column in doubtful}
    if not candidates:
        plan.why["intake.consent"] = _NO_CONSENT_CLEAR if doubtful else _NO_CONSENT
        return
    best = settled_on[0] if settled_on else next(filter(is_about_quotes, candidates), candidates[0])
    plan.put(
        "consent", {"column": best.name} | tiers_of(best), because=f"{shown(best.name)} {_says_of_consent(best)}.", of=[best]
    )
    others = [column for column in candidates if column is not best]
    plan.leave(others, "speaks of consent too, but only one column can be used: please check", doubtful=True)


def _says_of_consent(column: Column) -> str:
    says = "asks whether people may be quoted"
    if not is_about_quotes(column):
        says = "asks for consent but not for quoting, so nobody is quoted"
    blank = len(column.cells) - column.n
    if is_a_box(column):
        blank += sum(int(n) for value, n in column.counts.items() if is_unticked(str(value), column))
        left = n_of(blank, "person left the consent box blank", "people left the consent box blank")
        also = (
            "; they are analysed all the same, and `themes check` says how to leave them out"
            if asks_for(column) == "taking part"
            else ""
        )
        return f"{says}; {left} and {agreeing(blank, 'allows', 'allow')} analysis only{also}" if blank else says
    unclear = blank + sum(int(n) for value, n in column.counts.items() if not tier_of(str(value), column))
    if unclear:
        says += f"; {n_of(unclear, 'answer is', 'answers are')} blank or unclear and "
        says += f"{agreeing(unclear, 'allows', 'allow')} analysis only"
    return says


def _set_write_ins_apart(plan: Plan) -> None:
    """Leave in the columns of closed questions what was offered, so that one sentence does not hide 47 ticks."""
    if plan.intake["layout"] == "long":
        return
    for column in list(plan.left.values()):
        choices = single_choices(column)
        if choices:
            plan.choices[column.name] = choices
            offered = column.cells.where(column.cells.str.strip().isin(choices.options))
            plan.left[column.name] = Column(column.name, column.wording, offered)


def _leave_rankings(plan: Plan) -> None:
    for question, columns in find_rankings(list(plan.left.values())).items():
        reason = f"holds the place of an option in a ranking ({shown(question)}), where 1 is the first; it is not counted"
        plan.leave([column for column in columns if column.name in plan.left], reason)


def _place_scales(plan: Plan) -> None:
    # Numbers by which people are grouped, such as bands of age, are no scale.
    candidates = plan.remaining(lambda column: column.numbers is None or not is_group(column))
    for name, scale in find_scales(candidates).items():
        value: dict[str, Any] = {"column": name, "scale": [scale.low, scale.high]}
        if scale.labels:
            value["labels"] = scale.labels
        column = plan.left[name]
        put_rating(plan, plan.asked(column), value, of=[column], because=f"a scale: {scale.because}")


def _place_several_choices(plan: Plan) -> None:
    for question, options in find_ticks(list(plan.left.values()), kind=plan.kind).items():
        columns = {option: column.name for option, column in options.items()}
        because = f"several choices, a column for each of {len(columns)} options"
        put_rating(plan, question, {"columns": columns}, of=list(options.values()), because=because)
        joint = [
            column for column in plan.left.values() if question in (column.name, column.wording) and holds_all(column, columns)
        ]
        plan.leave(joint, "holds all choices in one cell, which columns of their own hold, too")
    if plan.intake["layout"] == "wide":
        for column in list(plan.left.values()):
            _place_choices_in_one_cell(plan, column)


def _place_choices_in_one_cell(plan: Plan, column: Column) -> None:
    choices = several_choices(column)
    if choices and choices.is_ranking:
        n = len(choices.options)
        plan.leave([column], f"is a ranking: the same {n} options in every cell, in an order of its own, which is not counted")
    elif choices:
        plan.choices[column.name] = choices
        sign = choices.separator
        between = {"\n": "a new line", " ": "a space"}.get(sign, f"“{sign.strip()}”")
        because = f"several choices in one cell, separated by {between}"
        put_rating(plan, plan.asked(column), {"column": column.name, "separator": sign}, of=[column], because=because)
    elif says_several(column) and column.distinct > 1 and not is_choice(column) and not is_write_in(column):
        reason = "asks for several choices, and no sign between them was made out; name the separator to have it counted"
        plan.leave([column], reason, doubtful=True)


def _place_open_questions(plan: Plan) -> None:
    columns = plan.remaining(is_open)
    if plan.intake["layout"] == "long":
        plan.leave(columns, "holds text besides the answers; to have it read, put it into rows of its own")
        return
    because = "answers in people's own words; "
    if not columns:
        columns = plan.remaining(could_be_open)
        because = "short answers in people's own words, as the export has no longer ones; "
    if not columns:
        plan.why["intake.questions"] = "No column looks like an open question. Add one if there is one."
    boxed = _place_boxes(plan, columns, because)
    for column in columns:
        if column.name not in boxed:
            put_question(plan, plan.asked(column), column=column.name, of=[column], because=because)
    _note_languages(plan, columns)


def _place_boxes(plan: Plan, columns: Sequence[Column], because: str) -> set[str]:
    """Make one question of those that were asked with several boxes, and return the names of their columns."""
    placed: set[str] = set()
    for stem, boxes in boxes_of(columns).items():
        # The question would take the place of a column of that name.
        if any(stem == column.name for column in plan.columns):
            continue
        # Boxes that hardly anybody came to are no open question by themselves, and belong to this one.
        unfit = {column.name for column in columns} - {box.name for box in boxes}
        in_words = plan.remaining(lambda column: column.n > 0 and column.numbers is None and not column.is_moment)
        parts = boxes_of([column for column in in_words if column.name not in unfit]).get(stem, boxes)
        names = [part.name for part in parts]
        aim = frame_of(stem)
        value = {"column": stem, "columns": names, "frame": aim}
        says = f"Open question {shown(stem)}: {because}{len(names)} boxes are read as one answer; it {FRAMES[aim]}."
        plan.put(f"questions.{plan.key_for(stem)}", value, because=says, of=parts)
        placed |= set(names)
    return placed


def _note_languages(plan: Plan, columns: Sequence[Column]) -> None:
    counts = languages_in(columns, plan.languages_of)
    plan.languages, plan.n_in_language = list(counts) or ["en"], counts
    if list(counts) not in ([], ["en"]):
        counted = ", ".join(f"{language} in {n}" for language, n in counts.items())
        plan.why["clean.languages"] = f"Languages of {sum(counts.values())} answers that were looked at: {counted}."


def _place_groups(plan: Plan, settled_on: Sequence[Column]) -> None:
    groups = plan.remaining(is_group)
    if sum(not says_group(column) for column in groups) > _MOST_UNNAMED:
        # So many short headings are a form's closed questions.
        groups = [column for column in groups if says_group(column)]
    groups = [*settled_on, *groups]
    names = [column.name for column in groups]
    if groups:
        plan.put("attributes", names, because=f"Few, short values and no scale: {listed_headings(names)}.", of=groups)
    for column in groups:
        _put_offered(plan, column)
    compared = sorted((column for column in groups if column.distinct <= MOST_LEVELS), key=group_rank)
    plan.compared = [column.name for column in compared[:MOST_COMPARED]]
    plan.why["count.groups"] = (
        f"Groups to compare: {listed_headings(plan.compared)}, with {MOST_LEVELS} values or fewer each."
        if compared
        else "No column looks like a group to compare people by, so everyone is counted together."
    )


def _put_offered(plan: Plan, column: Column) -> None:
    """List what was offered of a group beside which people wrote, so that what they wrote is read and is no group's name."""
    choices = plan.choices.get(column.name)
    if choices and choices.n_write_ins:
        plan.intake.setdefault("group_options", {})[column.name] = list(choices.options)
        put_write_ins(plan, column.name, plan.asked(column), column=column.name, n=choices.n_write_ins)


def _place_choices(plan: Plan) -> None:
    for column in plan.remaining(is_choice):
        if column.distinct > 1:
            because = "yes or no" if column.is_yes_no else f"one choice of {column.distinct} options"
            put_rating(plan, plan.asked(column), {"column": column.name}, of=[column], because=because)
