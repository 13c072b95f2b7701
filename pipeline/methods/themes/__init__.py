"""Find the themes of survey answers: BERTopic, set up so that nobody is left out and the same answers give the same themes.

Different answers (`answers`) are compared by meaning and wording (`wording`, `nearness`). Many small maps of parts of them,
UMAP's among them, are joined into one map they agree on (`consensus`); groups on it come in the number that returns most
steadily (`stability`, `grouping`). BERTopic (`topics`) runs with this map and these groups and finds the keywords; each topic
is then described for people (`portrait`).
"""

from pipeline.methods.themes.describe import Theme
from pipeline.methods.themes.finder import ThemeFinder
from pipeline.methods.themes.rare import heard_once


__all__ = ["Theme", "ThemeFinder", "heard_once"]
