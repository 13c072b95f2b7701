"""What people can send, and what is said when it cannot be taken as it is."""

import json
import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from pipeline.decisions.decision import Decision, Outcome
from pipeline.review.coding import Coding
from pipeline.review.reading_shares import LARGEST
from pipeline.review.web.numbers import number_in
from pipeline.review.web.passwords import SHORTEST
from pipeline.runtime.plain_text import one_line


ROLES = (
    ("co-analyst", "Co-analyst: I read and code answers"),
    ("facilitator", "Facilitator: I run the review and bring people together"),
    ("researcher", "Researcher: I work on the study"),
    ("report writer", "Report writer: I write up what comes of it"),
)
GROUPS = ("lived experience", "family", "care worker", "researcher")
ORDERS = (
    ("given order", "Answer by answer, each from its beginning"),
    ("uncertain", "Those the model is least sure of, which teach it most"),
    ("rare codes first", "Those that may belong to codes few people have given"),
    ("random audit", "A fair sample, to measure how good the suggestions are"),
)
BATCHES = (("5", "5"), ("10", "10"), ("20", "20"), ("50", "50"), ("0", "As many as I like"))

MEMO_KINDS = (
    ("reflexive", "Reflexive: what I bring to it, and how it touches me"),
    ("analytic", "Analytic: what I think it means"),
    ("method", "Method: how we work"),
    ("decision", "Decision: what we chose, and why"),
)

CODE_FIELDS = {
    "label": "Its name",
    "plain_label": "Its name in plain words, if another",
    "definition": "What it means",
    "include": "Yes for",
    "exclude": "Not for",
    "examples": "Examples: clear yes",
    "counter_examples": "Examples: clear no",
    "borderline": "Examples: hard to say",
    "parent": "Its family",
}

LONGEST_FIND = 100
SHORT = Length(max=80, message="Give it a shorter name.")
IN_RANGE = NumberRange(0, LARGEST, "Write a number from 0 to 100,000.")
NOTE = Length(max=4000, message="The note is too long. Keep it under 4,000 letters.")


def _choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class WhoForm(FlaskForm):
    """Choose your name."""

    then = HiddenField()
    name = RadioField(validators=[InputRequired("Choose your name, or add it.")], validate_choice=True)

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.name.choices = _choices(names)


class AddForm(FlaskForm):
    """Add yourself."""

    then = HiddenField()
    name = StringField(validators=[DataRequired("Write your name."), SHORT])
    group = StringField(
        validators=[DataRequired("Write which group you are part of."), Length(max=80, message="Give a shorter group.")]
    )
    role = RadioField(choices=_choices(ROLES), default="co-analyst", validators=[InputRequired("Choose your part.")])


class BatchForm(FlaskForm):
    """How many excerpts to read now."""

    size = RadioField(choices=_choices(BATCHES), default="10", validators=[InputRequired("Choose how many to read.")])
    order = RadioField(choices=_choices(ORDERS), default="given order", validators=[InputRequired("Choose which come first.")])


class ShareForm(FlaskForm):
    """How many excerpts each person is asked to read."""

    size = IntegerField(validators=[InputRequired("Write a number. 0 asks for no number."), IN_RANGE])
    order = RadioField(choices=_choices(ORDERS), default="given order", validators=[InputRequired("Choose which come first.")])
    audit = IntegerField(default=0, validators=[InputRequired("Write a number. 0 is none."), IN_RANGE])


class Stamped(FlaskForm):
    """A form that says what it answers to, for whom it is made, and that counts once."""

    person = HiddenField()
    key = HiddenField(validators=[Length(max=64)])
    seen = HiddenField(validators=[Length(max=20)])

    def stamp(self, *, version: int, person: str) -> None:
        """Fill in what is not filled in yet."""
        # What came with the form stays: it says what the person saw when they filled it in.
        self.key.data, self.seen.data = self.key.data or fresh_key(), self.seen.data or str(version)
        self.person.data = person

    @property
    def version(self) -> int:
        """What was there when the form was made; 0 is nothing."""
        return number_in(self.seen.data)


