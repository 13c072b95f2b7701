"""Put an open or a closed question into a plan, with the reason for it."""

from collections.abc import Sequence
from typing import Any

from pipeline.runtime.plurals import n_of
from pipeline.survey.columns.column import Column, shown
from pipeline.survey.columns.frames import frame_of
from pipeline.survey.columns.plan import Plan


FRAMES = {
    "better": "asks what could be better (so “nothing” reads as praise)",
    "good": "asks what is good (so “nothing” reads as criticism)",
    "neutral": "asks for neither praise nor improvements in particular",
}


def put_question(plan: Plan, wording: str, *, column: str, of: Sequence[Column] = (), because: str = "") -> None:
    """Put an open question that stands in one column, with the frame that its wording has."""
    frame = frame_of(wording)
    value = {"column": column, "frame": frame} | ({} if wording == column else {"wording": wording})
    reason = f"Open question {shown(wording)}: {because}it {FRAMES[frame]}."
    plan.put(f"questions.{plan.key_for(wording)}", value, because=reason, of=of)


def put_rating(plan: Plan, wording: str, value: dict[str, Any], *, of: Sequence[Column], because: str) -> None:
    """Put a closed question, and what people wrote beside its options as an open one."""
    if wording != value.get("column"):
        value["wording"] = wording
    choices = plan.choices.get(value.get("column", ""))
    if choices and choices.must_be_listed:
        value["options"] = list(choices.options)
    plan.closed.setdefault(because, []).append(wording)
    says = f"{because[0].upper()}{because[1:]}."
    key = plan.key_for(wording)
    plan.put(f"ratings.{key}", value, because=says, of=of)
    if choices and choices.n_write_ins:
        put_write_ins(plan, key, wording, column=value["column"], n=choices.n_write_ins)


def put_write_ins(plan: Plan, key: str, wording: str, *, column: str, n: int) -> None:
    """Keep what people wrote beside the options of a closed question as an open question of its own."""
    asked = f"{wording} (in their own words)"
    wrote = n_of(n, "person wrote something else than an option", "people wrote something else than an option")
    value = {"column": column, "write_ins": key, "frame": "neutral", "wording": asked}
    plan.put(f"questions.{plan.key_for(asked)}", value, because=f"Write-ins of {shown(wording)}: {wrote}.")
