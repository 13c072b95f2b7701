"""Recognise answers that stand on a scale: numbers, steps in words, or words with their number beside them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pipeline.survey.columns.column import Column, plain
from pipeline.survey.columns.scale_words import RATHER, STEPS, VERY, is_step


Steps = tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Scale:
    """A scale from its lowest to its highest score, and the score of each option that is written in words."""

    low: float
    high: float
    because: str
    labels: dict[str, float] = field(default_factory=dict)
    steps: Steps = ()
    subject: str = ""


_LIKE_A_DEGREE = re.compile(rf"(?:yes|no) (?=(?:{VERY}|{RATHER}|not|to|always|often|sometimes|mostly|a lot)\b)")
_NUMBERED = re.compile(r"(\d{1,2})\s*[-\u2013\u2014.:=)(]+\s*([^\W\d].*?)\)?")
_WORDED = re.compile(r"([^\W\d].*?)\s*[-\u2013\u2014:=(]+\s*(\d{1,2})\)?")
_ENDS = re.compile(r"\b([01]) (?:to |and |being .*?\band )?(3|4|5|6|7|9|10|100)\b")
_OUT_OF = re.compile(r"\bout of (5|10|100)\b")
# Whole numbers that count or measure something are no judgement.
_AMOUNT = re.compile(
    r"\b(?:how (?:many|old|long|much (?:money|time))|age|years?|months?|weeks?|days|hours|minutes|count|total|number|no|id)\b"
)
_RATED = re.compile(
    r"\b(?:rat(?:e|ed|ing)|rank|scor\w+|satisf\w+|agree\w*|likely|scale|stars?|important|how (?:well|good|easy|useful))\b"
)
_FFT = re.compile(r"\bfft\b|\bfriends and family test\b")
# The test asks for more than to speak of friends and family, and its numbers fit.
_FRIENDS = r"friends (?:and|or) family"
_LIKE_THE_FFT = re.compile(rf"\brecommend.*\b{_FRIENDS}\b|\b{_FRIENDS}\b.*\brecommend|\boverall .*experience\b.*\b{_FRIENDS}\b")
_FFT_SAYS = "the Friends and Family Test runs from 1 (very good) to 5 (very poor); other numbers are not scored"
# So few answers may be no step of the scale; with more of them the column is something else.
_TYPING_ERRORS = 0.02
_FEW = 50
_USUAL_ENDS = ((1, 3), (1, 4), (1, 5), (1, 7), (0, 10))


def find_scales(columns: Sequence[Column]) -> dict[str, Scale]:
    """Return the scale of each column that has one, by the column's name.

    Few answers, or very like ones, leave steps of a scale unused; so columns share what they show of a scale.
    """
    scales = {column.name: scale for column in columns if (scale := find_scale(column))}
    fullest = sorted((scale for scale in scales.values() if scale.steps), key=lambda scale: -scale.high)
    for column in columns:
        if column.name not in scales or column.n < _FEW:
            fuller = next((same for scale in fullest if (same := _on(scale, column))), None)
            scales |= {column.name: fuller} if fuller else {}
    return {name: _with_all_labels(scale, scales.values()) for name, scale in scales.items()}


def _on(scale: Scale, column: Column) -> Scale | None:
    """Return the scale with the column's own labels, if the column's answers stand on it."""
    if column.numbers is not None or column.is_yes_no or not 2 <= len(column.options) <= 12:
        return None
    subject, labels = _scores(column, scale.steps, least=2)
    return replace(scale, labels=labels) if labels and subject == scale.subject else None


def _with_all_labels(scale: Scale, scales: Iterable[Scale]) -> Scale:
    same = [other.labels for other in scales if (other.steps, other.subject) == (scale.steps, scale.subject)]
    labels = {label: score for labels in (scale.labels, *same) for label, score in labels.items()}
    return replace(scale, labels=dict(sorted(labels.items(), key=lambda item: item[1]))) if scale.steps else scale


def find_scale(column: Column) -> Scale | None:
    """Return the scale the column's answers stand on, if they do."""
    if not column.options or column.is_moment:
        return None
    if column.numbers is not None:
        return _scale_of_numbers(column)
    # Numbers beside the words first: they are the survey's own scores.
    return _numbered_words(column) or _steps_in_words(column) if len(column.options) <= 12 else None


