"""Find the column that says what people allow, and what each of its options allows; what is unclear allows less."""

import re
from typing import Literal

from pipeline.survey.columns.column import Column, plain
from pipeline.survey.columns.vocabulary import at_start, whole, within


TIERS = ("quote", "paraphrase", "analyse", "none")
Asked = Literal["quotes", "taking part", "something else"]
"""What a column asks leave for. "Something else" is a data set for others, a recording, another letter: no tier hangs on it."""

_NAMED, _ASKS_LEAVE = within("consent"), within("asks_leave")
_ABOUT_ANSWERS, _ABOUT_QUOTES = within("about_answers"), within("about_quotes")
_ABOUT_TAKING_PART, _ABOUT_USE, _ABOUT_OTHERS = within("about_taking_part"), within("about_use"), within("about_others")
_ANOTHER_OCCASION, _BARE, _OPTS_OUT = within("another_occasion"), whole("bare_consent"), within("opts_out")
_MAY_WITHDRAW = within("may_withdraw")
_WITHOUT_NAME, _NO_OBJECTION = within("without_name"), within("no_objection")
_WITHDRAWS, _NOT_USE, _AT_ALL = within("withdraws"), within("not_use"), within("at_all")
_REFUSES_QUOTES, _USES_ANSWERS = within("refuses_quotes"), within("uses_answers")
_PARAPHRASE, _ANALYSE = within("allows_paraphrase"), within("allows_analyse")
_QUOTE, _RESERVED, _YES, _NO = within("allows_quote"), within("reserved"), at_start("says_yes"), at_start("says_no")
_AGREES, _UNTICKED, _PERHAPS_UNTICKED = within("agrees"), whole("unticked"), whole("perhaps_unticked")
_AGREES_TO_TAKE_PART = re.compile(
    r"\b(?:agree|consent|happy|willing|like)\w* (?:\w+ ){0,6}?(?:take part|taking part|participat\w*)\b"
)
_WORD_OF_OPTION = whole("words_of_options")
_MOST_OPTIONS = 20
# As in a sentence of the form that many people ticked: nobody's own words.
_OFFERED_FROM = 3
_SHORT = 5


def asks_for(column: Column) -> Asked | None:
    """Return what the heading asks leave for; None where it asks for none."""
    is_short = any(_NAMED.search(words) and len(words.split()) <= _SHORT for words in column.headings)
    asks = any(_ASKS_LEAVE.search(words) and _ABOUT_ANSWERS.search(words) for words in column.headings)
    if not is_short and not asks:
        return None
    if is_about_quotes(column):
        return "quotes"
    if column.matches(_ANOTHER_OCCASION):
        return "something else"
    if column.is_called(_BARE) or (asks and column.matches(_ABOUT_TAKING_PART)):
        return "taking part"
    return "taking part" if column.matches(_ABOUT_USE) and not column.matches(_ABOUT_OTHERS) else "something else"


def speaks_of_consent(column: Column) -> bool:
    """Tell whether the column asks what may be done with the person's answers, and its answers say it."""
    if asks_for(column) not in ("quotes", "taking part") or not _has_options(column):
        return False
    understood = sum(n for value, n in column.counts.items() if tier_of(str(value), column))
    return understood >= 0.8 * column.n


def may_speak_of_consent(column: Column) -> bool:
    """Tell whether the heading asks for leave of some kind, so that a person should look at the column."""
    return asks_for(column) is not None and _has_options(column)


def is_about_quotes(column: Column) -> bool:
    """Tell whether a plain yes allows quoting, and not merely taking part."""
    return column.matches(_ABOUT_QUOTES)


def is_a_box(column: Column) -> bool:
    """Tell whether the column is one box to tick, so that a blank cell is a box that nobody ticked."""
    left = (_UNTICKED.fullmatch(plain(value)) or _PERHAPS_UNTICKED.fullmatch(plain(value)) for value in column.counts.index)
    return sum(not unticked for unticked in left) == 1


def is_unticked(value: str, column: Column) -> bool:
    """Tell whether a cell says that a box was left as it was."""
    words = plain(value)
    is_blank_mark = _PERHAPS_UNTICKED.fullmatch(words) is not None and is_a_box(column)
    return not words or is_blank_mark or _UNTICKED.fullmatch(words) is not None


