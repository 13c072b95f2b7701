"""Agreement in plain English, with every interval, and without a figure where there is too little to tell."""

from collections.abc import Callable, Iterator, Mapping

from pipeline.methods.agreement import BootstrapEstimate
from pipeline.methods.agreement.comparisons import (
    FEWEST_EXCERPTS,
    FEWEST_GIVEN,
    AgreementResult,
    CodeAgreement,
    CoderComparison,
    SetAgreement,
)
from pipeline.runtime.plurals import n_of


LEVELS = (
    (0.8, "firm enough to build on"),
    (2 / 3, "enough for cautious conclusions"),
    (0.4, "readings often differ: look at where before you count"),
    (float("-inf"), "readings differ widely: talk about the codes before you count"),
)
"""Krippendorff's two bounds; below them a figure says that people read differently, not that anybody is wrong."""

HOW_IT_COUNTS = (
    "Only answers that people gave before they saw the model's suggestion or each other's answers count, and only excerpts that "
    "both sides coded. “None of these” counts as an answer; “not sure” and skipped excerpts do not, and neither does the "
    "model where it suggests nothing. The range in brackets is the 95% interval."
)


def as_text(result: AgreementResult, labels: Mapping[str, str]) -> str:
    """Return all comparisons in plain English; `labels` is what people call each code."""
    return "\n".join(_lines(result, labels))


def _lines(result: AgreementResult, labels: Mapping[str, str]) -> Iterator[str]:
    if not result.n_answers:
        yield "Nobody has coded an excerpt blind yet, so there is nothing to compare."
        return
    yield HOW_IT_COUNTS
    yield from sentences(result)
    for comparison in result.comparisons:
        yield f"\n{heading(comparison)}: {about(comparison)}"
        # For each person the codes would fill pages, and few excerpts tell little of one person and one code.
        if comparison.kind != "model and person":
            yield from (f"  - {line}" for line in code_lines(comparison, labels))


def sentences(result: AgreementResult) -> Iterator[str]:
    """Say what the comparisons rest on."""
    yield f"{n_of(result.n_answers, 'answer counts', 'answers count')}; {result.n_not_answers:,} not sure or skipped."
    if result.n_learnt:
        excerpts = n_of(result.n_learnt, "excerpt is", "excerpts are")
        yield f"{excerpts} left out where the model is compared, since it has learnt from what people said of them."
    if result.n_silent:
        yield f"The model suggests nothing for {n_of(result.n_silent, 'excerpt')} that people have answered."


def heading(comparison: CoderComparison) -> str:
    """Say who is compared."""
    if comparison.kind == "everyone":
        return "Everybody with everybody"
    if comparison.kind == "within":
        return f"Within {comparison.group}"
    if comparison.kind == "between":
        return f"Between {comparison.group} and {comparison.other}"
    return f"The model and {comparison.other}"


def about(comparison: CoderComparison) -> str:
    """Say how far they agree over all codes, or why nothing can be said."""
    who, n = n_of(comparison.n_people, "person", "people"), comparison.n_excerpts
    if comparison.kind in ("everyone", "within") and comparison.n_people < 2:
        return "one person, so there is nobody to compare with."
    if comparison.overall is None:
        return f"{who}, {n_of(n, 'excerpt')} that both coded: too few for a figure ({FEWEST_EXCERPTS} are needed)."
    return f"{who}, {n:,} excerpts. {_overall(comparison.overall, comparison.kappa)}"


def in_a_sentence(comparison: CoderComparison) -> str:
    """Say in a sentence that needs no statistics how far they agree; nothing where there are too few excerpts."""
    if comparison.overall is None or comparison.overall.same.value is None:
        return ""
    n = round(10 * comparison.overall.same.value)
    return f"Of every 10 excerpts that both coded, they gave exactly the same codes to about {n}."


def _overall(agreement: SetAgreement, kappa: str) -> str:
    alpha = f"{figure(agreement.alpha)}{level(agreement.alpha)}"
    return (
        f"Exactly the same codes in {share(agreement.same)}. Krippendorff's alpha, where codes in common count for something, "
        f"{alpha}. {kappa} {figure(agreement.kappa)}; Gwet's AC1 {figure(agreement.ac1)}."
    )


def code_lines(comparison: CoderComparison, labels: Mapping[str, str]) -> Iterator[str]:
    """Say for each code how far they agree."""
    with_figures = [agreement for agreement in comparison.codes if not agreement.too_few]
    yield from (
        f"{labels.get(agreement.code, agreement.code)}: {_code(agreement, comparison.kappa)}" for agreement in with_figures
    )
    if few := [agreement for agreement in comparison.codes if agreement.too_few]:
        names = ", ".join(labels.get(agreement.code, agreement.code) for agreement in few)
        yield f"Too few excerpts for a figure (a code must be given to {FEWEST_GIVEN}): {names}."


def _code(code: CodeAgreement, kappa: str) -> str:
    return (
        f"given to {code.n_given:,} excerpts; the same answer in {share(code.same)}; when one gives it, so does the other in "
        f"{share(code.when_one)}; alpha {figure(code.alpha)}, {kappa} {figure(code.kappa)}, AC1 {figure(code.ac1)}."
    )


def overall_figures(comparison: CoderComparison) -> tuple[str, ...]:
    """Write the figures over all codes: the same codes, alpha, kappa, AC1; none where there are too few excerpts."""
    agreement = comparison.overall
    return (share(agreement.same), figure(agreement.alpha), figure(agreement.kappa), figure(agreement.ac1)) if agreement else ()


def code_figures(agreement: CodeAgreement) -> tuple[str, ...]:
    """Write the figures of one code: the same answer, when one gives it, alpha, kappa, AC1."""
    if agreement.too_few:
        return ("too few to tell",) * 5
    return (
        share(agreement.same),
        share(agreement.when_one),
        figure(agreement.alpha),
        figure(agreement.kappa),
        figure(agreement.ac1),
    )


def share(estimate: BootstrapEstimate) -> str:
    """Write a share in per cent with its interval."""
    return _written(estimate, lambda value: f"{100 * value:.0f}%")


def figure(estimate: BootstrapEstimate) -> str:
    """Write a coefficient with its interval."""
    # A true minus sign: a hyphen may be torn from its figure at the end of a line.
    return _written(estimate, lambda value: f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−"))


def level(estimate: BootstrapEstimate) -> str:
    """Say what a coefficient means, judged by the lower end of its interval where it has one."""
    # By the lower end, so that a few excerpts do not make agreement look firm.
    value = estimate.value if estimate.low is None else estimate.low
    return "" if value is None else f" ({next(words for least, words in LEVELS if value >= least)})"


def _written(estimate: BootstrapEstimate, write: Callable[[float], str]) -> str:
    if estimate.value is None:
        return "not to be told, since everybody gave the same answer"
    if estimate.low is None or estimate.high is None:
        return f"{write(estimate.value)} (no interval: the excerpts show no spread)"
    return f"{write(estimate.value)} ({write(estimate.low)} to {write(estimate.high)})"
