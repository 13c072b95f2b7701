"""Memos: read those of the group, write one on the study, a code or an excerpt, and write one's own anew."""

from flask import Blueprint, abort, redirect, render_template, request, url_for

from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.excerpts import bare_excerpt
from pipeline.review.memos import Memo, memos_with, readable_memos, rewrite_memo, write_memo
from pipeline.review.web import flash, saved_forms
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import LONGEST_FIND, MemoForm, fill, problems
from pipeline.review.web.shared_wording import words_of
from pipeline.review.web.web_context import Page, context, with_status


PAGES = Blueprint("memos", __name__)


@PAGES.route("/memos", methods=["GET", "POST"])
def memos() -> Page:
    """List the memos that may be read, or those that hold some words. The words stay out of the address."""
    review, words = context().review, request.form.get("words", "")[:LONGEST_FIND].strip()
    run, every = review.last_run(), readable_memos(review, context().me.name)
    rows = [(memo, words_of(run, memo.segment_id) if memo.segment_id else "") for memo in memos_with(every, words)]
    return render_template("memos.html.j2", memos=rows, words=words, n_all=len(every), notice=flash.take())


@PAGES.route("/memos/new", methods=["GET", "POST"])
@PAGES.route("/memos/new/code/<code>", methods=["GET", "POST"])
@PAGES.route("/memos/new/excerpt/<segment_id>", methods=["GET", "POST"])
def new(code: str = "", segment_id: str = "") -> Page:
    """Write a memo."""
    form, me = MemoForm(), context().me.name
    if code and code not in context().codes:
        abort(404)
    if not form.validate_on_submit():
        return _show(form, problems(form), code=code, segment_id=segment_id)
    about = {"code": code, "segment_id": segment_id}
    try:
        write_memo(context().review, kind=form.kind.data, note=form.note.data, by=me, key=form.key.data or "", **about)
    except ReviewError as error:
        return _show(form, {"note": str(error)}, code=code, segment_id=segment_id)
    return _kept()


@PAGES.route("/memos/<int:number>", methods=["GET", "POST"])
def memo(number: int) -> Page:
    """Write one's own memo anew; the versions before it can still be read."""
    review, form, me = context().review, MemoForm(), context().me.name
    mine = next((memo for memo in readable_memos(review, me) if memo.number == number and memo.by == me), None)
    if mine is None:
        # The same whether there is no such memo or it is somebody else's: not even that there is one may be told.
        abort(404)
    if request.method == "GET":
        form.kind.data, form.note.data = mine.now.kind, mine.now.note
    if not form.validate_on_submit():
        return _show(form, problems(form), code=mine.code, segment_id=mine.segment_id, memo=mine)
    try:
        version = int(form.seen.data) if (form.seen.data or "").isdecimal() else 0
        words = {"kind": form.kind.data, "note": form.note.data}
        rewrite_memo(review, number, by=me, version=version, key=form.key.data or "", **words)
    except StaleError as stale:
        return _show(form, {"note": str(stale)}, code=mine.code, segment_id=mine.segment_id, memo=mine)
    return _kept()


def _kept() -> Page:
    flash.give(Notice("Your memo is kept."))
    return redirect(url_for("memos.memos"), 303)


def _show(form: MemoForm, errors: dict[str, str], *, code: str, segment_id: str, memo: Memo | None = None) -> Page:
    me = context().me.name
    if request.method == "GET" and (waited := saved_forms.take(request.path, me)):
        fill(form, ("kind", "note"), waited)
    form.stamp(version=memo.now.memo_id if memo else 0, person=me)
    excerpt = bare_excerpt(context().review.last_run(), segment_id) if segment_id and not memo else None
    about = f"the code {context().code_name(code)}" if code else "an excerpt" if segment_id else "the study"
    page = render_template("memo.html.j2", form=form, errors=errors, excerpt=excerpt, about=about, memo=memo)
    return with_status(page, errors)
