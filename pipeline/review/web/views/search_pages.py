"""Find excerpts by words or by meaning. What was looked for stays out of the address, which browsers remember."""

from flask import Blueprint, redirect, render_template, request, session, url_for

from pipeline.review.excerpts import read_excerpt
from pipeline.review.search import SearchHits, find, more_like
from pipeline.review.web import flash
from pipeline.review.web.forms import FindForm, problems
from pipeline.review.web.web_context import Page, context, with_status


PAGES = Blueprint("finding", __name__)
_A_PAGE = 20


@PAGES.route("/find", methods=["GET", "POST"])
def search() -> Page:
    """Look for words in the answers."""
    form = FindForm()
    if form.validate_on_submit():
        session["looked_for"] = form.words.data.strip()
        return redirect(url_for("finding.search"), 303)
    words = session.get("looked_for", "")
    start = max(request.args.get("start", 0, type=int), 0)
    form.words.data = words
    hits = find(context().review, words, n=_A_PAGE, start=start) if words else SearchHits((), 0)
    errors = problems(form)
    page = render_template(
        "find.html.j2",
        form=form,
        errors=errors,
        words=words,
        found=hits,
        start=start,
        step=_A_PAGE,
        notice=flash.take(),
    )
    return with_status(page, errors)


@PAGES.get("/find/like/<segment_id>")
def alike(segment_id: str) -> Page:
    """Show excerpts that mean something like this one."""
    excerpt = read_excerpt(context().review, segment_id, context().me.name)
    return render_template("alike.html.j2", excerpt=excerpt, found=more_like(context().review, segment_id))
