"""Weigh what the coder would learn: gains and losses, how good it is, likely slips, and whether to go on reviewing."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.errors import DataError
from pipeline.methods.active_learning import Advice, Audit, Changes, Interval, advice, compare, estimate, find_slips
from pipeline.methods.active_learning.cross_validate import Predictions, Rows, cross_validate, in_steps
from pipeline.methods.active_learning.intervals import Booleans, agreement_gained
from pipeline.methods.coder import CodebookClassifier
from pipeline.study.study import Study
from pipeline.training.evidence import Evidence, LeftOut
from pipeline.training.thorough import predict_thoroughly


# Advice compares successive coders on so many texts nobody has decided on; more would cost time and tell little more.
_MOST_WATCHED = 1_000
_SMALLEST_STEP, _STEPS = 20, 3
# Nobody looks again at half of what they decided: the likeliest slips only, one decision in ten and ten at least.
_SECOND_LOOK_SHARE, _SECOND_LOOK_LEAST = 0.1, 10


@dataclass(frozen=True)
class Findings:
    """What a person is shown before the coder learns; counts are of decisions unless named otherwise."""

    study: Study
    codes: tuple[str, ...]
    n_decisions: int
    n_new: int
    n_reviewers: int
    n_texts: int
    n_contested: int
    """Texts people differ on: they teach the coder, and nothing is judged by them."""
    left_out: LeftOut
    up_to: int
    changes: Changes
    audit: Audit | str
    """Or why there is none."""
    n_audit_left_out: int
    """Excerpts of the audit people were unsure of, skipped or differ on."""
    second_look: pd.DataFrame
    """The likeliest slips, likeliest first: segment_id, code, kind."""
    n_doubted: int
    """How many codes, given or not, look like slips, the less likely ones too."""
    advice: Advice | str
    thorough: CodebookClassifier | None = None
    """A coder with a fine-tuned model, if one was asked for."""


def weigh(evidence: Evidence, thorough: CodebookClassifier | None = None) -> Findings:
    """Return what learning would change, judged by coders that have not seen the texts they are judged by.

    With a fine-tuned coder, `after` is what that one says; when to stop is told by the quick one, which learns as fast.
    """
    before, quick = _held_out(evidence)
    after = (
        quick if thorough is None else _ByText(quick.rows, predict_thoroughly(thorough, evidence, quick.rows, quick.predictions))
    )
    rows, agreed = agreed_on(evidence.votes["row"], evidence.votes["given"], _codes(evidence))
    audit, n_audit_left_out = _audit(evidence, after)
    doubted = _doubted(evidence, after)
    return Findings(
        study=evidence.study,
        codes=_codes(evidence),
        n_decisions=len(evidence.votes),
        n_new=evidence.n_new,
        n_reviewers=int(evidence.votes["reviewer"].nunique()),
        n_texts=len(after),
        n_contested=len(after) - len(rows),
        left_out=evidence.left_out,
        up_to=evidence.up_to,
        changes=compare(_suggested(before, rows), _suggested(after, rows), agreed, seed=_seed(evidence)),
        audit=audit,
        n_audit_left_out=n_audit_left_out,
        second_look=doubted.head(max(_SECOND_LOOK_LEAST, round(_SECOND_LOOK_SHARE * len(evidence.votes)))),
        n_doubted=len(doubted),
        advice=_advice(evidence, quick),
        thorough=thorough,
    )


@dataclass(frozen=True)
class _ByText:
    """What is said of each text people have decided on, found by the text's row."""

    rows: Rows
    predictions: Predictions

    def __len__(self) -> int:
        return len(self.rows)

    def places(self, rows: Rows) -> Rows:
        return np.asarray(np.searchsorted(self.rows, rows), dtype=np.intp)


def agreed_on(keys: Iterable[int], answers: Iterable[tuple[str, ...]], codes: tuple[str, ...]) -> tuple[Rows, Booleans]:
    """Return the keys all of whose votes give the same codes, ascending, and which codes, bool (n, n_codes)."""
    votes: dict[int, set[frozenset[str]]] = {}
    for key, answer in zip(keys, answers, strict=True):
        votes.setdefault(key, set()).add(frozenset(answer))
    # Where people differ there is no right answer to judge a coder by.
    unanimous = sorted(key for key, different in votes.items() if len(different) == 1)
    return np.array(unanimous, dtype=np.intp), _as_bools([next(iter(votes[key])) for key in unanimous], codes)