class FindingForm(Stamped):
    """A finding of the report, in the team's words."""

    sentence = TextAreaField(validators=[DataRequired("Write the sentence, or go back and leave the finding out."), NOTE])
    stood = HiddenField(validators=[Length(max=8000)])


class AnswerForm(Stamped):
    """One's own reading of an excerpt."""

    shown = HiddenField(validators=[Length(max=64)])
    find = StringField(validators=[Length(max=LONGEST_FIND)])
    # A code may have gone since the page was opened: `contradictions` says so in plain words.
    codes = SelectMultipleField(validate_choice=False)
    none = BooleanField()
    not_sure = BooleanField()
    new_code = StringField(validators=[Length(max=300, message="Say the new code in fewer words: 300 letters at most.")])
    note = TextAreaField(validators=[NOTE])

    def contradictions(self, codebook: Container[str]) -> dict[str, str]:
        """Return what does not go together."""
        codes = self.codes.data or []
        if any(code not in codebook for code in codes):
            return {"codes": "The codebook has changed since you opened this page. Look at your codes again."}
        ticks = bool(codes) + bool(self.none.data) + bool(self.not_sure.data)
        if ticks > 1:
            return {"codes": "Tick codes, or “none of these”, or “not sure”: only one of the three."}
        if not ticks and not self.new_code.data:
            return {"codes": "Tick the codes that fit, or “none of these”, or “not sure”. To leave it out, choose “Skip”."}
        return {}

    def judgement(self, *, seconds: float) -> Coding:
        """Return what the person says. Who suggests a new code and ticks nothing says that none of the others fits."""
        codes = tuple(self.codes.data or ())
        note, new_code = (self.note.data or "").strip(), one_line(self.new_code.data or "")
        outcome: Outcome = "codes" if codes else "not sure" if self.not_sure.data else "none"
        return Coding(outcome, codes, note=note, new_code=new_code, seconds=seconds)

    def words(self) -> dict[str, list[str]]:
        """Return what is to be kept of a form that was not sent to its end."""
        ticked = {name: ["y"] for name in ("none", "not_sure") if self[name].data}
        return {
            "codes": list(self.codes.data or ()),
            "note": [self.note.data or ""],
            "new_code": [self.new_code.data or ""],
        } | ticked

    def fill(self, words: Mapping[str, Sequence[str]]) -> None:
        """Put words into the form that were kept of one like it."""
        self.codes.data = list(words.get("codes", ()))
        self.none.data, self.not_sure.data = bool(words.get("none")), bool(words.get("not_sure"))
        self.note.data, self.new_code.data = ("".join(words.get(name, ())) for name in ("note", "new_code"))

    def fill_from(self, answer: Coding | Decision) -> None:
        """Put an answer into the form."""
        self.codes.data = list(answer.codes)
        self.none.data, self.not_sure.data = answer.outcome == "none", answer.outcome == "not sure"
        self.note.data, self.new_code.data = answer.note, answer.new_code


class WorryForm(Stamped):
    """Something of an answer that somebody should know."""

    kind = RadioField(
        choices=_choices((("name", "A name or a place is still visible"), ("worry", "I am worried about somebody"))),
        validators=[InputRequired("Choose what it is.")],
    )
    note = TextAreaField(validators=[NOTE])


class MemoForm(Stamped):
    """What somebody thinks while they work on the study."""

    kind = RadioField(choices=_choices(MEMO_KINDS), validators=[InputRequired("Choose what kind of memo it is.")])
    note = TextAreaField(validators=[DataRequired("Write your memo."), NOTE])


class SettleForm(Stamped):
    """What came of talking about an excerpt."""

    outcome = RadioField(
        choices=_choices((("agreed", "We agree"), ("contested", "Both readings stand"))),
        validators=[InputRequired("Choose what came of your talk.")],
    )
    codes = SelectMultipleField(validate_choice=False)
    none = BooleanField()
    note = TextAreaField(validators=[NOTE])

    def contradictions(self, codebook: Container[str], sentences: Sequence[str]) -> dict[str, str]:
        """Return what does not go together, given the sentences for the readings."""
        if any(code not in codebook for code in self.codes.data or ()):
            return {"codes": "The codebook has changed since you opened this page. Look at the codes again."}
        if self.outcome.data == "agreed" and bool(self.codes.data) == bool(self.none.data):
            return {"codes": "Tick the codes you agree on, or “none of these fits”: one of the two."}
        if self.outcome.data == "contested" and not all(sentences):
            return {"sentences": "Write a sentence for each reading, so that both can be printed."}
        return {}


