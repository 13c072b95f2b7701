"""Find the column that says what people allow, and what each of its options allows; what is unclear allows less."""

from pipeline.survey.columns.column import Column, plain
from pipeline.survey.columns.vocabulary import at_start, whole, within


TIERS = ("quote", "paraphrase", "analyse", "none")

_NAMED, _ASKS_LEAVE = within("consent"), within("asks_leave")
_ABOUT_ANSWERS, _ABOUT_QUOTES = within("about_answers"), within("about_quotes")
_NONE, _PARAPHRASE, _ANALYSE = within("allows_none"), within("allows_paraphrase"), within("allows_analyse")
_QUOTE, _RESERVED, _YES, _NO = within("about_quotes"), within("reserved"), at_start("says_yes"), at_start("says_no")
_WORD_OF_OPTION = whole("words_of_options")
_MOST_OPTIONS = 20


def speaks_of_consent(column: Column) -> bool:
    """Tell whether the column asks what may be done with the person's answers, and its answers say it."""
    name, wording = column.headings
    is_short = any(_NAMED.search(words) and len(words.split()) <= 5 for words in (name, wording))
    asks = any(_ASKS_LEAVE.search(words) and _ABOUT_ANSWERS.search(words) for words in (name, wording))
    if not (is_short or asks) or not 1 <= column.distinct <= _MOST_OPTIONS or column.is_prose:
        return False
    understood = sum(n for value, n in column.counts.items() if tier_of(str(value), column))
    return understood >= 0.8 * column.n


def is_about_quotes(column: Column) -> bool:
    """Tell whether a plain yes allows quoting, and not merely taking part."""
    return column.matches(_ABOUT_QUOTES)


def tiers_of(column: Column) -> dict[str, list[str]]:
    """Return the options under what they allow; an option that is not understood stands nowhere."""
    options: dict[str, list[str]] = {}
    for value in sorted(column.counts.index, key=str.casefold):
        tier = tier_of(value, column)
        if tier and value.casefold() not in {other.casefold() for other in options.get(tier, [])}:
            options.setdefault(tier, []).append(value)
    return {tier: options[tier] for tier in TIERS if tier in options}


def tier_of(value: str, column: Column) -> str:
    """Return what an option allows, or an empty word; only options made of words that forms use are understood."""
    words = plain(value)
    if not words or not all(_WORD_OF_OPTION.fullmatch(word) for word in words.split()):
        return ""
    # What allows least is looked for first, so that an option which says two things allows the lesser.
    if _NONE.search(words):
        return "none"
    if _PARAPHRASE.search(words):
        return "paraphrase"
    if _ANALYSE.search(words):
        return "analyse"
    if _NO.match(words):
        return "analyse" if is_about_quotes(column) else "none"
    # "Yes, if you ask me first" is no yes to a program that cannot ask.
    if _RESERVED.search(words):
        return ""
    if _QUOTE.search(words):
        return "quote"
    return ("quote" if is_about_quotes(column) else "analyse") if _YES.match(words) else ""
