"""Practice: excerpts the group has talked about, and examples of the codebook, to try before anything counts."""

from flask import Blueprint, redirect, render_template, request, session, url_for

from pipeline.review.codebook_practice import compare_with_codebook, is_example
from pipeline.review.practice import compare, practice_excerpts, read_practice
from pipeline.review.shown_codes import show_codes
from pipeline.review.web.content_warnings import topics
from pipeline.review.web.web_context import Page, context


PAGES = Blueprint("practice", __name__)
_ROUND = 10


@PAGES.get("/practice")
def begin() -> Page:
    """Show what practice is, and how many excerpts there are to try."""
    ready = practice_excerpts(context().review, _ROUND, round_number=session.get("rounds", 0))
    return render_template("practice.html.j2", n_ready=len(ready))


@PAGES.post("/practice")
def begin_round() -> Page:
    """Begin a round of ten."""
    rounds = session.get("rounds", 0)
    session["practice"] = list(practice_excerpts(context().review, _ROUND, round_number=rounds))
    session["practice_size"] = len(session["practice"])
    session["rounds"] = rounds + 1
    return redirect(url_for("practice.next_try"), 303)


@PAGES.get("/practice/next")
def next_try() -> Page:
    """Go to the next excerpt to try."""
    left = session.get("practice", [])
    if not left:
        return render_template("practised.html.j2")
    return redirect(url_for("practice.try_one", segment_id=left[0]), 303)


@PAGES.get("/practice/<segment_id>")
def try_one(segment_id: str) -> Page:
    """Show an excerpt to try."""
    excerpt = read_practice(context().review, segment_id)
    cautions = topics(excerpt.before + excerpt.words + excerpt.after)
    # As many as there are, which may be fewer than a round; 0 where somebody opens one by its address.
    n, left = session.get("practice_size", 0), len(session.get("practice", ()))
    return render_template(
        "try.html.j2", excerpt=excerpt, cautions=cautions, place=n - left + 1, n=n, families=context().families
    )


@PAGES.post("/practice/<segment_id>")
def see(segment_id: str) -> Page:
    """Show one's reading beside the group's; nothing of it is kept but that the group's was shown."""
    excerpt = read_practice(context().review, segment_id)
    codes = tuple(code for code in request.form.getlist("codes") if code in context().codes)
    session["practice"] = [waiting for waiting in session.get("practice", []) if waiting != segment_id]
    unsure = "not_sure" in request.form and not codes
    if is_example(segment_id):
        # Everybody reads the codebook while coding, so that an excerpt of the same words is not blind whoever tried it.
        from_codebook = compare_with_codebook(context().review.last_run().codebook.for_people, segment_id, codes)
        return render_template("example.html.j2", excerpt=excerpt, codes=codes, unsure=unsure, comparison=from_codebook)
    comparison = compare(context().review, segment_id, codes)
    show_codes(context().review, context().me.name, [excerpt.text_id], place="practice")
    return render_template("compared.html.j2", excerpt=excerpt, codes=codes, unsure=unsure, found=comparison)
