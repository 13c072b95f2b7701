"""What is said about agreement: frozen values, for a page, a report or a table."""

from dataclasses import dataclass
from typing import Literal

from pipeline.methods.agreement import BootstrapEstimate


Kind = Literal["everyone", "within", "between", "model and group", "model and person"]

FEWEST_EXCERPTS = 10
"""With fewer excerpts that both sides coded no figure is given: its interval would span nearly everything."""
FEWEST_GIVEN = 5
"""A code that was given to fewer excerpts has no figure of its own."""


@dataclass(frozen=True)
class SetAgreement:
    """How far all codes of an excerpt taken together are the same."""

    same: BootstrapEstimate
    """Share of pairs of people who gave exactly the same codes."""
    alpha: BootstrapEstimate
    """Krippendorff's alpha, where codes in common count for something (MASI distance)."""
    kappa: BootstrapEstimate
    ac1: BootstrapEstimate


@dataclass(frozen=True)
class CodeAgreement:
    """How far people agree whether one code fits."""

    code: str
    n_given: int
    """Excerpts to which anybody gave it."""
    too_few: bool
    """It was given to too few excerpts for figures."""
    same: BootstrapEstimate
    """Share of pairs who both gave it or both did not."""
    when_one: BootstrapEstimate
    """How often the other gave it when one did."""
    alpha: BootstrapEstimate
    kappa: BootstrapEstimate
    ac1: BootstrapEstimate


@dataclass(frozen=True)
class CoderComparison:
    """Who is compared with whom, over how many excerpts, and how far they agree; no figures where excerpts are too few."""

    kind: Kind
    group: str
    """The group; empty for everyone and for the model."""
    other: str
    """The other group, or the group or person that the model is compared with; empty within a group."""
    n_people: int
    n_excerpts: int
    """Excerpts that two people coded, or both sides."""
    kappa: Literal["Cohen's kappa", "Fleiss' kappa"]
    overall: SetAgreement | None
    codes: tuple[CodeAgreement, ...] = ()


@dataclass(frozen=True)
class AgreementResult:
    """All comparisons of a study, and what they rest on."""

    comparisons: tuple[CoderComparison, ...]
    n_answers: int
    """Blind answers that count: codes, or none of these."""
    n_not_answers: int
    """Blind entries that are no answer: not sure, or skipped."""
    n_silent: int
    """Excerpts that people answered and for which the model suggests nothing."""
    n_learnt: int
    """Excerpts that people answered and whose text the model has learnt from; it is not compared on them."""

    def __getitem__(self, kind: Kind) -> tuple[CoderComparison, ...]:
        """Return the comparisons of a kind."""
        return tuple(comparison for comparison in self.comparisons if comparison.kind == kind)
