"""How far people agree beyond chance: coefficients for any number of coders, with intervals."""

from pipeline.methods.agreement.bootstrap import BootstrapEstimate, estimate, resample
from pipeline.methods.agreement.codings import CodingMatrix
from pipeline.methods.agreement.coefficients import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percentage,
    specific,
)
from pipeline.methods.agreement.differences import masi


__all__ = [
    "BootstrapEstimate",
    "CodingMatrix",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "estimate",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "masi",
    "percentage",
    "resample",
    "specific",
]
