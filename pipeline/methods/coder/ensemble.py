"""Join what the quick coder says with what the fine-tuned model says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.methods.coder.calibration import AVERAGE, Calibration, calibrate, thresholds
from pipeline.methods.coder.examples import TrainingExample
from pipeline.methods.coder.fit import HeldOutEvidence, Wanted


if TYPE_CHECKING:
    from pipeline.methods.coder.tuning.tuned import Tuned

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Ensemble:
    """The mean of two coders' probabilities, and the curve that makes it mean what it says."""

    tuned: "Tuned"
    calibration: Calibration
    thresholds: Matrix

    def probabilities(self, quick: Matrix, texts: Sequence[str], frames: Sequence[str]) -> Matrix:
        """Return how likely each code is right, float (n_texts, n_codes), from what the quick coder says."""
        return self.calibration.probabilities((quick + self.tuned.chances(texts, frames)) / 2)

    def held_out_probabilities(self, quick: Matrix, texts: Sequence[str], frames: Sequence[str]) -> Matrix:
        """Return the same as if none of these texts had been learnt from, given what such a quick coder says."""
        return self.calibration.probabilities((quick + self.tuned.held_out_chances(texts, frames)) / 2)


def join_coders(
    tuned: "Tuned", evidence: HeldOutEvidence, lessons: Sequence[TrainingExample], *, code_ids: Sequence[str], wanted: Wanted
) -> Ensemble:
    """Return the two coders joined, judged by lessons that neither had seen; ModelError if the codes are not the same."""
    if tuned.code_ids != tuple(code_ids):
        raise ModelError(
            "The codebook has other codes than the fine-tuned coder learnt. `themes learn --thorough` teaches it the codebook "
            "as it is now."
        )
    seen = [lessons[row] for row in evidence.rows]
    tuned_chances = tuned.held_out_chances([lesson.text for lesson in seen], [lesson.frame for lesson in seen])
    means = (evidence.chances + tuned_chances) / 2
    calibration = calibrate(means, evidence.truth, weights=evidence.trust, expected=AVERAGE)
    chances = calibration.probabilities(means)
    levels = thresholds(chances, evidence.truth, weights=evidence.trust, **wanted._asdict())
    return Ensemble(tuned, calibration, levels)
