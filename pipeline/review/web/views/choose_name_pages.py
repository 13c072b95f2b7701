"""Opening the page, and choosing who one is."""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline.errors import ReviewError
from pipeline.review.web import saved_forms
from pipeline.review.web.browser_sessions import forget_another, this_session
from pipeline.review.web.forms import GROUPS, AddForm, WhoForm, problems
from pipeline.review.web.security import local_path
from pipeline.review.web.web_context import Page, context, with_status


PAGES = Blueprint("who", __name__)


@PAGES.get("/open/<token>")
def open_page(token: str) -> Page:
    """Open the page by its one-time address."""
    launch = context().launch
    if launch is None:
        abort(404)
    if not launch.use(token):
        if session.get("opened"):
            return redirect(url_for("home.home"), 303)
        launch.print_again()
        abort(401)
    session["opened"] = True
    _renew()
    next_page = url_for("who.choose", then=saved_forms.place())
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        # From the file that the browser was started with. It sends the new cookie only with what a page of ours asks for.
        return render_template("opened.html.j2", next_page=next_page)
    return redirect(next_page, 303)


@PAGES.route("/who", methods=["GET", "POST"])
def choose() -> Page:
    """Choose your name."""
    form = WhoForm((person.name, f"{person.name}, {person.group}") for person in context().people())
    if request.method == "GET":
        form.then.data = local_path(request.args.get("then"))
    if form.validate_on_submit():
        return _begin(form.name.data, form.then.data)
    # A word about what was just done is for whoever did it, and somebody else may be sitting here now.
    errors = problems(form)
    return with_status(render_template("who.html.j2", form=form, errors=errors, notice=None), errors)


@PAGES.route("/who/add", methods=["GET", "POST"])
def add() -> Page:
    """Add yourself to the list."""
    form = AddForm()
    errors: dict[str, str] = {}
    if request.method == "GET":
        form.then.data = local_path(request.args.get("then"))
    if form.validate_on_submit():
        try:
            return _begin(_add(form), form.then.data)
        except ReviewError as error:
            errors = {"name": str(error)}
    people = context().people()
    groups = dict.fromkeys([*GROUPS, *(person.group for person in people)])
    errors = errors or problems(form)
    return with_status(render_template("add.html.j2", form=form, errors=errors, groups=groups), errors)


def _add(form: AddForm) -> str:
    name, group, role = form.name.data, form.group.data, form.role.data
    return context().review.write(lambda store: store.add_reviewer(name, group, role))


def _renew() -> None:
    context().sessions.renew(this_session())


def _begin(name: str, then: str | None) -> Response:
    forget_another(session, name)
    session["person"] = name
    _renew()
    return redirect(local_path(then), 303)
