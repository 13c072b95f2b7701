"""Code answers with a codebook: learn from its words first and from people next, abstain when unsure, give reasons."""

from pipeline.methods.coder.classifier import CodebookClassifier
from pipeline.methods.coder.suggestion import Abstention, Candidate, Suggestion


__all__ = ["Abstention", "Candidate", "CodebookClassifier", "Suggestion"]
