"""The codebook: read it, propose to change it, agree or object, and see what it said before."""

import json
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.codebook.edit_file import fields_of
from pipeline.decisions.accounts import people
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.codebook_changes import (
    CodeEdit,
    accept_code_edit,
    code_edit,
    code_edits,
    propose_change,
    propose_code,
    refuse,
    undo_code_edit,
    vote,
)
from pipeline.review.codebook_consent import is_agreed, who_can_agree
from pipeline.review.coding import StaleError
from pipeline.review.session import ReviewSession
from pipeline.review.shown_codes import show_words
from pipeline.review.suggested_codes import SuggestedCode, adopt_suggestion, shared_suggestions
from pipeline.review.web import flash, saved_forms
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import CODE_FIELDS, CodeForm, as_shown, fill, problems
from pipeline.review.web.web_context import Page, context, with_status
from pipeline.runtime.plurals import n_of


PAGES = Blueprint("codebook", __name__)
_NAMES = (*CODE_FIELDS, "why", "stood", "suggestion")
_SETTLED = (
    "Somebody has decided about this suggestion since this page was opened, or it was taken back. Nothing was proposed yet. "
    "Send it again to propose the code all the same."
)
_SAID = {
    "agree": "You agree.",
    "object": "You object. The group finds it under “Talk about it”.",
    "none": "You have taken back what you said.",
}


@PAGES.get("/codebook")
def codebook() -> Page:
    """Show all codes, and what people propose to change."""
    proposed = code_edits(context().review, status="open")
    return render_template("codebook.html.j2", cards=context().codes.values(), proposed=proposed, notice=flash.take())


@PAGES.get("/codebook/code/<path:code>")
def one_code(code: str) -> Page:
    """Show a code and its history."""
    card = context().codes.get(code) or abort(404)
    return render_template("code.html.j2", card=card, edits=code_edits(context().review, code), notice=flash.take())


@PAGES.route("/codebook/change/<path:code>", methods=["GET", "POST"])
def change(code: str) -> Page:
    """Propose other words for a code."""
    card = context().codes.get(code) or abort(404)
    form, stands = CodeForm(), fields_of(context().review.last_run().codebook[code])
    if request.method == "GET":
        fill(form, _NAMES, saved_forms.take(request.path, context().me.name) or stands)
    shown_now = json.dumps({name: stands[name] for name in CODE_FIELDS}, ensure_ascii=False)
    form.stood.data = form.stood.data or shown_now
    errors = problems(form) if request.method == "POST" and not form.validate() else {}
    if request.method == "GET" or errors:
        return with_status(_show(form, errors, card=card), errors)
    by, key, seen = context().me.name, form.key.data or "", as_shown(form.stood.data, CODE_FIELDS)
    try:
        made = propose_change(context().review, code, _words(form), why=form.why.data, by=by, key=key, seen=seen)
    except StaleError:
        # Sent again from here it answers to what the codebook says now, and is another proposal.
        form.stood.data, form.key.data = shown_now, ""
        return _show(form, {}, card=card, meanwhile=stands), 409
    except ReviewError as error:
        return _show(form, {"label": str(error)}, card=card), 422
    return _proposed(made)


@PAGES.route("/codebook/new", methods=["GET", "POST"])
def new_code() -> Page:
    """Propose a new code."""
    form = CodeForm()
    if request.method == "GET":
        fill(form, _NAMES, saved_forms.take(request.path, context().me.name) or _suggested())
    errors = problems(form) if request.method == "POST" and not form.validate() else {}
    if request.method == "GET" or errors:
        return with_status(_show(form, errors), errors)
    try:
        suggestion = _shared_suggestion(form.suggestion.data)
        if form.suggestion.data and not _may_be_adopted(suggestion):
            # Sent again from here it is a proposal of its own.
            form.suggestion.data = ""
            return _show(form, {"label": _SETTLED}), 409
        made = propose_code(context().review, _words(form), why=form.why.data, by=context().me.name, key=form.key.data or "")
        if suggestion:
            _adopt(suggestion, made)
    except ReviewError as error:
        return _show(form, {"label": str(error)}), 422
    return _proposed(made)


def _words(form: CodeForm) -> dict[str, str]:
    """Return what is to stand in each field; a family that is a code by its id, as people know its label only."""
    words = form.words()
    parent = next((card.code for card in context().codes.values() if card.label == words["parent"].strip()), words["parent"])
    return words | {"parent": parent}


