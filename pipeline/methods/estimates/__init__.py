"""Shares of codes in all excerpts, from those that people read at random and the model's probabilities of all."""

from pipeline.methods.estimates.shares import FEWEST_AUDITED, ShareEstimates, estimate_shares


__all__ = ["FEWEST_AUDITED", "ShareEstimates", "estimate_shares"]
