"""A name is still visible, or somebody is worried: told from an excerpt, read by facilitators."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for

from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.excerpts import bare_excerpt
from pipeline.review.web import flash, saved_forms
from pipeline.review.web.content_warnings import topics
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import WorryForm, fill, problems
from pipeline.review.web.numbers import number_in
from pipeline.review.web.shared_wording import words_of
from pipeline.review.web.web_context import Page, context, with_status
from pipeline.review.worries import settle_worry, tell, who_reads, worries


PAGES = Blueprint("worry", __name__)


@PAGES.route("/excerpt/<segment_id>/worry", methods=["GET", "POST"])
def about(segment_id: str) -> Page:
    """Tell that a name is still visible in an answer, or that one is worried about somebody."""
    web, form = context(), WorryForm()
    excerpt = bare_excerpt(web.review.last_run(), segment_id)
    if form.validate_on_submit():
        tell(web.review, segment_id, form.kind.data, by=web.me.name, note=form.note.data or "", key=form.key.data or "")
        readers = who_reads(web.review)
        whom = f" for {' and '.join(readers)}" if readers else ""
        flash.give(Notice(f"Kept{whom}. What comes of it stands under “What came of it”."))
        return redirect(url_for("excerpts.read", segment_id=segment_id), 303)
    if request.method == "GET" and (waited := saved_forms.take(request.path, web.me.name)):
        fill(form, ("kind", "note"), waited)
    form.stamp(version=0, person=web.me.name)
    page = render_template(
        "worry.html.j2",
        excerpt=excerpt,
        cautions=topics(excerpt.before + excerpt.words + excerpt.after),
        form=form,
        errors=problems(form),
        notice=flash.take(),
        readers=who_reads(web.review),
        named=web.review.study.settings.safeguarding.person,
    )
    return with_status(page, problems(form))


@PAGES.get("/worries")
def listed() -> Page:
    """List what people told, for whoever is to read it."""
    return _show({}, {})


@PAGES.route("/worries/<int:number>", methods=["GET", "POST"])
def settle(number: int) -> Page:
    """Say what was done, or open it again."""
    review, me, how, again = context().review, context().me.name, request.form.get("how", ""), request.form.get("do") == "open"
    if request.method == "GET":
        # A form that came after its session had ended: its words are there again.
        waited = saved_forms.take(request.path, me) or {}
        return _show({}, {number: "".join(waited.get("how", ()))})
    try:
        settle_worry(review, number, by=me, how=how, version=number_in(request.form.get("seen")), again=again)
    except StaleError as stale:
        return _show({f"how-{number}": str(stale)}, {number: how}), 409
    except ReviewError as error:
        return _show({f"how-{number}": str(error)}, {number: how}), 422
    flash.give(Notice("It waits again." if again else "Kept. Whoever told it reads your sentence."))
    return redirect(url_for("worry.listed"), 303)


def _show(errors: dict[str, str], typed: Mapping[int, str]) -> str:
    review = context().review
    run = review.last_run()
    every = [(worry, words_of(run, worry.segment_id)) for worry in worries(review)]
    return render_template("worries.html.j2", worries=every, errors=errors, typed=typed, notice=flash.take())
