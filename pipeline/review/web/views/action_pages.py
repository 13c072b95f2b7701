"""Closing the loop: what was decided about what people said, what came of it, and whether they were told and agree."""

import json

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline.errors import ReviewError
from pipeline.review.action_entries import Row, answer_theme, answers, row_as_it_stands, row_meanwhile, take_back
from pipeline.review.coding import StaleError
from pipeline.review.web import flash, saved_forms
from pipeline.review.web.action_form import DAYS, FIELDS, LoopForm, faults
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import as_shown, fill, problems
from pipeline.review.web.web_context import Page, context
from pipeline.study.actions import COLUMNS


PAGES = Blueprint("answering", __name__)
_NAMES = (*COLUMNS, "stood")


@PAGES.get("/loop")
def loop() -> Page:
    """List what people spoke of, and what came of it; overdue and unanswered first."""
    return render_template("loop.html.j2", found=answers(context().review, context().now.date()), notice=flash.take())


@PAGES.route("/loop/new/<key>", methods=["GET", "POST"])
def new(key: str) -> Page:
    """Write what came of one of the things on the list."""
    form, abouts = LoopForm(), answers(context().review, context().now.date()).abouts
    if request.method == "GET":
        fill(form, _NAMES, saved_forms.take(request.path, context().me.name) or {"about": abouts.get(key) or abort(404)})
        return _show(form, {})
    return _take(form, shown=None)


@PAGES.route("/loop/row/<int:number>", methods=["GET", "POST"])
def row(number: int) -> Page:
    """Change what is written in a row."""
    form, stands = LoopForm(), row_as_it_stands(context().review, number)
    if request.method == "GET":
        stands = stands or abort(404)
        waiting = saved_forms.take(request.path, context().me.name)
        fill(form, _NAMES, waiting or stands)
        form.stood.data = form.stood.data if waiting else json.dumps(stands)
        return _show(form, {} if waiting else faults(stands), number=number)
    shown = as_shown(form.stood.data, COLUMNS)
    # A row that was gone when this page was sent before is written as a new one.
    return abort(400) if shown is None else _take(form, shown=shown or None, number=number)


@PAGES.post("/loop/undo")
def undo() -> Response:
    """Put back what stood there before the last change of this browser."""
    last = session.pop("loop_undo", None) or abort(404)
    try:
        take_back(context().review, was=last["was"], now=last["now"])
    except StaleError as stale:
        flash.give(Notice(str(stale)))
    else:
        flash.give(Notice("Undone."))
    return redirect(url_for("answering.loop"), 303)


def _take(form: LoopForm, *, shown: Row | None, number: int = 0) -> Page:
    errors = problems(form) if not form.validate() else form.contradictions()
    if errors:
        return _show(form, errors, number=number), 422
    try:
        _, now = answer_theme(context().review, form.words(), shown=shown)
    except StaleError:
        stands = row_meanwhile(context().review, number, shown or {})
        form.stood.data = json.dumps(stands)
        return _show(form, {}, number=number, meanwhile=stands), 409
    except ReviewError as error:
        return _show(form, {"about": str(error)}, number=number), 422
    session["loop_undo"] = {"was": shown, "now": now}
    flash.give(Notice("Kept in loop.csv.", undo=url_for("answering.undo")))
    return redirect(url_for("answering.loop"), 303)


def _show(form: LoopForm, errors: dict[str, str], *, number: int = 0, meanwhile: Row | None = None) -> str:
    form.stamp(version=number, person=context().me.name)
    abouts = list(answers(context().review, context().now.date()).abouts.values())
    if form.about.data and form.about.data not in abouts:
        abouts.insert(0, form.about.data)
    return render_template(
        "loop_row.html.j2",
        **{"form": form, "errors": errors, "abouts": abouts, "fields": FIELDS, "days": DAYS},
        **{"number": number, "meanwhile": meanwhile, "notice": flash.take()},
    )
