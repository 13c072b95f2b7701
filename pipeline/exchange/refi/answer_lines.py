"""The line above each answer in a project, by which it is found again whatever another program makes of ids."""

import re


# Liberal in what comes back: programs and people add blanks, change the case, and leave byte-order marks.
ANSWER_LINE = re.compile(r"^[\ufeff \t\xa0]*\[answer[ \t]+([0-9a-f]{16})\][ \t\xa0]*(?:\n|\Z)", re.MULTILINE | re.IGNORECASE)


def answer_line(comment_id: str) -> str:
    """Return the line above an answer."""
    return f"[answer {comment_id}]"
