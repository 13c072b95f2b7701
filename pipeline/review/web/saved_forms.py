"""A form that came after its session had ended: its words wait until the person is back, and for nobody else.

Words are kept for people of the study only, and only from a browser in which that person was, or on a laptop from one that
has opened the page. A visitor can make nothing grow.
"""

from flask import g, request, session

from pipeline.decisions.accounts import person
from pipeline.review.web.browser_sessions import this_session
from pipeline.review.web.waiting_forms import WaitingForm, Words, fits
from pipeline.review.web.web_context import context


COME_BACK_FILLED = {
    "excerpts.answer",
    *("codebook.change", "codebook.new_code", "answering.new", "answering.row", "worry.about"),
    *("inbox.settle", "worry.settle", "memos.new", "memos.memo"),
}
"""Pages that show a form again as it was sent; of all others what was sent is shown by itself, if at all."""


def keep() -> bool:
    """Keep the words of the form that was just sent, for the person it was made for, and say whether that was done."""
    # Only where somebody of the study has been in this browser; a stranger's form is not even read.
    if not (session.get("person") or session.get("opened") or this_session().former):
        return False
    words = {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}
    name = "".join(words.get("person", ()))
    if not fits(words) or not _is_of(name):
        return False
    web = context()
    web.waiting.put(WaitingForm(name, request.path, words, web.clock()))
    g.words_kept = True
    return True


def place() -> str:
    """Return the page to come back to after signing in: the one asked for, or that of the last form of who was here."""
    if request.method == "POST" and "words_kept" in g:
        return request.path
    # A launch address works once, so there is no coming back to it.
    if request.method == "GET" and request.endpoint != "who.open_page":
        return request.path
    web, browser = context(), this_session()
    return next((form.path for form in web.waiting.all(web.clock()) if browser.was(form.person)), "/")


def take(path: str, person: str) -> Words | None:
    """Return the words that wait for this page and person, and keep them no longer."""
    return context().waiting.take(person, path, context().clock())


def _is_of(name: str) -> bool:
    """Say whether a form for a person may come from this browser."""
    web = context()
    who = web.review.read(lambda store: person(store, name)) if name else None
    if who is None:
        return False
    # Whoever has opened the page on a laptop may choose any name there.
    is_here = session.get("person") == who.name or (bool(session.get("opened")) and not web.site.team)
    return is_here or this_session().was(who.name)
