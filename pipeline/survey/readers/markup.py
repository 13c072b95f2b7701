"""Headings as people saw them: without the tags, entities and places to fill in that survey tools write into them."""

import html
import re


_NAMES = (
    "a|abbr|b|big|blockquote|br|center|code|dd|div|dl|dt|em|font|h[1-6]|hr|i|iframe|img|ins|del|label|li|o:p|ol|p|pre|s|small|span|"
    "strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|video"
)
_TAG = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?h[1-6]|hr|/?t[rd])\b[^<>]*>", re.IGNORECASE)
_STYLE = re.compile(r"<(style|script)\b[^<>]*>.*?</\1>", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,20});", re.IGNORECASE)
# What Qualtrics, Typeform, SurveyMonkey and LimeSurvey fill in for each person.
_FILLED_IN = re.compile(r"\$\{[a-z]+://[^{}]{1,120}\}|\{\{[^{}]{1,120}\}\}|\[%[^%]{1,80}%\]|\{(?:INSERTANS|TOKEN):[^{}]{1,80}\}")


def without_markup(text: str) -> str:
    """Return a heading or wording without tags and entities, on one line."""
    if not any(sign in text for sign in "<&{["):
        return text
    plain = _STYLE.sub(" ", _ENTITY.sub(lambda match: html.unescape(match[0]), text))
    # Entities may themselves spell tags.
    plain = _TAG.sub("", _BREAK.sub(" ", plain))
    plain = " ".join(_FILLED_IN.sub("…", plain).split())
    return plain or text
