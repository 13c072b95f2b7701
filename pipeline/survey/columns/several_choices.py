"""Tell options that were offered from what people wrote beside them: what comes back is an option, what comes once is none."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import pandas as pd

from pipeline.survey.columns.column import Column, is_no_answer, plain
from pipeline.survey.columns.vocabulary import whole, within


# The comma and the space last: options themselves hold them.
_SIGNS = (";", "|", "\n", "\u2022", "\u00b7", " / ", " - ", " \u2013 ", " + ", ",", " ")
_SAYS_ALL, _RANKS, _ASKS_TEXT = within("tick_all"), within("ranks"), within("asks_text")
_EXPLAINS = re.compile(r"\b(?:please (?:explain|describe|tell|say|give)|why|in your own words)\b")
_SAYS_NOTHING, _YES, _NO = whole("says_nothing"), re.compile("yes|y|true|ja|ydw"), re.compile("no|n|false|nein|nac ydw")
_MOST_OPTIONS, _LONGEST_OPTION = 40, 120
# From so many words on two people hardly ever write the same, unless one of them sent the form twice.
_SENTENCE = 5
_FEWEST = 4
_FEW, _MANY = 8, 20
_SAMPLE = 3_000
_CODE = re.compile(r"\d{1,3}|[A-Za-z0-9]+_\w{1,40}")
# "Other: my own business", but neither "Other (please specify)" nor "Other - Write In".
_SPECIFIED = re.compile(
    r"(?:any )?(?:other|others|something else|autres?|sonstiges|otr[oa]s?|altro|arall|anders|annet|andet|inne)(?: \([^)]*\))?"
    r"\s*[:;,/\u2013\u2014=-]\s*(?!(?:please|specify|state|describe|write|say|text|which|what)\b)[^\W_]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Choices:
    """The options of a closed question, as they come back in its cells."""

    options: tuple[str, ...]
    separator: str = ""
    """The sign between several choices in one cell; empty where there is one."""
    n_write_ins: int = 0
    """Cells that hold something else, too."""
    is_ranking: bool = False
    """Whether each cell holds all options, in an order of its own."""

    @property
    def must_be_listed(self) -> bool:
        """Whether the cells cannot be taken apart without a list of the options."""
        return self.n_write_ins > 0 or any(
            self.separator and (self.separator.strip() or " ") in option for option in self.options
        )


@cache
def _sign(separator: str) -> re.Pattern[str]:
    if separator.strip() == ",":
        # Neither within brackets nor within a number: "letters (post, e-mail)", "5,000".
        return re.compile(r"\s*,(?!\d{3}\b)(?![^()]*\))\s*")
    return re.compile(rf"\s*{re.escape(separator.strip())}(?![^()]*\))\s*") if separator.strip() else re.compile(r"\s+|\s*\n\s*")


def pieces_of(cell: str, separator: str, options: Collection[str] = ()) -> list[str]:
    """Return what stands between the separators, with options that hold the separator themselves left whole."""
    if not separator:
        return [cell.strip()] if cell.strip() else []
    sign = _sign(separator) if separator != "\n" else re.compile(r"\s*[\r\n]+\s*")
    whole_ones = sorted((option for option in options if sign.search(option)), key=len, reverse=True)
    kept: dict[str, str] = {}
    for number, option in enumerate(whole_ones):
        mark = f"\x00{number}\x00"
        kept[mark] = option
        cell = re.sub(rf"(?:^|(?<=[\W_])){re.escape(option)}(?=\s*(?:{re.escape(separator.strip()) or ' '}|$))", mark, cell)
    pieces = (re.sub("\x00\\d+\x00", lambda match: kept[match[0]], piece).strip() for piece in sign.split(cell))
    return [piece for piece in pieces if piece]


def chosen(cells: "pd.Series[str]", separator: str, options: Collection[str]) -> "pd.Series[str]":
    """Return the options in each cell, one a row, under the cell's own index."""
    offered = frozenset(options)
    pieces = cells.fillna("").map(lambda cell: [piece for piece in pieces_of(cell, separator, options) if piece in offered])
    return pieces.explode().dropna().astype("str")


