"""What to say where there are too few texts for themes that hold."""

FEW_TEXTS = 50
"""Below so many different texts, a few more may sort them otherwise."""
FEWEST_TEXTS = 15
"""Below so many, all texts are one theme."""

_INSTEAD = "Read the answers themselves, and code them by a codebook, before you say what people speak of."


def few_texts_note(n_texts: float) -> str:
    """Say what few different texts mean for themes, and what to do; empty where there are enough."""
    if not 0 < n_texts < FEW_TEXTS:
        return ""
    if n_texts < FEWEST_TEXTS:
        return f"There are fewer than {FEWEST_TEXTS} different texts, which are not told apart: they make one theme. {_INSTEAD}"
    return (
        f"There are fewer than {FEW_TEXTS} different texts, so themes are unsteady: a few answers more could sort them "
        f"otherwise. {_INSTEAD}"
    )
