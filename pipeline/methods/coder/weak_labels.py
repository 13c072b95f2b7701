"""Take from the themes that people gave a code a hint for the texts nearest their middles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


# Of a theme's texts, so many speak plainly of what it is about; with all of them, coded NHS answers were ranked worse.
NEAREST = 0.3


def theme_hints(labels: NDArray[np.intp], similarity: NDArray[np.floating], codes: Sequence[str | None]) -> list[str | None]:
    """Return for each text the code that people gave its theme, or None.

    `labels` (n_texts,) say which theme a text is in, as a place in `codes`, -1 for none; `similarity` (n_texts,) how near the
    theme's middle it is; `codes` (n_themes,) which code people gave each theme, None where they gave none. Only the nearest
    three in ten of a theme's texts are given its code, for a theme is wider than a code.
    """
    hints: list[str | None] = [None] * len(labels)
    for theme, code in enumerate(codes):
        inside = np.flatnonzero(labels == theme)
        if code is not None and len(inside):
            near = similarity[inside] >= np.quantile(similarity[inside], 1 - NEAREST)
            for row in inside[near].tolist():
                hints[row] = code
    return hints
