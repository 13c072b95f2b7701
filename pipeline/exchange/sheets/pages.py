"""What a sheet or form is made from, and the words that both begin with."""

import re
from dataclasses import dataclass

import pandas as pd

from pipeline.codebook.codebook import Codebook
from pipeline.exchange.sheets.sheet import PackedExcerpts
from pipeline.runtime.plurals import agreeing, n_of


# Neither Excel nor Word takes the characters that XML cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
AUTHOR = "Many Voices"
LANGUAGE = "en-GB"
LARGE_PT = 16


@dataclass(frozen=True)
class Pages:
    """Excerpts to code, the codebook to code them with, and for whom."""

    study: str
    codebook: Codebook
    excerpts: pd.DataFrame
    """As `excerpts_to_review` returns them."""
    packed: PackedExcerpts
    """All excerpts of the study."""
    reviewer: str

    def rows(self) -> list[dict[str, str]]:
        """Return the excerpts, each with its cells by the names of the columns."""
        return [{str(name): str(cell) for name, cell in row.items()} for row in self.excerpts.to_dict("records")]


def writable(text: str) -> str:
    """Return text without the characters that a document cannot hold."""
    return _UNWRITABLE.sub("", text)


def welcome(n: int) -> tuple[str, ...]:
    """Return what a person should know before they begin."""
    excerpts = "one excerpt" if n == 1 else n_of(n, "excerpt")
    return (
        f"Here {agreeing(n, 'is', 'are')} {excerpts} of what people wrote. Please say which codes fit each, as you read it.",
        "There is no right answer. Say what you see, before you talk about it with anybody.",
        "Some of it may be hard to read. You may skip any excerpt, stop whenever you like, and need give no reason.",
        "An excerpt may have several codes. If none fits, say “none of these”. If you cannot tell, say “not sure”.",
        "Names that were found are masked, such as [name 1]. If you see a name or an address that is not, please tell the team.",
    )
