"""Who may open what. A page that is not listed here is open to nobody."""

from typing import Literal

from flask import Flask, Response, abort, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from pipeline.decisions.accounts import Member
from pipeline.errors import ReviewError
from pipeline.review.web import saved_forms
from pipeline.review.web.browser_sessions import this_session
from pipeline.review.web.security import LARGEST_OF_A_VISITOR
from pipeline.review.web.web_context import context


Who = Literal["anyone", "opened", "people", "facilitators"]

ACCESS: dict[str, Who] = {
    "static": "anyone",
    "who.open_page": "anyone",
    "who.choose": "opened",
    "who.add": "opened",
    "home.leave": "people",
    "home.stay": "people",
    "team.sign_in": "opened",
    "team.take_up_invitation": "opened",
    "team.people": "facilitators",
    "team.change_role": "facilitators",
    "team.close": "facilitators",
    "team.renew": "facilitators",
    "team.take_back_link": "facilitators",
    "home.home": "people",
    "home.guide": "people",
    "home.guide_in_large_print": "people",
    "home.settings": "people",
    "home.progress": "people",
    "home.how_far_we_agree": "people",
    "excerpts.begin": "people",
    "excerpts.begin_share": "people",
    "home.share": "facilitators",
    "excerpts.next_excerpt_page": "people",
    "excerpts.read": "people",
    "excerpts.answer": "people",
    "excerpts.model": "people",
    "excerpts.after_model": "people",
    "excerpts.keep_draft": "people",
    "excerpts.undo": "people",
    "excerpts.mine": "people",
    "excerpts.pause": "people",
    "codebook.codebook": "people",
    "codebook.one_code": "people",
    "codebook.change": "people",
    "codebook.new_code": "people",
    "codebook.proposal": "people",
    "codebook.say": "people",
    "themes.themes": "people",
    "themes.theme": "people",
    "themes.ask": "people",
    "themes.show_code": "people",
    "themes.undo": "people",
    "themes.texts": "people",
    "themes.show_texts": "people",
    "themes.run": "facilitators",
    "themes.change_grain": "facilitators",
    "finding.search": "people",
    "finding.alike": "people",
    "practice.begin": "people",
    "practice.begin_round": "people",
    "practice.next_try": "people",
    "practice.try_one": "people",
    "practice.see": "people",
    "quotes.quotes": "people",
    "quotes.quote": "people",
    "quotes.decide": "people",
    "quotes.show_code": "people",
    "quotes.undo": "people",
    "findings.findings": "facilitators",
    "findings.finding": "facilitators",
    "findings.change": "facilitators",
    "answering.loop": "people",
    "answering.new": "people",
    "answering.row": "people",
    "answering.undo": "people",
    "talk.differing": "people",
    "talk.discuss": "people",
    "talk.look": "people",
    "talk.settle": "people",
    "talk.undo": "people",
    "inbox.mine": "people",
    "inbox.group": "people",
    "inbox.look": "people",
    "inbox.settle": "people",
    "inbox.ask": "people",
    "memos.memos": "people",
    "memos.new": "people",
    "memos.memo": "people",
    "worry.about": "people",
    "worry.listed": "facilitators",
    "worry.settle": "facilitators",
    "home.pay_sheet": "facilitators",
}
"""For each page: anyone; whoever has opened the launch address, or on a team server can reach the sign-in page;
people of the study, whatever their role; or those of them who run the review."""


def guard(app: Flask) -> None:
    """Let each request pass only as far as `ACCESS` says."""
    app.before_request(_check)


def may_open(endpoint: str, *, opened: bool, person: Member | None) -> bool:
    """Say whether a page is open to somebody; one that is not listed is not."""
    match ACCESS.get(endpoint):
        case "anyone":
            return True
        case "opened":
            return opened
        case "people":
            return opened and person is not None
        case "facilitators":
            return opened and person is not None and person.role == "facilitator"
        case _:
            return False


def _refuse_page_of_another(name: str) -> None:
    """Refuse what stood on a page that was made for somebody else, in another window of a device that people share."""
    maker = request.form.get("person", "")
    if maker.casefold() in ("", name.casefold()):
        return
    kept = request.endpoint in {*saved_forms.COME_BACK_FILLED, "talk.settle"} and saved_forms.keep()
    raise ReviewError(
        f"This page was opened by {maker}, and you are {name} in this browser now. Nothing was saved. "
        + ("What was typed is kept" if kept else "Go back to copy what was typed")
        + (f": come in as {maker}, and open that page again." if kept else f", and come in as {maker} to send it.")
    )


def _check() -> AnyResponse | Response | None:
    # There is no such page, and Flask says so itself.
    if request.endpoint is None:
        return None
    web = context()
    if web.person is None and not session.get("opened") and not this_session().former:
        request.max_content_length = LARGEST_OF_A_VISITOR
    # A team server has no launch address: everybody comes to the page for signing in.
    opened = web.site.team or bool(session.get("opened"))
    if may_open(request.endpoint, opened=opened, person=web.person):
        if request.method == "POST" and web.person is not None:
            _refuse_page_of_another(web.person.name)
        return None
    if request.method == "POST":
        # What was typed waits until they are back.
        saved_forms.keep()
    if not opened and web.launch:
        web.launch.print_again()
        abort(401)
    if web.person is None and ACCESS.get(request.endpoint):
        return redirect(url_for("team.sign_in" if web.site.team else "who.choose", then=saved_forms.place()), 303)
    return abort(403)