def _may_be_adopted(suggestion: SuggestedCode | None) -> bool:
    """Return whether a suggestion waits, or was adopted by whoever is here: a form may be sent twice."""
    return suggestion is not None and (suggestion.outcome == "open" or _is_mine(suggestion))


def _is_mine(suggestion: SuggestedCode) -> bool:
    return suggestion.outcome == "adopted" and suggestion.by == context().me.name


def _adopt(suggestion: SuggestedCode, made: CodeEdit) -> None:
    if not _is_mine(suggestion):
        adopt_suggestion(context().review, suggestion.answer.decision_id, made, by=context().me.name, version=suggestion.version)


def _suggested() -> dict[str, str]:
    """Return a new code as somebody suggested it while reading, where the address names a suggestion."""
    suggestion = _shared_suggestion(request.args.get("suggestion"))
    if suggestion is None or suggestion.outcome != "open":
        return {}
    answer = suggestion.answer
    words = {"label": answer.new_code[:80], "why": f"Suggested by {answer.reviewer} while reading: {answer.new_code}"}
    return words | {"suggestion": str(answer.decision_id)}


def _shared_suggestion(number: str | None) -> SuggestedCode | None:
    """Return the suggestion of this number where it is there and this person may read it."""
    shared = shared_suggestions(context().review, context().me.name) if number else ()
    return next((each for each in shared if str(each.answer.decision_id) == number), None)


@PAGES.get("/codebook/proposal/<int:number>")
def proposal(number: int) -> Page:
    """Show a proposal, what it changes, and what people say of it."""
    return _show_proposal(code_edit(context().review, number), {})


@PAGES.post("/codebook/proposal/<int:number>")
def say(number: int) -> Page:
    """Agree, object, accept, refuse or undo."""
    review, me, why = context().review, context().me.name, request.form.get("why", "").strip()
    try:
        match request.form.get("do"):
            case "agree" | "object" | "none" as word:
                vote(review, number, word, by=me, why=why)
                result = _SAID[word]
            case "accept":
                made = accept_code_edit(review, number, by=me, today=context().now.date(), despite=why)
                again = f" {n_of(made.reopened, 'excerpt')} will be read again." if made.reopened else ""
                result = f"Written to the codebook.{again}"
            case "refuse":
                refuse(review, number, by=me, why=why)
                result = "Refused, with your reason."
            case "undo":
                undo_code_edit(review, number, by=me, today=context().now.date())
                result = "Undone."
            case _:
                abort(400)
    except StaleError as stale:
        return _show_proposal(code_edit(review, number), {"why": str(stale)}, why), 409
    except (ReviewError, CodebookError) as error:
        return _show_proposal(code_edit(review, number), {"why": str(error)}, why), 422
    flash.give(Notice(result))
    return redirect(url_for("codebook.proposal", number=number), 303)


def _show(form: CodeForm, errors: dict[str, str], *, card: Any = None, meanwhile: dict[str, str] | None = None) -> str:
    form.stamp(version=0, person=context().me.name)
    return render_template(
        "change.html.j2", form=form, errors=errors, card=card, fields=CODE_FIELDS, meanwhile=meanwhile, notice=flash.take()
    )


def _show_proposal(edit: CodeEdit, errors: dict[str, str], why: str = "") -> str:
    # What is proposed as an example may be words of an excerpt that this person has yet to read.
    examples = [line for change in edit.changes for line in (*change.before.splitlines(), *change.after.splitlines())]
    show_words(context().review, context().me.name, examples, place="proposal")
    mine = next((vote for vote in edit.votes if vote.by == context().me.name), None)
    return render_template(
        "proposal.html.j2",
        edit=edit,
        errors=errors,
        why=why,
        mine=mine,
        waits_for=_waits_for(context().review, edit),
        fields=CODE_FIELDS,
        notice=flash.take(),
    )


def _waits_for(review: ReviewSession, edit: CodeEdit) -> frozenset[str]:
    """Return the people of whom one has to agree before this can be written; nobody where one has, or who looks is one."""
    members, me = review.read(people), context().me.name
    objected = {vote.by for vote in edit.objected}
    agreed = {me, *(vote.by for vote in edit.agreed)} - objected
    return frozenset() if is_agreed(members, edit.by, agreed) else who_can_agree(members, edit.by) - objected


def _proposed(made: CodeEdit) -> Response:
    flash.give(Notice("Proposed. Others can now agree or object. The codebook is as it was until it is accepted."))
    return redirect(url_for("codebook.proposal", number=made.code_edit_id), 303)