def _held_out(evidence: Evidence) -> tuple[_ByText, _ByText]:
    # In order, since `_ByText` looks rows up by bisection.
    rows = np.sort(evidence.after.decided)
    learnt = ((material, material.decided) for material in (evidence.before, evidence.after))
    before, after = (
        cross_validate(evidence.coder, material, rows, learnt=learnt_rows, seed=_seed(evidence))
        for material, learnt_rows in learnt
    )
    return _ByText(rows, before), _ByText(rows, after)


def _suggested(by_text: _ByText, rows: Rows) -> Booleans:
    return by_text.predictions.suggested[by_text.places(rows)]


def _audit(evidence: Evidence, after: _ByText) -> tuple[Audit | str, int]:
    drawn = evidence.audited
    heard = evidence.votes[evidence.votes["decision_id"].isin(drawn["decision_id"])]
    segments = heard["segment_id"].astype("category")
    keys, agreed = agreed_on(segments.cat.codes.tolist(), heard["given"], _codes(evidence))
    n_left_out = drawn["segment_id"].nunique() - len(keys)
    if drawn.empty:
        return "", 0
    row_of = heard.drop_duplicates("segment_id").set_index("segment_id")["row"]
    rows = row_of.reindex(segments.cat.categories[keys]).to_numpy(np.intp)
    try:
        return estimate(_suggested(after, rows), agreed, n_all=evidence.n_segments), n_left_out
    # Too few for figures is something to say, and no reason to stop.
    except DataError as too_few:
        return str(too_few), n_left_out


def _doubted(evidence: Evidence, after: _ByText) -> pd.DataFrame:
    chances = after.predictions.chances[after.places(evidence.votes["row"].to_numpy(np.intp))]
    slips = find_slips(chances, _as_bools(evidence.votes["given"], _codes(evidence)))
    segments = evidence.votes["segment_id"].tolist()
    rows = [(segments[slip.row], _codes(evidence)[slip.code], slip.kind) for slip in slips]
    return pd.DataFrame(rows, columns=["segment_id", "code", "kind"]).drop_duplicates(ignore_index=True)


def _advice(evidence: Evidence, after: _ByText) -> Advice | str:
    undecided = np.setdiff1d(np.arange(len(evidence.after.texts)), after.rows)
    if not len(undecided):
        return "People have decided on every text; there is nothing left to review."
    # Always the same ones for the same seed, or the advice would change from one look to the next.
    watched = np.sort(np.random.default_rng(_seed(evidence)).permutation(undecided)[:_MOST_WATCHED])
    # A tenth of what is decided, so that the steps mean the same however far review is.
    step = max(_SMALLEST_STEP, len(after) // 10)
    successive = in_steps(evidence.coder, evidence.after, watched, step=step, n_steps=_STEPS)
    return advice(successive, step=step, gained=_gained(evidence, after))


def _gained(evidence: Evidence, after: _ByText) -> Interval:
    """Return what the later half of the decisions added, judged by texts of that half, so that one more coder is enough."""
    decided = evidence.after.decided
    earlier, later = np.split(decided, [len(decided) // 2])
    votes = evidence.votes[evidence.votes["row"].isin(later)]
    rows, agreed = agreed_on(votes["row"], votes["given"], _codes(evidence))
    half = cross_validate(evidence.coder, evidence.after, rows, learnt=earlier, seed=_seed(evidence)).suggested
    return agreement_gained(half, _suggested(after, rows), agreed, seed=_seed(evidence))


def _as_bools(answers: Iterable[Iterable[str]], codes: tuple[str, ...]) -> Booleans:
    return np.array([[code in answer for code in codes] for answer in answers], dtype=bool).reshape(-1, len(codes))


def _codes(evidence: Evidence) -> tuple[str, ...]:
    return tuple(code.code for code in evidence.codebook.codes)


def _seed(evidence: Evidence) -> int:
    return evidence.study.settings.code.seed
