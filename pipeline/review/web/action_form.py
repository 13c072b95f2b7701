"""The form for a row of `loop.csv`, in the words of the page."""

import re
from calendar import month_name, monthrange
from datetime import date

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from pipeline.review.web.forms import NOTE, Stamped
from pipeline.study.actions import COLUMNS, problems, tidy_row


FIELDS = {
    "about": "What is it about?",
    "you_said": "What did people say?",
    "heard_on": "When did they say it?",
    "decision": "What was decided?",
    "decided_by": "Who decided?",
    "decided_on": "When was it decided?",
    "action": "What is done about it?",
    "due": "When is it to be done by?",
    "done_on": "When was it done?",
    "not_possible_because": "Or: it is not possible, because",
    "told_how": "How were people told?",
    "told_on": "When were they told?",
    "they_agree": "Do they agree that it was done?",
}
"""What the page calls each column, in the order of the form."""
DAYS = tuple(name for name in FIELDS if name == "due" or name.endswith("_on"))
_AGREE = (("", "Nobody has asked them yet"), ("yes", "Yes"), ("partly", "Partly"), ("no", "No"))
_DAY = Length(max=20, message="Write the day as 31 March 2026 or 31/3/2026.")
_MONTHS = {name.casefold(): number for number, name in enumerate(month_name) if name}
_BY_NUMBER = re.compile(r"(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})")
_BY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+),? (\d{4})")
# Problems name columns, as somebody sees them who has the file open; the page shows questions.
_COLUMN = re.compile(rf"^(?:{'|'.join(COLUMNS)})\b|\b(?:{'|'.join(name for name in COLUMNS if '_' in name)})\b")


def as_day(text: str | None) -> str | None:
    """Return a day as the file keeps it, 2026-03-31, from how it is written in Britain; anything else as it was typed."""
    tidy = " ".join((text or "").casefold().split())
    if match := _BY_NUMBER.fullmatch(tidy):
        day, month, year = map(int, match.groups())
    elif match := _BY_NAME.fullmatch(tidy):
        months = (number for name, number in _MONTHS.items() if len(match[2]) > 2 and name.startswith(match[2]))
        day, month, year = int(match[1]), next(months, 0), int(match[3])
    else:
        return text
    # The 31st of February stays as it was typed, so that the page says what is wrong with it.
    return date(year, month, day).isoformat() if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and year else text


class LoopForm(Stamped):
    """What people said, what was decided, what came of it, and whether they were told and agree."""

    about = StringField(validators=[DataRequired("Choose what it is about."), Length(max=300)])
    you_said = TextAreaField(validators=[NOTE])
    heard_on = StringField(validators=[_DAY], filters=[as_day])
    decision = TextAreaField(validators=[NOTE])
    decided_by = StringField(validators=[Length(max=300, message="Name who decided in fewer words.")])
    decided_on = StringField(validators=[_DAY], filters=[as_day])
    action = TextAreaField(validators=[NOTE])
    due = StringField(validators=[_DAY], filters=[as_day])
    done_on = StringField(validators=[_DAY], filters=[as_day])
    not_possible_because = TextAreaField(validators=[NOTE])
    told_how = TextAreaField(validators=[NOTE])
    told_on = StringField(validators=[_DAY], filters=[as_day])
    they_agree = RadioField(choices=[SelectChoice(value, label) for value, label in _AGREE], default="", validate_choice=False)
    stood = HiddenField(validators=[Length(max=60_000)])

    def words(self) -> dict[str, str]:
        """Return what is to stand in each column."""
        return {name: self[name].data or "" for name in COLUMNS}

    def contradictions(self) -> dict[str, str]:
        """Return what does not go together, by field."""
        words = self.words()
        # A row that says nothing would stand in the file and on the page as if somebody had answered.
        if not any(words[name].strip() for name in COLUMNS if name not in ("about", "they_agree")):
            return {"you_said": "Write something first: what people said, or what was decided."}
        return faults(words)


def faults(cells: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with a row, by field, in the words of the page."""
    first: dict[str, str] = {}
    for name, problem in problems(tidy_row(cells)):
        sentence = _COLUMN.sub(lambda column: f"“{FIELDS[column[0]]}”", problem)
        first.setdefault(name, sentence[0].upper() + sentence[1:])
    return {name: first[name] for name in FIELDS if name in first}