def written_in(cells: "pd.Series[str]", separator: str, options: Collection[str]) -> "pd.Series[str]":
    """Return what each cell holds besides the options, blank where it holds nothing else."""
    offered = frozenset(options)
    joint = f"{separator.strip() or separator} " if separator else ""
    others = cells.fillna("").map(
        lambda cell: joint.join(piece for piece in pieces_of(cell, separator, options) if piece not in offered)
    )
    return others.astype("str")


def says_several(column: Column) -> bool:
    """Tell whether the heading asks to tick all that apply, so that the column cannot be open."""
    return column.matches(_SAYS_ALL) and not column.matches(_EXPLAINS)


def commonest_sign(column: Column) -> str:
    """Return the sign that stands in the most cells, of those that separate several options; empty where none does."""
    in_cells = {
        sign: int(column.answers.str.contains(sign, regex=False).sum()) for sign in _SIGNS if sign.strip() or sign == "\n"
    }
    sign = max(in_cells, key=lambda sign: in_cells[sign])
    return sign if in_cells[sign] else ""


def several_choices(column: Column) -> Choices | None:
    """Return the options of a question with several choices, or a ranking, in one cell; None where it is none."""
    if column.n < _FEWEST or column.is_moment or column.numbers is not None:
        return None
    # Spread over the export, which is often sorted.
    sample = column.answers.iloc[:: max(1, column.n // _SAMPLE)]
    sign = next((sign for sign in _SIGNS if _separated(column, sample, sign)), None)
    return _separated(column, column.answers, sign) if sign else None


def _separated(column: Column, answers: "pd.Series[str]", sign: str) -> Choices | None:
    has_sign = answers.str.contains(sign, regex=False)
    if int(has_sign.sum()) < max(2, 0.05 * len(answers)):
        return None
    lists = [pieces_of(cell, sign) for cell in answers]
    all_pieces = Counter(piece for pieces in lists for piece in pieces)
    # So that nothing more is looked for in sentences.
    if sum(n for n in all_pieces.values() if n > 1) < 0.5 * all_pieces.total():
        return None
    # Words with spaces between them are a sentence.
    if sign == " " and not all(_CODE.fullmatch(piece) for piece in all_pieces):
        return None
    joined = _joined(lists, sign)
    counts = Counter(piece for pieces in joined for piece in dict.fromkeys(pieces))
    options = tuple(piece for piece, n in counts.most_common() if _comes_back(piece, n))
    if not 2 <= len(options) <= _MOST_OPTIONS or max(map(len, options)) > _LONGEST_OPTION:
        return None
    offered = frozenset(options)
    # Among few people an option may be chosen once.
    shortest = 1 if len(answers) >= _MANY else _SENTENCE + 2
    n_write_ins = sum(any(piece not in offered and len(piece.split()) >= shortest for piece in pieces) for pieces in joined)
    if _is_ranking(column, joined, offered):
        return Choices(options, sign, n_write_ins, is_ranking=True)
    fits = _are_ticks(column, joined, counts, offered)
    return Choices(options, sign, n_write_ins) if fits else None


def is_written_in(value: str) -> bool:
    """Tell whether a cell says that it was written beside the options, as in "Other: my allotment"."""
    return _SPECIFIED.match(value.strip()) is not None


def _comes_back(piece: str, n: int) -> bool:
    if is_written_in(piece):
        return False
    return n >= 3 or (n == 2 and len(piece.split()) < _SENTENCE)


def _joined(lists: Sequence[list[str]], sign: str) -> list[list[str]]:
    """Put together pieces that never come but one after the other: they are one option that holds the sign."""
    while True:
        counts = Counter(piece for pieces in lists for piece in pieces)
        pairs = Counter(pair for pieces in lists for pair in pairwise(pieces))
        always = {
            (first, second)
            for (first, second), n in pairs.items()
            if n >= 2 and n == counts[first] == counts[second] and (n >= 5 or second[:1].islower())
        }
        if not always:
            return list(lists)
        lists = [list(_with_pairs(pieces, always, sign)) for pieces in lists]


def _with_pairs(pieces: Sequence[str], pairs: Collection[tuple[str, str]], sign: str) -> Iterator[str]:
    i = 0
    while i < len(pieces):
        if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) in pairs:
            yield f"{pieces[i]}{sign.strip() or sign} {pieces[i + 1]}"
            i += 2
        else:
            yield pieces[i]
            i += 1


def _is_ranking(column: Column, lists: Sequence[list[str]], offered: frozenset[str]) -> bool:
    full = [tuple(pieces) for pieces in lists if offered <= set(pieces)]
    if len(offered) < 3 or len(set(full)) < 2:
        return False
    return len(full) >= 0.8 * len(lists) or (column.matches(_RANKS) and len(full) >= 0.5 * len(lists))


def _are_ticks(column: Column, lists: Sequence[list[str]], counts: Counter[str], offered: frozenset[str]) -> bool:
    n_pieces, n_chosen = counts.total(), sum(counts[piece] for piece in offered)
    several = sum(len([piece for piece in pieces if piece in offered]) > 1 for pieces in lists)
    if several < max(2, 0.05 * len(lists)):
        return False
    if says_several(column) or column.matches(_RANKS):
        return n_chosen >= 0.5 * n_pieces
    # Whoever types words ("kind, Caring") does not spell them as the form does.
    spellings = Counter(piece.casefold() for piece in offered)
    typed = sum(counts[piece] for piece in offered if spellings[piece.casefold()] > 1)
    # A list of one's own words has an end that is never the same; a sentence has pieces that are.
    has_combinations = len({frozenset(pieces) for pieces in lists}) > len(offered)
    return has_combinations and typed <= 0.1 * n_chosen and n_chosen >= 0.85 * n_pieces and n_chosen >= 2.5 * len(offered)


def single_choices(column: Column) -> Choices | None:
    """Return the options of a question with one choice where some people wrote something else; None where nobody did."""
    if column.n < _FEW or column.is_moment or column.numbers is not None:
        return None
    options = [str(value) for value, n in column.counts.items() if _comes_back(str(value), int(n))]
    others = [str(value) for value in column.counts.index if str(value) not in set(options)]
    if not 2 <= len(options) <= 20 or max(map(len, options)) > _LONGEST_OPTION or not others:
        return None
    # Short ones may be options that only one person chose.
    if column.distinct <= 20 and not any(len(value.split()) >= _SENTENCE - 1 or is_written_in(value) for value in others):
        return None
    share = {value: int(column.counts[value]) / column.n for value in options}
    if sum(share.values()) < 0.75 or not _are_choices(column, share):
        return None
    return Choices(tuple(options), n_write_ins=len(column.answers) - sum(int(column.counts[value]) for value in options))


def _are_choices(column: Column, share: dict[str, float]) -> bool:
    """Tell options from "no" and "nothing", which come back in answers to an open question, too."""
    yes, no = (sum(share[value] for value in share if pattern.fullmatch(plain(value))) for pattern in (_YES, _NO))
    if column.matches(_ASKS_TEXT):
        return min(yes, no) >= 0.3
    speaking = [value for value in share if not (_SAYS_NOTHING.fullmatch(plain(value)) or is_no_answer(value))]
    return min(yes, no) >= 0.05 or (len(speaking) >= 2 and sum(share[value] for value in speaking) >= 0.5)


def share_that_comes_back(column: Column) -> tuple[float, int]:
    """Return which share of a column's answers is made of pieces that come back, and how many different ones there are."""
    spoken = column.spoken
    if len(spoken) < _FEW:
        return 0.0, 0
    best = (0.0, 0)
    for sign in ("", *_SIGNS[:-1]):
        lists = [pieces_of(cell, sign) for cell in spoken]
        counts = Counter(piece for pieces in lists for piece in dict.fromkeys(pieces))
        made = sum(all(_comes_back(piece, counts[piece]) for piece in pieces) for pieces in lists)
        best = max(best, (made / len(lists), sum(_comes_back(piece, n) for piece, n in counts.items())))
    return best
