"""Themes: what the program found, who spoke of it, and what people ask of it; the next run carries it out."""

from contextlib import suppress

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.errors import CodebookError, DataError, ReviewError
from pipeline.review import theme_grain, theme_requests
from pipeline.review.shown_codes import show_codes, unseen_texts
from pipeline.review.theme_edits import (
    ThemeEditRequest,
    aside_wish,
    map_wish,
    merge_wish,
    rename_wish,
    restore_wish,
    split_wish,
)
from pipeline.review.theme_grain import Grain
from pipeline.review.theme_requests import WAITS, ThemeCard, ThemeEdit, theme_card, theme_cards, theme_edits, undo_theme_edit
from pipeline.review.theme_run import n_waiting
from pipeline.review.theme_texts import show_theme_texts, theme_texts
from pipeline.review.web import flash
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import ThemeForm, problems
from pipeline.review.web.long_lists import part
from pipeline.review.web.numbers import number_in
from pipeline.review.web.web_context import Page, context
from pipeline.runtime.files import content_id


PAGES = Blueprint("themes", __name__)
_MOST_PARTS = 6
_ASKED = {
    "rename": "Give it the title “{detail}”",
    "merge": "Put these together",
    "split": "Divide it into parts",
    "set aside": "Set it aside",
    "restore": "Count it again",
    "map": "Stands for the code “{detail}”",
}


@PAGES.get("/themes")
def themes() -> Page:
    """List the themes, and what people have asked of them."""
    return _list()


def _list(error: str = "") -> str:
    review = context().review
    cards = theme_cards(review)
    titles = {card.number: context().theme_title(card) for card in cards}
    edits = [(edit, _in_words(edit), [titles[number] for number in edit.numbers]) for edit in theme_edits(review)]
    return render_template(
        "themes.html.j2",
        **{"cards": cards, "edits": edits, "n_waiting": n_waiting(review), "last_run": context().theme_runs.last},
        **{"error": error, "notice": flash.take()},
    )


@PAGES.route("/themes/run", methods=["GET", "POST"])
def run() -> Page:
    """Carry out what was asked of themes, beside the server, and show how far that is."""
    web = context()
    if request.method == "POST":
        # Whoever presses it while another's is going on sees how far that is.
        with suppress(ReviewError):
            web.theme_runs.start(web.review.study, by=web.me.name)
        return redirect(url_for("themes.run"), 303)
    last = web.theme_runs.last
    return render_template("theme_run.html.j2", last=last) if last else redirect(url_for("themes.themes"), 303)


@PAGES.post("/themes/grain")
def change_grain() -> Page:
    """Ask for broader or finer themes, all at once; each can be undone."""
    grain: Grain = "broader" if request.form.get("do") == "broader" else "finer"
    try:
        made = theme_grain.change_grain(context().review.study, grain, by=context().me.name)
    except (DataError, ReviewError) as error:
        return _list(str(error)), 422
    flash.give(Notice(f"Asked: {made.sentence} Look below, undo what is not meant, and then carry it out."))
    return redirect(url_for("themes.themes"), 303)


def _in_words(edit: ThemeEdit) -> str:
    """Return what was asked. A code that a theme is to stand for tells how its texts are coded, so only who read them sees it."""
    if edit.action == "map" and unseen_texts(context().review, context().me.name, edit.text_ids):
        return "Stands for a code"
    detail = context().code_name(edit.detail) if edit.action == "map" else edit.detail
    return _ASKED[edit.action].format(detail=detail)


@PAGES.get("/themes/<int:number>")
def theme(number: int) -> Page:
    """Show a theme, and what can be asked of it."""
    return _show(_card(number), ThemeForm(formdata=None), {})


@PAGES.post("/themes/<int:number>")
def ask(number: int) -> Page:
    """Ask something of a theme."""
    form, card = ThemeForm(), _card(number)
    if not form.validate():
        return _show(card, form, problems(form)), 422
    do = request.form.get("do", "")
    if form.shown.data != _as_numbered():
        renumbered = (
            "The study was run since this page was opened, and its themes have other numbers. Look again, and say it again."
        )
        return _show(card, form, {_field_of(do): renumbered}), 409
    try:
        if do == "propose":
            return _propose(number, form)
        edit_id = theme_requests.ask_of_themes(context().review, _wish(do, number, form), by=context().me.name)
    except (DataError, CodebookError, ReviewError) as error:
        return _show(card, form, {_field_of(do): str(error)}), 422
    undo = url_for("themes.undo", edit_id=edit_id)
    flash.give(Notice("Kept. It waits under “What people asked” until a facilitator carries it out.", undo=undo))
    return redirect(url_for("themes.themes"), 303)


