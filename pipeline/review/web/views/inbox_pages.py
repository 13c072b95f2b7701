"""What came of what people wrote: an inbox for each person, and a list for the group."""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.decisions.decision import Decision
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.codebook_changes import code_edits, objected_edits
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
from pipeline.review.web import flash
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import fresh_key
from pipeline.review.web.shared_wording import words_of
from pipeline.review.web.web_context import Page, context
from pipeline.review.worries import worries


PAGES = Blueprint("inbox", __name__)
_SHOWN = 50
_GONE = "This excerpt is no longer in the study."


@PAGES.get("/came-of-it")
def mine() -> Page:
    """Show a person what came of the codes they suggested, their notes, requests, proposals and worries."""
    review, me = context().review, context().me.name
    return render_template(
        "inbox.html.j2",
        suggestions=[each for each in suggested_codes(review) if each.answer.reviewer == me],
        notes=[(made, is_shared(review, made)) for made in notes_of(review, me, n=_SHOWN)],
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


@PAGES.post("/group/suggestion/<int:number>")
def settle(number: int) -> Page:
    """Merge a suggested code into another, decline it in a sentence, or let it wait again."""
    review, me, why = context().review, context().me.name, request.form.get("why", "")
    if not may_read(review, me, suggested_code(review, number).answer):
        return redirect(url_for("inbox.group"), 303)
    try:
        match request.form.get("do"):
            case "merge":
                merge_suggestion(review, number, request.form.get("code", ""), by=me)
                result = f"Kept: it belongs to {context().code_name(request.form.get('code', ''))}."
            case "decline":
                decline_suggestion(review, number, by=me, why=why)
                result = "Declined, with your sentence."
            case _:
                open_suggestion(review, number, by=me)
                result = "It waits again."
    except CodebookError:
        return _show_group({f"code-{number}": "Choose the code that it belongs to."}), 422
    except ReviewError as error:
        return _show_group({f"why-{number}": str(error)}), 422
    flash.give(Notice(result))
    return redirect(url_for("inbox.group"), 303)


@PAGES.post("/group/talk/<segment_id>")
def ask(segment_id: str) -> Response:
    """Ask the group to talk about an excerpt."""
    key, note = request.form.get("key") or fresh_key(), request.form.get("note", "")
    asked = ask_to_talk(context().review, segment_id, by=context().me.name, note=note, key=key)
    undo = url_for("talk.undo", segment_id=segment_id, discussion_id=asked.discussion_id)
    flash.give(Notice("Asked. It stands under “Talk about it” once everybody has read it.", undo=undo))
    return redirect(url_for("inbox.mine"), 303)


def _show_group(errors: dict[str, str]) -> str:
    review, me = context().review, context().me.name
    suggestions = shared_suggestions(review, me)
    return render_template(
        "group.html.j2",
        waiting=[each for each in suggestions if each.outcome == "open"],
        settled=[each for each in suggestions if each.outcome != "open"][:_SHOWN],
        notes=notes(review, me, n=_SHOWN),
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
