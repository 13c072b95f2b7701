"""Pages for what goes wrong: what happened and what to do, and nothing of answers, the database or the disk."""

import logging
import secrets
import traceback
from pathlib import Path

from flask import Flask, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from pipeline.decisions.store_faults import FILE
from pipeline.errors import CodebookError, PipelineError, ReviewError, StorageError
from pipeline.review.web import flash, saved_forms
from pipeline.review.web.flash import Notice
from pipeline.review.web.web_context import context


LOG = logging.getLogger(__name__)

SAID = {
    400: ("That did not arrive whole", "Go back, and send it again. What you typed is still there."),
    401: (
        "Open the page from its own address",
        "Go to the window where the review was started. A new address has just been printed there; open that one.",
    ),
    403: ("This page is not open to you", "If you think it should be, ask the person who runs the review."),
    404: ("There is no such page", "The address may be old. Go to the first page."),
    405: ("There is no such page", "The address may be old. Go to the first page."),
    413: ("That is more than can be sent at once", "Go back and shorten the text."),
}
_OTHER = ("Something went wrong here", "Nothing that was saved is lost. Go back and try again.")


_NOT_TYPED = {"person", "key", "seen", "stood", "then", "do"}
_AGAIN = "Send it again in a while. If it stays so, tell the person who runs the review."


def explain(app: Flask) -> None:
    """Show every refusal and fault as a page in plain words."""
    app.register_error_handler(CSRFError, _outlived)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(StorageError, _not_saved)
    app.register_error_handler(PipelineError, _not_possible)
    app.register_error_handler(Exception, _fault)


def _refused(refusal: Exception) -> tuple[str, int]:
    code = getattr(refusal, "code", None) or 500
    title, advice = SAID.get(code, _OTHER)
    if "words_kept" in g:
        advice = f"{advice} What you typed is kept for you."
    return render_template("fault.html.j2", title=title, advice=advice, reference=""), code


def _outlived(refusal: Exception) -> Response | tuple[str, int]:
    # A form of an earlier session, sent in a later one: its words are shown again, to be sent from there.
    if context().person is None or not saved_forms.keep():
        return _refused(refusal)
    flash.give(Notice("This page had been open for long, so nothing was saved yet. Your words are here: send them again."))
    return redirect(saved_forms.place(), 303)


def _not_saved(error: StorageError) -> Response | tuple[str, int]:
    # The disk did not take it: what was chosen and typed comes back, with a way to send it again.
    LOG.warning("not saved: %s", error)
    # Whoever is here may not have been looked up yet, and cannot be now.
    g.setdefault("person", None)
    what = f"{error.on_page} Nothing was saved just now, and nothing that was saved before is lost."
    if request.method != "POST" or any("password" in name for name in request.form):
        return render_template("again.html.j2", said=what, fields=None), 503
    if request.endpoint in saved_forms.COME_BACK_FILLED and g.person and saved_forms.keep():
        flash.give(Notice(f"{what} What you chose and typed is here. {_AGAIN}"))
        return redirect(saved_forms.place(), 303)
    fields = [
        # Words that somebody wrote are shown, perhaps to be copied; what the page put there itself is not.
        (name, value, name not in _NOT_TYPED and any(character.isspace() for character in value.strip()))
        for name, value in request.form.items(multi=True)
        if name != "csrf_token"
    ]
    return render_template("again.html.j2", said=what, fields=fields, advice=_AGAIN), 503


def _not_possible(error: Exception) -> tuple[str, int]:
    # Our own errors are sentences for people; those that speak of files are for whoever runs the review.
    LOG.warning("%s: not possible", type(error).__name__)
    if isinstance(error, ReviewError | CodebookError) and FILE not in str(error):
        return render_template(
            "fault.html.j2", title="That is not possible as things stand", advice=str(error), reference=""
        ), 409
    title = "That is not possible just now"
    advice = "Ask the person who runs the review to look at the study with `themes status`. Nothing that was saved is lost."
    return render_template("fault.html.j2", title=title, advice=advice, reference=""), 500


def _fault(fault: Exception) -> tuple[str, int]:
    # The message of a stranger's exception may quote an answer, so only its kind and place are logged.
    reference = secrets.token_hex(4)
    place = traceback.extract_tb(fault.__traceback__)[-1]
    LOG.error("fault %s: %s in %s, line %s", reference, type(fault).__name__, Path(place.filename).name, place.lineno)
    title, advice = _OTHER
    return render_template("fault.html.j2", title=title, advice=advice, reference=reference), 500
