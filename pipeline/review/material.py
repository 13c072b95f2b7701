"""A study's tables as the pages of a review need them: read once, indexed by excerpt and text."""

from dataclasses import dataclass

from pipeline.codebook import Codebook
from pipeline.study import Study


@dataclass(frozen=True)
class Material:
    """The tables of one run. They do not change; after another run there is another `Material`."""

    study: Study
    codebook: Codebook