@PAGES.post("/themes/<int:number>/code")
def show_code(number: int) -> Response:
    """Show which code a theme stands for to somebody who has not read its examples yet; their answers are then not blind."""
    show_codes(context().review, context().me.name, _card(number).exemplar_texts, place="theme")
    return redirect(url_for("themes.theme", number=number), 303)


@PAGES.get("/themes/<int:number>/texts")
def texts(number: int) -> Page:
    """Show all texts of a theme that this person has read, and how many more there are."""
    card = _card(number)
    every = theme_texts(context().review, context().me.name, card)
    shown = part("from", lambda n, start: every.excerpts[start : start + n])
    return render_template("theme_texts.html.j2", card=card, texts=every, part=shown, notice=flash.take())


@PAGES.post("/themes/<int:number>/texts")
def show_texts(number: int) -> Response:
    """Show all texts of a theme to somebody who has not read them all; their answers to those are then not blind."""
    show_theme_texts(context().review, context().me.name, _card(number))
    return redirect(url_for("themes.texts", number=number), 303)


@PAGES.post("/themes/undo/<int:edit_id>")
def undo(edit_id: int) -> Response:
    """Take back what was asked."""
    undo_theme_edit(context().review, edit_id, by=context().me.name)
    flash.give(
        Notice("Undone. If it was carried out already, the next time a facilitator carries out what was asked takes it back.")
    )
    return redirect(url_for("themes.themes"), 303)


def _wish(do: str, number: int, form: ThemeForm) -> ThemeEditRequest:
    study, numbers = context().review.study, [number, *map(number_in, form.others.data or ())]
    into = number_in(form.into.data)
    if do == "split" and not 2 <= into <= _MOST_PARTS:
        raise ReviewError(f"Say into how many parts: 2 to {_MOST_PARTS}.")
    if do == "merge" and len(numbers) < 2:
        raise ReviewError("Tick the themes that are the same as this one.")
    match do:
        case "rename":
            return rename_wish(study, number, form.title.data or "")
        case "merge":
            return merge_wish(study, numbers)
        case "split":
            return split_wish(study, number, into=into)
        case "aside":
            return aside_wish(study, number)
        case "restore":
            return restore_wish(study, number)
        case "map":
            return map_wish(study, number, form.code.data or "")
    abort(400)


def _propose(number: int, form: ThemeForm) -> Response:
    if not (form.why.data or "").strip():
        raise ReviewError("Say why the codebook needs it, so that others can agree or object.")
    made = theme_requests.propose_code_from(
        context().review,
        number,
        label=form.title.data or "",
        definition=form.definition.data or "",
        why=form.why.data,
        by=context().me.name,
        key=form.key.data or "",
    )
    return redirect(url_for("codebook.proposal", number=made.code_edit_id), 303)


def _field_of(do: str) -> str:
    return {"merge": "others", "split": "into", "map": "code", "propose": "why"}.get(do, "title")


def _card(number: int) -> ThemeCard:
    return next((card for card in theme_cards(context().review) if card.number == number), None) or abort(404)


def _as_numbered() -> str:
    # Another run may give a theme another number, and what was asked of one must not be done to the other.
    return content_id(*(f"{card.number} {card.theme_id}" for card in theme_cards(context().review)))


def _show(card: ThemeCard, form: ThemeForm, errors: dict[str, str]) -> str:
    form.stamp(version=0, person=context().me.name)
    form.shown.data = _as_numbered()
    form.title.data = form.title.data or context().theme_title(card)
    others = [other for other in theme_cards(context().review) if other.number != card.number]
    fresh = theme_card(context().review, card.number)
    edits = [edit for edit in theme_edits(context().review) if edit.result == WAITS and card.number in edit.numbers]
    waiting = [(edit, _in_words(edit)) for edit in edits]
    return render_template(
        "theme.html.j2", card=fresh, others=others, waiting=waiting, form=form, errors=errors, notice=flash.take()
    )
