"""Codes that the meaning of another code mentions by their ids, as in "The money is not there: limited-funding."."""

import re
from collections.abc import Mapping


def with_plain_names(text: str, names: Mapping[str, str]) -> str:
    """Return a text in which codes that it mentions by their ids are called by their `names` (id to name), in quotation marks.

    An id that is a word of the language, such as "money", is taken for the code only where a colon points at it.
    """
    mentioned = {code: name for code, name in names.items() if code in text and code != name}
    for code, name in mentioned.items():
        is_a_word = re.fullmatch(r"[^\W\d_]+", code)
        mention = rf"(?<=: ){re.escape(code)}(?=\s*(?:[.;,()]|$))" if is_a_word else rf"(?<![\w-]){re.escape(code)}(?![\w-])"
        text = re.sub(mention, f"“{name}”".replace("\\", r"\\"), text, flags=re.MULTILINE)
    return text
