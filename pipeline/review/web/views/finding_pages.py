"""The findings of the report's first page: what is approved here is what the report prints."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.finding_approvals import STEPS, approve, finding_of, findings_to_approve, key_of, step
from pipeline.review.web import flash
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import FindingForm, problems
from pipeline.review.web.web_context import Page, context


PAGES = Blueprint("findings", __name__)


@PAGES.get("/findings")
def findings() -> Page:
    """List the findings in the order of the report, and those that were left out."""
    return render_template("findings.html.j2", standing=findings_to_approve(context().review), key_of=key_of, notice=flash.take())


@PAGES.route("/findings/<key>", methods=["GET", "POST"])
def finding(key: str) -> Page:
    """Read a finding beside its figures, change its words, and approve it."""
    form, stands = FindingForm(), finding_of(context().review, key) or abort(404)
    if request.method == "GET":
        form.sentence.data, form.stood.data = stands.row.sentence, stands.row.sentence
        return _show(form, stands, {})
    errors = {} if form.validate() else problems(form)
    if not errors and form.stood.data != stands.row.sentence:
        errors = {"sentence": f"Somebody changed this finding since you opened it. It now says: {stands.row.sentence}"}
        form.stood.data = stands.row.sentence
    if not errors:
        web = context()
        try:
            approve(web.review, stands, form.sentence.data or "", by=web.me.name, when=web.now.date())
        except (ReviewError, StaleError) as error:
            errors = {"sentence": str(error)}
    if errors:
        return _show(form, stands, errors), 422
    flash.give(Notice("Approved. The next report prints it in these words."))
    return redirect(url_for("findings.findings"), 303)


@PAGES.post("/findings/<key>/<what>")
def change(key: str, what: str) -> Response:
    """Move a finding, leave it out, bring it back, or let it wait again."""
    wanted = next((name for name in STEPS if name == what), None) or abort(404)
    try:
        flash.give(Notice(STEPS[wanted] if step(context().review, key, wanted) else "This finding is not there any more."))
    except (ReviewError, StaleError) as error:
        flash.give(Notice(str(error)))
    return redirect(url_for("findings.findings"), 303)


def _show(form: FindingForm, stands: object, errors: dict[str, str]) -> str:
    form.stamp(version=1, person=context().me.name)
    return render_template("finding.html.j2", form=form, stands=stands, errors=errors, notice=flash.take())