def is_choice(column: Column) -> bool:
    """Tell whether the answers are options that were offered: few, and chosen again and again."""
    few = column.distinct <= 20 and (column.distinct <= 4 or column.n >= 1.5 * column.distinct)
    return bool(column.options) and few and (column.variety < 1 or column.is_yes_no) and not column.is_moment


def _scale_of_numbers(column: Column) -> Scale | None:
    numbers, heading = column.numbers, " ".join(column.headings)
    if numbers is None or (numbers % 1 != 0).any() or numbers.min() < 0:
        return None
    stated = _ends_in(heading)
    if stated and numbers.between(*stated).mean() >= 0.9:
        return Scale(*stated, f"whole numbers, and the question says {stated[0]:g} to {stated[1]:g}")
    if _FFT.search(heading) or (_LIKE_THE_FFT.search(heading) and numbers.between(1, 5).mean() >= 0.95):
        return Scale(1, 5, _FFT_SAYS)
    if _AMOUNT.search(heading) or numbers.max() > 10 or (numbers.max() < 4 and not _RATED.search(heading)):
        return None
    # Among few answers the highest number may be missing, so the commonest scale is the better guess.
    usual = _USUAL_ENDS if column.n >= _FEW else _USUAL_ENDS[2:]
    low, high = next(ends for ends in usual if ends[0] <= numbers.min() and numbers.max() <= ends[1])
    return Scale(low, high, f"whole numbers from {numbers.min():g} to {numbers.max():g}")


def _ends_in(heading: str) -> tuple[float, float] | None:
    most = _OUT_OF.search(heading)
    if most:
        return (1.0 if most[1] == "5" else 0.0), float(most[1])
    ends = _ENDS.search(heading)
    return (float(ends[1]), float(ends[2])) if ends else None


def _numbered_words(column: Column) -> Scale | None:
    """Read options such as "5 - Strongly agree" and "Very poor (1)", and the bare numbers between them."""
    scores: dict[str, float] = {}
    words: list[str] = []
    for value in column.options:
        before, after = _NUMBERED.fullmatch(value), _WORDED.fullmatch(value)
        number, wording = (before[1], before[2]) if before else (after[2], after[1]) if after else (value, "")
        if not re.fullmatch(r"\d{1,2}", number):
            return None
        scores[value] = float(number)
        words += [wording] if wording else []
    if len(set(scores.values())) < max(2, len(scores)) or not any(is_step(plain(wording)) for wording in words):
        return None
    low, high = min(scores.values()), max(scores.values())
    return Scale(low, high, f"words with their number, {low:g} to {high:g}", scores)


def _steps_in_words(column: Column) -> Scale | None:
    fits = [(steps, *scores) for steps in STEPS if (scores := _scores(column, steps, least=3))[1]]
    if not fits:
        return None
    # Answers that fit a long scale in part fit a shorter one whole, which says no more than they show.
    steps, subject, labels = min(fits, key=lambda fit: len(fit[0]))
    high = len(steps)
    return Scale(1, high, f"{high} steps in words, scored 1 to {high}", labels, steps, subject)


def _scores(column: Column, steps: Steps, *, least: int) -> tuple[str, dict[str, float]]:
    """Score the options if enough steps are there, each said in one way, and all of them about the same."""
    scores: dict[str, float] = {}
    wordings_at: dict[int, set[str]] = {}
    about: set[str] = set()
    for value in column.options:
        words = _LIKE_A_DEGREE.sub("", plain(value))
        matches = [(step, match) for step, pattern in enumerate(steps, start=1) if (match := pattern.fullmatch(words))]
        fitting = [(next(filter(None, match.groups()), ""), step) for step, match in matches]
        if fitting:
            # The step that leaves least to what the scale is about fits best: "very useful" is "very", not "X".
            subject, step = min(fitting, key=lambda fit: len(fit[0]))
            scores[value] = float(step)
            wordings_at.setdefault(step, set()).add(words)
            about |= {subject} - {""}
    others = sum(int(column.counts[value]) for value in column.options if value not in scores)
    is_one_scale = len(about) <= 1 and all(len(words) == 1 for words in wordings_at.values())
    fits = is_one_scale and len(wordings_at) >= least and others <= _TYPING_ERRORS * column.n
    return next(iter(about), ""), scores if fits else {}