def refuses(value: str, column: Column) -> bool:
    """Tell whether an option says no to whatever the column asks for."""
    words = _NO_OBJECTION.sub("yes", plain(value))
    says_no = _NO.match(words) or _REFUSES_QUOTES.search(words) or _WITHDRAWS.search(_MAY_WITHDRAW.sub(" ", words))
    return bool(says_no) and not is_unticked(value, column)


def tiers_of(column: Column) -> dict[str, list[str]]:
    """Return the options under what they allow; an option that is not understood stands nowhere."""
    options: dict[str, list[str]] = {}
    for value in sorted(column.counts.index, key=str.casefold):
        tier = tier_of(value, column)
        if tier and value.casefold() not in {other.casefold() for other in options.get(tier, [])}:
            options.setdefault(tier, []).append(value)
    return {tier: options[tier] for tier in TIERS if tier in options}


def tier_of(value: str, column: Column) -> str:
    """Return what an option allows, or an empty word; only what a form offered is understood, and no one's own words."""
    words = plain(value)
    if not words or not (_is_made_of_forms_words(words) or column.counts.get(value, 0) >= _OFFERED_FROM):
        return ""
    if is_unticked(value, column):
        # A box that was left alone is no wish to be taken out.
        return "analyse"
    for left_out in (_MAY_WITHDRAW, _WITHOUT_NAME):
        words = left_out.sub(" ", words)
    words = " ".join(_NO_OBJECTION.sub("yes", words).split())
    return _tier_opting_out(words, column) if column.matches(_OPTS_OUT) else _tier_in_words(words, column)


def _tier_opting_out(words: str, column: Column) -> str:
    """Return what a yes allows where the heading asks who does *not* want something; a no to that is too unclear to go by."""
    if _NO.match(words) or not (_YES.match(words) or _AGREES.search(words) or _REFUSES_QUOTES.search(words)):
        return ""
    return "analyse" if is_about_quotes(column) else "none"


def _tier_in_words(words: str, column: Column) -> str:
    # What allows least is looked for first, so that an option which says two things allows the lesser.
    if _withdraws(words, column):
        return "none"
    if _PARAPHRASE.search(words):
        return "paraphrase"
    if _ANALYSE.search(words) or _REFUSES_QUOTES.search(words):
        return "analyse"
    if _NO.match(words) or _NOT_USE.search(words):
        # Whoever was asked for more than to take part, and says no, has refused that and no more.
        return "none" if asks_for(column) == "taking part" or _asks_to_take_part(column) else "analyse"
    # "Yes, if you ask me first" is no yes to a program that cannot ask.
    if _RESERVED.search(words) and not (is_a_box(column) and _AGREES.search(words)):
        return ""
    if _QUOTE.search(words):
        return "quote"
    return ("quote" if is_about_quotes(column) else "analyse") if _YES.match(words) or _AGREES.search(words) else ""


def _withdraws(words: str, column: Column) -> bool:
    """Tell whether an option asks that nothing of the person be used, and does not merely refuse what was asked."""
    if _REFUSES_QUOTES.search(words):
        return False
    if _WITHDRAWS.search(words) or (_NOT_USE.search(words) and _AT_ALL.search(words)):
        return True
    # "Do not use my comments" to "May we use your comments in our report?" says no to the report.
    says_which = _NOT_USE.search(words) and _USES_ANSWERS.search(words)
    return bool(says_which) and not (is_about_quotes(column) and column.matches(_USES_ANSWERS))


def _asks_to_take_part(column: Column) -> bool:
    return any(_AGREES_TO_TAKE_PART.search(words) for words in column.headings)


def _is_made_of_forms_words(words: str) -> bool:
    return all(_WORD_OF_OPTION.fullmatch(word) for word in words.split())


def _has_options(column: Column) -> bool:
    is_sentence_for_all = column.distinct <= 3 and column.n >= _OFFERED_FROM * column.distinct
    return 1 <= column.distinct <= _MOST_OPTIONS and (is_sentence_for_all or not column.is_prose)
