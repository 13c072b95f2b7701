"""Say in words, or in plain values for JSON, what learning would change."""

from typing import Any

import numpy as np

from pipeline.methods.active_learning import Advice, Audit, Interval
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.training.evidence import LeftOut
from pipeline.training.findings import Findings


# More codes than these nobody compares at a glance; the rest are summed.
_MOST_CODES = 8


def as_text(findings: Findings) -> str:
    """Return the findings as lines a person reads before answering."""
    parts = (_decisions(findings), _changes(findings), [_audit(findings)], [_slips(findings)], [str(findings.advice)])
    return "\n".join("\n".join(part) for part in parts)


def as_dict(findings: Findings) -> dict[str, Any]:
    """Return the findings as plain values; intervals have an estimate, low and high, empty where there is nothing to say."""
    advice, audit, left_out = findings.advice, findings.audit, findings.left_out
    shares = ("accuracy", "precision", "recall")
    return {
        "study": findings.study.settings.name,
        "decisions": {"n": findings.n_decisions, "new": findings.n_new, "reviewers": findings.n_reviewers},
        "left_out": {"unsure": left_out.unsure, "text_gone": left_out.text_gone, "code_gone": left_out.code_gone},
        "texts": {"n": findings.n_texts, "agreed": findings.changes.n, "contested": findings.n_contested},
        "changes": _changes_as_dict(findings),
        "audit": {"n": audit.n} | {name: _plain(getattr(audit, name)) for name in shares} if isinstance(audit, Audit) else None,
        "second_look": findings.second_look.to_dict("records"),
        "doubted": findings.n_doubted,
        "enough": advice.enough if isinstance(advice, Advice) else None,
        "advice": str(advice),
        "up_to": findings.up_to,
    }


def _decisions(findings: Findings) -> list[str]:
    new = f"{findings.n_new:,} of them new since the coder last learnt" if findings.n_new else "all of them learnt already"
    people = "one person" if findings.n_reviewers == 1 else n_of(findings.n_reviewers, "person", "people")
    lines = [
        f"{findings.study.settings.name}: {n_of(findings.n_decisions, 'decision')} by {people} on "
        f"{n_of(findings.n_texts, 'text')}, {new}."
    ]
    if findings.n_contested:
        contested = n_of(findings.n_contested, "text")
        lines.append(f"People differ on {contested}: the coder learns each person's view; nothing is judged by it.")
    return lines + _left_out(findings.left_out)


def _left_out(left_out: LeftOut) -> list[str]:
    whys = (
        (left_out.unsure, "unsure or skipped"),
        (left_out.text_gone, "about texts no longer there"),
        (left_out.code_gone, "naming codes the codebook no longer has"),
    )
    parts = [f"{n:,} {why}" for n, why in whys if n]
    return [f"Left out of decisions: {', '.join(parts)}."] if parts else []


def _changes(findings: Findings) -> list[str]:
    changes = findings.changes
    if not changes.n:
        return ["There is no text people agree on, so nothing can be said of gains and losses."]
    moved = _moved(findings)
    shown, others, left = moved[:_MOST_CODES], moved[_MOST_CODES:], len(findings.codes) - len(moved)
    lines = [
        f"On the {n_of(changes.n, 'text')} people agree on, each judged by a coder that has not seen it:",
        f"  {'code':24s} {'newly right':>11s} {'newly wrong':>11s}   net, in 100 texts",
        *(_row(findings.codes[code], findings, [code]) for code in shown),
        *([_row(n_of(len(others), "other code"), findings, others)] if others else []),
        f"  {n_of(left, 'code stays as it is', 'codes stay as they are')}.",
    ]
    return [*lines, _agreement(findings)]


def _row(name: str, findings: Findings, codes: list[int]) -> str:
    gains, losses = int(findings.changes.gains[codes].sum()), int(findings.changes.losses[codes].sum())
    # Intervals of several codes cannot be added up.
    net = f"   {_signed(findings.changes.net[codes[0]], times=100, digits=1)}" if len(codes) == 1 else ""
    return f"  {name:24s} {gains:11,} {losses:11,}{net}"


def _moved(findings: Findings) -> list[int]:
    """Return the codes that change, those furthest from an even balance first."""
    balance, moves = findings.changes.gains - findings.changes.losses, findings.changes.gains + findings.changes.losses
    # By its last key first: balance, then how often a code moved at all.
    order = np.lexsort((-moves, -np.abs(balance)))
    return [code for code in order.tolist() if moves[code]]


def _agreement(findings: Findings) -> str:
    changes = findings.changes
    if np.isnan(changes.gained.estimate):
        return "Neither people nor the coder give these texts a code, so agreement cannot be measured."
    return (
        f"Suggestions agree with people (F1, 1 is best) at {changes.before:.2f} before and {changes.after:.2f} after learning: "
        f"{_signed(changes.gained)}."
    )


def _audit(findings: Findings) -> str:
    audit = findings.audit
    asks = f'`themes pack {findings.study.folder} --order "random audit"`'
    left_out = f" Left out are {n_of(findings.n_audit_left_out, 'excerpt')} people were unsure of or differ on."
    left_out = left_out if findings.n_audit_left_out else ""
    if not isinstance(audit, Audit):
        return f"{audit}{left_out} {asks} draws more." if audit else f"How good they are in general needs an audit: {asks}."
    return (
        f"Audit: of {n_of(audit.n, 'excerpt')} drawn at random from {audit.n_all:,}, suggestions are just what people said in "
        f"{_share(audit.accuracy)}; {_share(audit.precision)} of the suggested codes are right, and "
        f"{_share(audit.recall)} of the codes people gave are suggested.{left_out}"
    )


def _slips(findings: Findings) -> str:
    n, listed = findings.n_doubted, len(findings.second_look)
    if not n:
        return "No decision looks like a slip."
    likeliest = f" The {listed:,} likeliest are for a second look." if listed < n else ""
    slips = agreeing(n, "a slip", "slips")
    return f"{n_of(n, 'code')} that people gave, or did not, may be {slips}; nothing is changed by this.{likeliest}"


def _changes_as_dict(findings: Findings) -> dict[str, Any]:
    changes = findings.changes
    codes = {
        code: {
            # By the names that scripts which read this know.
            "found": int(changes.added[place]),
            **{name: int(getattr(changes, name)[place]) for name in ("dropped", "wrong", "lost")},
            "net": _plain(changes.net[place]),
        }
        for place, code in enumerate(findings.codes)
    }
    return {"before": _number(changes.before), "after": _number(changes.after), "gained": _plain(changes.gained), "codes": codes}


def _plain(interval: Interval) -> dict[str, float | None]:
    return {name: _number(value) for name, value in interval._asdict().items()}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _share(interval: Interval) -> str:
    return f"{interval.estimate:.0%} ({interval.low:.0%} to {interval.high:.0%})"


def _signed(interval: Interval, *, times: int = 1, digits: int = 2) -> str:
    # A true minus sign: a hyphen may be torn from its figure at the end of a line.
    estimate, low, high = (f"{value * times:+.{digits}f}".replace("-", "−") for value in interval)
    return f"{estimate} (95 % interval {low} to {high})"
