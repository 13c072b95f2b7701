"""Comparisons as a table with a row for each comparison and code, and back."""

from collections.abc import Hashable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from pipeline.methods.agreement import BootstrapEstimate
from pipeline.methods.agreement.comparisons import CodeAgreement, CoderComparison, SetAgreement
from pipeline.tables.parquet import check_table, empty_table


_ESTIMATES = ("same", "when_one", "alpha", "kappa", "ac1")


def to_table(comparisons: tuple[CoderComparison, ...]) -> pd.DataFrame:
    """Return the table `agreement`; the row without a code is that of all codes together."""
    rows = [row for comparison in comparisons for row in _rows(comparison)]
    return check_table("agreement", pd.DataFrame(rows)) if rows else empty_table("agreement")


def from_table(table: pd.DataFrame) -> tuple[CoderComparison, ...]:
    """Return the comparisons that a table holds."""
    parts = table.groupby(["kind", "one", "other"], sort=False)
    return tuple(_comparison(rows.to_dict("records")) for _, rows in parts)


def _rows(comparison: CoderComparison) -> list[dict[str, Any]]:
    facts = {name: getattr(comparison, name) for name in ("kind", "other", "n_people", "n_excerpts")}
    facts |= {"one": comparison.group, "kappa_of": comparison.kappa}
    agreements = (comparison.overall, *comparison.codes)
    return [facts | _flat(asdict(agreement) if agreement else {}) for agreement in agreements]


def _flat(agreement: Mapping[str, Any]) -> dict[str, Any]:
    flat = {
        "code": agreement.get("code", ""),
        "n_given": agreement.get("n_given", 0),
        "too_few": agreement.get("too_few", not agreement),
    }
    none = asdict(BootstrapEstimate(None))
    for name in _ESTIMATES:
        value, low, high = (agreement.get(name, none)[part] for part in ("value", "low", "high"))
        flat |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return flat


def _comparison(rows: list[dict[Hashable, Any]]) -> CoderComparison:
    # The row of all codes together stands first; it has no `when_one`, which is about a single code.
    first = rows[0]
    same, _, *others = _estimates(first)
    codes = (CodeAgreement(row["code"], row["n_given"], row["too_few"], *_estimates(row)) for row in rows[1:])
    return CoderComparison(
        kind=first["kind"],
        group=first["one"],
        other=first["other"],
        n_people=first["n_people"],
        n_excerpts=first["n_excerpts"],
        kappa=first["kappa_of"],
        overall=None if first["too_few"] else SetAgreement(same, *others),
        codes=tuple(codes),
    )


def _estimates(row: Mapping[Hashable, Any]) -> list[BootstrapEstimate]:
    estimates = []
    for name in _ESTIMATES:
        values = (row[f"{name}{part}"] for part in ("", "_low", "_high"))
        # A table holds NaN where there is no figure.
        estimates.append(BootstrapEstimate(*(None if pd.isna(value) else float(value) for value in values)))
    return estimates
