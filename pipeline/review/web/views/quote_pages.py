"""Quotes to approve: no words leave the study before a person has let them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.excerpts import bare_excerpt
from pipeline.review.quote_approvals import (
    QuoteCandidate,
    approve,
    approve_rewording,
    quote_candidates,
    refuse_quote,
    undo_approval,
)
from pipeline.review.shown_codes import may_see_codes, show_codes
from pipeline.review.web import flash
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import QuoteForm, problems
from pipeline.review.web.long_lists import part
from pipeline.review.web.web_context import Page, context
from pipeline.runtime.files import content_id


PAGES = Blueprint("quotes", __name__)
_SHOWN = 50


@PAGES.get("/quotes")
def quotes() -> Page:
    """List the quotes that wait, and those that were decided on."""
    every = sorted(quote_candidates(context().review), key=_place)
    waiting = [candidate for candidate in every if not candidate.approval]
    done = [candidate for candidate in every if candidate.approval]
    decided = part("done", lambda n, start: done[start : start + n])
    return render_template("quotes.html.j2", waiting=waiting[:_SHOWN], n_waiting=len(waiting), done=decided, notice=flash.take())


@PAGES.get("/quotes/<segment_id>")
def quote(segment_id: str) -> Page:
    """Show a quote, and what can be decided about it."""
    candidate, form = _candidate(segment_id), QuoteForm(formdata=None)
    form.wording.data = candidate.approval.wording if candidate.approval else ""
    return _show(candidate, form, {})


@PAGES.post("/quotes/<segment_id>")
def decide(segment_id: str) -> Page:
    """Let a quote leave, in these words or others, or keep it in."""
    candidate, form = _candidate(segment_id), QuoteForm()
    errors = problems(form) if not form.validate() else {}
    if errors:
        return _show(candidate, form, errors), 422
    # A run since may have cut or masked the words otherwise, and what is approved must be what was read.
    if form.shown.data != content_id(candidate.text):
        # The page is stamped anew with the words that are there now.
        form.shown.data = form.key.data = ""
        changed = "These words have changed since this page was opened. Read them, and decide again."
        return _show(candidate, form, {"wording": changed}), 409
    review, by, version, key, do = context().review, context().me.name, form.version, form.key.data or "", request.form.get("do")
    try:
        if do == "approve":
            made = approve(review, segment_id, by=by, version=version, key=key)
        elif do == "reword":
            made = approve_rewording(review, segment_id, form.wording.data or "", by=by, version=version, key=key)
        elif do == "refuse":
            made = refuse_quote(review, segment_id, form.reason.data or "", by=by, version=version, key=key)
        else:
            abort(400)
    except StaleError as stale:
        # Sent again from here it answers to what stands now, and is another decision.
        form.seen.data, form.key.data = "", ""
        return _show(_candidate(segment_id), form, {"wording": str(stale)}), 409
    except ReviewError as error:
        return _show(candidate, form, {"reason" if do == "refuse" else "wording": str(error)}), 422
    undo = url_for("quotes.undo", approval_id=made.approval_id)
    flash.give(Notice(f"Kept: {made.outcome}.", undo=undo))
    return redirect(_next_after(segment_id), 303)


@PAGES.post("/quotes/<segment_id>/code")
def show_code(segment_id: str) -> Response:
    """Show which code a quote stands for to somebody who has not read it yet; their answer is then not blind."""
    text_id = context().review.last_run().tables.text_id(_candidate(segment_id).segment_id) or abort(404)
    show_codes(context().review, context().me.name, [text_id], place="quote")
    return redirect(url_for("quotes.quote", segment_id=segment_id), 303)


@PAGES.post("/quotes/undo/<int:approval_id>")
def undo(approval_id: int) -> Response:
    """Take back what was decided about a quote."""
    undo_approval(context().review, approval_id, by=context().me.name)
    flash.give(Notice("Undone."))
    return redirect(url_for("quotes.quotes"), 303)


def _place(quote: QuoteCandidate) -> tuple[bool, str]:
    """Return where a quote stands in the list: in the codebook's order, which tells the code, only where that may be seen."""
    hidden = not may_see_codes(context().review, context().me.name, quote.segment_id)
    return hidden, quote.segment_id if hidden else ""


def _next_after(segment_id: str) -> str:
    """Return where the next quote that waits is, in the order of the list; the list where none waits."""
    every = sorted(quote_candidates(context().review), key=_place)
    ids = [candidate.segment_id for candidate in every]
    start = ids.index(segment_id) if segment_id in ids else 0
    waiting = (candidate for candidate in (*every[start:], *every[:start]) if not candidate.approval)
    following = next(waiting, None)
    return url_for("quotes.quote", segment_id=following.segment_id) if following else url_for("quotes.quotes")


def _candidate(segment_id: str) -> QuoteCandidate:
    candidates = quote_candidates(context().review)
    return next((candidate for candidate in candidates if candidate.segment_id == segment_id), None) or abort(404)


def _show(candidate: QuoteCandidate, form: QuoteForm, errors: dict[str, str]) -> str:
    form.stamp(version=candidate.version, person=context().me.name)
    form.shown.data = form.shown.data or content_id(candidate.text)
    excerpt = bare_excerpt(context().review.last_run(), candidate.segment_id)
    return render_template("quote.html.j2", quote=candidate, excerpt=excerpt, form=form, errors=errors, notice=flash.take())
