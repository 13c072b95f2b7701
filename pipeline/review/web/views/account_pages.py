"""On a team server: signing in with a password, taking up an invitation, and inviting people."""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline.decisions import sign_in_links
from pipeline.decisions.accounts import (
    Invitation,
    close_account,
    invitation,
    invitations,
    password_hash,
    person,
    set_role,
    take_back,
    take_up,
)
from pipeline.errors import ReviewError
from pipeline.review.web import flash
from pipeline.review.web.browser_sessions import forget_another, this_session
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import GROUPS, ROLES, InviteForm, PasswordForm, SignInForm, problems
from pipeline.review.web.login_throttle import Visit
from pipeline.review.web.passwords import hash_password, is_right, why_easy
from pipeline.review.web.security import local_path
from pipeline.review.web.web_context import Page, context
from pipeline.runtime.plain_text import one_line


PAGES = Blueprint("team", __name__)


@PAGES.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Page:
    """Sign in with name and password."""
    form = SignInForm()
    errors: dict[str, str] = {}
    if request.method == "GET":
        form.then.data = local_path(request.args.get("then"))
    if form.validate_on_submit():
        name, errors = _check_password(form)
        if name:
            return _begin(name, form.then.data)
    return render_template("sign_in.html.j2", form=form, errors=errors or problems(form), notice=flash.take())


@PAGES.route("/invitation/<token>", methods=["GET", "POST"])
def take_up_invitation(token: str) -> Page:
    """Choose a password and become somebody who reviews."""
    web, form = context(), PasswordForm()
    invited = web.review.read(lambda store: invitation(store, token, now=web.now))
    if invited is None:
        abort(404)
    errors: dict[str, str] = {}
    if form.validate_on_submit():
        weakness = why_easy(form.password.data, (invited.name, invited.group, web.title, "Many Voices"))
        if not weakness:
            hashed = hash_password(form.password.data)
            name = web.review.write(lambda store: take_up(store, token, hashed, now=web.now)).name
            web.sessions.end_all_of(name)
            return _begin(name, None)
        errors = {"password": weakness}
    return render_template(
        "invitation.html.j2", form=form, invited=invited, by_command=sign_in_links.BY_COMMAND, errors=errors or problems(form)
    )


@PAGES.route("/people", methods=["GET", "POST"])
def people() -> Page:
    """See who reviews, and invite somebody by a link that works once."""
    web, form = context(), InviteForm()
    if not form.validate_on_submit():
        return _people(form, errors=problems(form))
    who = {"name": form.name.data, "group": form.group.data, "role": form.role.data, "by": web.me.name}
    try:
        made = web.review.write(lambda store: sign_in_links.make_invitation(store, web.site.address, now=web.now, **who))
    except ReviewError as error:
        return _people(form, errors={"name": str(error)})
    return _people(InviteForm(formdata=None), made=made)


@PAGES.post("/people/link")
def renew() -> Page:
    """Make a link by which somebody who has an account chooses a new password, and comes in again if it was closed."""
    web, name = context(), _named()
    by = web.me.name
    made = web.review.write(lambda store: sign_in_links.make_renewal(store, web.site.address, name=name, by=by, now=web.now))
    return _people(InviteForm(formdata=None), made=made)


@PAGES.post("/people/take-back")
def take_back_link() -> Response:
    """Let a link that was sent work no more."""
    web, name = context(), request.form.get("name", "")
    web.review.write(lambda store: take_back(store, name))
    flash.give(Notice(f"The link for {name} works no more."))
    return redirect(url_for("team.people"), 303)


@PAGES.post("/people/role")
def change_role() -> Response:
    """Give somebody another role."""
    web, name, role = context(), _named(), request.form.get("role", "")
    if role not in dict(ROLES):
        abort(400)
    by = web.me.name
    web.review.write(lambda store: set_role(store, name, role, by=by))  # type: ignore[arg-type]
    flash.give(Notice(f"{name} is now {role}."))
    # Whoever is no facilitator any more may not open that page.
    return redirect(url_for("team.people" if name != by or role == "facilitator" else "home.home"), 303)


@PAGES.post("/people/close")
def close() -> Response:
    """Let somebody no longer sign in; what they said stays."""
    web, name = context(), _named()
    if name == web.me.name:
        abort(400)
    web.review.write(lambda store: close_account(store, name, now=web.now))
    web.sessions.end_all_of(name)
    flash.give(Notice(f"{name} can no longer sign in. What they said stays. A link for a new password lets them in again."))
    return redirect(url_for("team.people"), 303)


def _people(form: InviteForm, *, made: tuple[str, Invitation] | None = None, errors: dict[str, str] | None = None) -> str:
    web = context()
    link, invited = made or ("", None)
    return render_template(
        "people.html.j2",
        form=form,
        errors=errors or {},
        link=link,
        invited=invited,
        lasts=sign_in_links.how_long(invited) if invited else "",
        waiting=web.review.read(lambda store: invitations(store, now=web.now)),
        everybody=web.people(),
        groups=dict.fromkeys([*GROUPS, *(row.group for row in web.people())]),
        roles=[role for role, _ in ROLES],
        notice=flash.take(),
    )


def _named() -> str:
    web, name = context(), request.form.get("name", "")
    who = web.review.read(lambda store: person(store, name))
    if who is None:
        abort(400)
    return who.name


def _check_password(form: SignInForm) -> tuple[str | None, dict[str, str]]:
    web, name = context(), one_line(form.name.data)
    # The web server in front adds the address that it saw at the end; what stands before it the visitor may have set.
    address = request.headers.get("X-Forwarded-For", request.remote_addr or "").rpartition(",")[2].strip()
    visit, now = Visit(name, address, session.get("person") == name or this_session().was(name)), web.clock()
    if wait := web.brake.try_now(visit, now=now):
        return None, {"password": f"Too many wrong passwords. Wait {round(wait) + 1} seconds, then try again."}
    # Somebody's own browser waits for its turn; whoever else comes in a crowd is asked to come again.
    if not web.checking.acquire(blocking=visit.own_browser):
        web.brake.undo(visit, now=now)
        return None, {"password": "Many people are signing in just now. Wait a few seconds, then try again."}
    try:
        kept, who = web.review.read(lambda store: (password_hash(store, name), person(store, name)))
        is_known = is_right(kept, form.password.data) and who is not None
    finally:
        web.checking.release()
    if not is_known or who is None:
        return None, {"password": "Name and password do not go together. Try again, or ask for a link for a new password."}
    web.brake.right(visit, now=now)
    return who.name, {}


def _begin(name: str, then: str | None) -> Response:
    forget_another(session, name)
    session["person"] = name
    context().sessions.renew(this_session())
    return redirect(local_path(then), 303)
