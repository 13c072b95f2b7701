"""What came of what people wrote: an inbox for each person, and a list for the group."""

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.decisions.decision import Decision
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.codebook_changes import code_edits, objected_edits
from pipeline.review.coding import StaleError
from pipeline.review.discussions import ask_to_talk, known_talks
from pipeline.review.shared_answers import is_shared, look_at_all, may_read, notes, notes_of, requests, unread_of
from pipeline.review.suggested_codes import (
    decline_suggestion,
    merge_suggestion,
    open_suggestion,
    shared_suggestions,
    suggested_code,
    suggested_codes,
)
from pipeline.review.web import flash, saved_forms
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import fresh_key
from pipeline.review.web.long_lists import part
from pipeline.review.web.numbers import number_in
from pipeline.review.web.shared_wording import words_of
from pipeline.review.web.web_context import Page, context
from pipeline.review.worries import worries


PAGES = Blueprint("inbox", __name__)
_GONE = "This excerpt is no longer in the study."


@dataclass(frozen=True)
class _Typed:
    """What somebody typed about a suggestion, to be shown again where it was not kept."""

    number: int
    why: str
    code: str


@PAGES.get("/came-of-it")
def mine() -> Page:
    """Show a person what came of the codes they suggested, their notes, requests, proposals and worries."""
    review, me = context().review, context().me.name
    return render_template(
        "inbox.html.j2",
        suggestions=[each for each in suggested_codes(review) if each.answer.reviewer == me],
        notes=part("notes", lambda n, start: notes_of(review, me, n=n, start=start)),
        requests=requests(review, me),
        proposals=[edit for edit in code_edits(review) if edit.by == me],
        worries=worries(review, by=me),
        talks=known_talks(review),
        shared=partial(is_shared, review),
        words=_words,
        notice=flash.take(),
    )


@PAGES.get("/group")
def group() -> Page:
    """Show the group what people suggest and note, on excerpts that everybody, and whoever looks, has read."""
    return _show_group({})


@PAGES.post("/group/look")
def look() -> Response:
    """Show what others wrote on excerpts that this person has not read; their answers to these are then not blind."""
    look_at_all(context().review, context().me.name)
    return redirect(url_for("inbox.group"), 303)


@PAGES.route("/group/suggestion/<int:number>", methods=["GET", "POST"])
def settle(number: int) -> Page:
    """Merge a suggested code into another, decline it in a sentence, or let it wait again."""
    if request.method == "GET":
        # A form that came after its session had ended: its words are there again.
        waited = saved_forms.take(request.path, context().me.name) or {}
        return _show_group({}, _Typed(number, "".join(waited.get("why", ())), "".join(waited.get("code", ()))))
    typed = _Typed(number, request.form.get("why", "").strip(), request.form.get("code", ""))
    try:
        result = _settle(typed, request.form.get("do", ""))
    except CodebookError:
        return _show_group({f"code-{number}": "Choose the code that it belongs to."}, typed), 422
    except StaleError as stale:
        return _show_group({"waiting": str(stale)}, typed), 409
    except ReviewError as error:
        return _show_group({f"why-{number}": str(error)}, typed), 422
    flash.give(Notice(result))
    return redirect(url_for("inbox.group"), 303)


def _settle(typed: _Typed, do: str) -> str:
    review, me, version = context().review, context().me.name, number_in(request.form.get("seen"))
    if not may_read(review, me, suggested_code(review, typed.number).answer):
        raise ReviewError("You have not read this excerpt as it is now. Read it first, then decide about the suggestion.")
    match do:
        case "merge":
            merge_suggestion(review, typed.number, typed.code, by=me, version=version)
            return f"Kept: it belongs to {context().code_name(typed.code)}."
        case "decline":
            decline_suggestion(review, typed.number, by=me, why=typed.why, version=version)
            return "Declined, with your sentence."
        case _:
            open_suggestion(review, typed.number, by=me, version=version)
            return "It waits again."


@PAGES.post("/group/talk/<segment_id>")
def ask(segment_id: str) -> Response:
    """Ask the group to talk about an excerpt."""
    key, note = request.form.get("key") or fresh_key(), request.form.get("note", "")
    asked = ask_to_talk(context().review, segment_id, by=context().me.name, note=note, key=key)
    undo = url_for("talk.undo", segment_id=segment_id, discussion_id=asked.discussion_id)
    flash.give(Notice("Asked. It stands under “Talk about it” once everybody has read it.", undo=undo))
    return redirect(url_for("inbox.mine"), 303)


def _show_group(errors: dict[str, str], typed: _Typed | None = None) -> str:
    review, me = context().review, context().me.name
    suggestions = shared_suggestions(review, me)
    waiting = [each for each in suggestions if each.outcome == "open"]
    is_listed = typed is not None and any(each.answer.decision_id == typed.number for each in waiting)
    if not is_listed:
        # Its own form is not on the page: whatever is wrong is said above the list.
        errors = {"waiting": " ".join(errors.values())} if errors else {}
    return render_template(
        "group.html.j2",
        waiting=waiting,
        typed=typed if is_listed else None,
        left_over=typed.why if typed and not is_listed else "",
        settled=[each for each in suggestions if each.outcome != "open"],
        notes=part("notes", lambda n, start: notes(review, me, n=n, start=start)),
        objected=objected_edits(review),
        n_unread=len(unread_of(review, me)),
        talks=known_talks(review),
        readers=review.state().readers,
        words=_words,
        errors=errors,
        notice=flash.take(),
    )


def _words(answer: Decision | str) -> str:
    segment_id = answer if isinstance(answer, str) else answer.segment_id
    return words_of(context().review.last_run(), segment_id) or _GONE