class CodeForm(Stamped):
    """What a code is to say; the lists have a line for each entry."""

    label = StringField(
        validators=[DataRequired("Give the code a name."), Length(max=80, message="Give the code a shorter name.")]
    )
    plain_label = StringField(validators=[SHORT])
    definition = TextAreaField(validators=[NOTE])
    include = TextAreaField(validators=[NOTE])
    exclude = TextAreaField(validators=[NOTE])
    examples = TextAreaField(validators=[NOTE])
    counter_examples = TextAreaField(validators=[NOTE])
    borderline = TextAreaField(validators=[NOTE])
    parent = StringField(validators=[Length(max=80, message="Give the family a shorter name.")])
    why = TextAreaField(validators=[DataRequired("Say why, so that others can agree or object."), NOTE])
    stood = HiddenField(validators=[Length(max=60_000)])
    suggestion = HiddenField(validators=[Length(max=20)])

    def words(self) -> dict[str, str]:
        """Return what is to stand in each field."""
        return {name: self[name].data or "" for name in CODE_FIELDS}


class ThemeForm(Stamped):
    """What somebody asks of a theme."""

    shown = HiddenField(validators=[Length(max=64)])
    title = StringField(validators=[Length(max=120, message="Give the theme a shorter title.")])
    code = StringField()
    into = StringField(default="2")
    others = SelectMultipleField(validate_choice=False)
    definition = TextAreaField(validators=[NOTE])
    why = TextAreaField(validators=[NOTE])


class QuoteForm(Stamped):
    """What is decided about a quote."""

    shown = HiddenField(validators=[Length(max=64)])
    wording = TextAreaField(validators=[NOTE])
    reason = TextAreaField(validators=[NOTE])


class FindForm(FlaskForm):
    """Words to look for."""

    words = StringField(
        validators=[
            DataRequired("Write the words to look for."),
            Length(max=200, message="Look for fewer words: 200 letters at most."),
        ]
    )


class SignInForm(FlaskForm):
    """Sign in on a team server."""

    then = HiddenField()
    name = StringField(validators=[DataRequired("Write your name, as it stands in your invitation."), SHORT])
    password = PasswordField(
        validators=[InputRequired("Write your password."), Length(max=1000, message="A password has at most 1,000 letters.")]
    )


class PasswordForm(FlaskForm):
    """Choose a password."""

    password = PasswordField(
        validators=[
            InputRequired("Choose a password."),
            Length(min=SHORTEST, max=1000, message=f"Choose a password of at least {SHORTEST} letters. Three words will do."),
        ]
    )


class InviteForm(FlaskForm):
    """Invite somebody."""

    name = StringField(validators=[DataRequired("Write their name."), SHORT])
    group = StringField(
        validators=[DataRequired("Write which group they are part of."), Length(max=80, message="Give a shorter group.")]
    )
    role = RadioField(choices=_choices(ROLES), default="co-analyst", validators=[InputRequired("Choose their part.")])


def fresh_key() -> str:
    """Return a key for one form, so that sending it twice counts once."""
    return secrets.token_urlsafe(16)


def problems(form: FlaskForm) -> dict[str, str]:
    """Return the first thing to put right in each field, in the order of the form."""
    return {name: str(sentences[0]) for name, sentences in form.errors.items() if name and sentences}


def fill(form: FlaskForm, names: Iterable[str], words: Mapping[str, Any]) -> None:
    """Put words into the fields of these names: as they stand, or as a form that waited holds them, in lists."""
    for name in names:
        form[name].data = "".join(words.get(name, ""))


def as_shown(stood: str | None, names: Iterable[str]) -> dict[str, str] | None:
    """Return what the page that was sent had shown in these fields, from its field `stood`; None where that is not to be read."""
    try:
        shown = json.loads(stood or "")
    except (ValueError, RecursionError):
        return None
    return {name: str(shown[name]) for name in names if name in shown} if isinstance(shown, dict) else None
