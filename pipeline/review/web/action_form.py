"""The form for a row of `loop.csv`, in the words of the page."""

import re

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
    "due": "Until when is it to be done?",
    "done_on": "When was it done?",
    "not_possible_because": "Or: it is not possible, because",
    "told_how": "How were people told?",
    "told_on": "When were they told?",
    "they_agree": "Do they agree that it was done?",
}
"""What the page calls each column, in the order of the form."""
DAYS = tuple(name for name in FIELDS if name == "due" or name.endswith("_on"))
_AGREE = (("", "Nobody has asked them yet"), ("yes", "Yes"), ("partly", "Partly"), ("no", "No"))
_DAY = Length(max=20, message="Write the day as 2026-03-31.")
# Problems name columns, as somebody sees them who has the file open; the page shows questions.
_COLUMN = re.compile(rf"^(?:{'|'.join(COLUMNS)})\b|\b(?:{'|'.join(name for name in COLUMNS if '_' in name)})\b")


class LoopForm(Stamped):
    """What people said, what was decided, what came of it, and whether they were told and agree."""

    about = StringField(validators=[DataRequired("Choose what it is about."), Length(max=300)])
    you_said = TextAreaField(validators=[NOTE])
    heard_on = StringField(validators=[_DAY])
    decision = TextAreaField(validators=[NOTE])
    decided_by = StringField(validators=[Length(max=300, message="Name who decided in fewer words.")])
    decided_on = StringField(validators=[_DAY])
    action = TextAreaField(validators=[NOTE])
    due = StringField(validators=[_DAY])
    done_on = StringField(validators=[_DAY])
    not_possible_because = TextAreaField(validators=[NOTE])
    told_how = TextAreaField(validators=[NOTE])
    told_on = StringField(validators=[_DAY])
    they_agree = RadioField(choices=[SelectChoice(value, label) for value, label in _AGREE], default="", validate_choice=False)
    stood = HiddenField(validators=[Length(max=60_000)])

    def words(self) -> dict[str, str]:
        """Return what is to stand in each column."""
        return {name: self[name].data or "" for name in COLUMNS}

    def contradictions(self) -> dict[str, str]:
        """Return what does not go together, by field."""
        return faults(self.words())


def faults(cells: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with a row, by field, in the words of the page."""
    first: dict[str, str] = {}
    for name, problem in problems(tidy_row(cells)):
        sentence = _COLUMN.sub(lambda column: f"“{FIELDS[column[0]]}”", problem)
        first.setdefault(name, sentence[0].upper() + sentence[1:])
    return {name: first[name] for name in FIELDS if name in first}
