"""The first page, the guide, how we are doing, and settings."""

from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline.errors import ReviewError
from pipeline.review.discussions import n_to_discuss
from pipeline.review.effort import how_are_we_doing, write_time_spent
from pipeline.review.queue import ahead
from pipeline.review.reading_shares import Share, set_share, share_left, share_of
from pipeline.review.suggested_codes import shared_suggestions
from pipeline.review.web import flash, reading_batch, text_settings
from pipeline.review.web.browser_sessions import this_session
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import ShareForm, problems
from pipeline.review.web.security import local_path
from pipeline.review.web.shared_wording import minutes
from pipeline.review.web.web_context import Page, context, with_status
from pipeline.review.worries import n_waiting
from pipeline.runtime.plurals import n_of


PAGES = Blueprint("home", __name__)


@PAGES.get("/")
def home() -> Page:
    """Show what there is to do."""
    web = context()
    return render_template(
        "home.html.j2",
        ahead=ahead(web.review, web.me.name),
        n_talks=n_to_discuss(web.review),
        n_suggestions=sum(each.outcome == "open" for each in shared_suggestions(web.review, web.me.name)),
        n_worries=n_waiting(web.review),
        progress=reading_batch.current(),
        share=share_left(web.review, web.me.name),
        minutes=minutes,
        notice=flash.take(),
    )


@PAGES.route("/share", methods=["GET", "POST"])
def share() -> Page:
    """Set how many excerpts each person is asked to read, in which order, and how many of them for the audit."""
    web, form = context(), ShareForm()
    errors = problems(form) if request.method == "POST" and not form.validate() else {}
    if request.method == "POST" and not errors:
        asked = Share(form.size.data or 0, form.order.data, form.audit.data or 0)
        try:
            set_share(web.review, asked, by=web.me.name)
        except ReviewError as wrong:
            errors = {"audit": str(wrong)}
        else:
            each = (
                f"Each person is asked to read {n_of(asked.size, 'excerpt')}." if asked.size else "Nobody is asked for a number."
            )
            flash.give(Notice(each))
            return redirect(url_for("home.home"), 303)
    if request.method == "GET":
        # Before anybody has set one, nobody is asked for a number.
        now = share_of(web.review) or Share(0, "given order", 0)
        form.size.data, form.order.data, form.audit.data = now.size, now.drawn, now.audit
    return with_status(render_template("share.html.j2", form=form, errors=errors, coders=web.review.coders), errors)


@PAGES.get("/guide")
def guide() -> Page:
    """Show how to review, on one page."""
    return render_template("guide.html.j2", large=False)


@PAGES.get("/guide/large-print")
def guide_in_large_print() -> Page:
    """Show the guide in large print."""
    return render_template("guide.html.j2", large=True)


@PAGES.get("/progress")
def progress() -> Page:
    """Show how far people and groups have come."""
    doing = how_are_we_doing(context().review)
    mine = next((effort for effort in doing.people if effort.name == context().me.name), None)
    spent = minutes(round(mine.minutes * 60)) if mine else minutes(0)
    return render_template("progress.html.j2", doing=doing, spent=spent, sees_time=context().me.role == "facilitator")


@PAGES.get("/time.csv", defaults={"kind": "csv"})
@PAGES.get("/time.xlsx", defaults={"kind": "xlsx"})
def pay_sheet(kind: str) -> Response:
    """Give the facilitator the sheet by which people are paid, as a file to keep."""
    # A command that serves pages keeps temporary files inside the study.
    with TemporaryDirectory() as folder:
        sheet = write_time_spent(context().review, Path(folder) / f"time.{kind}").read_bytes()
    kinds = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    name = f"time-{context().now:%Y-%m-%d}.{kind}"
    return Response(sheet, content_type=kinds[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


@PAGES.get("/agreement")
def how_far_we_agree() -> Page:
    """Show how far groups agree, and the model with each; no person is held against another."""
    from pipeline.methods.agreement.agreement_in_words import HOW_IT_COUNTS, about, code_lines, heading, in_a_sentence, sentences
    from pipeline.review.current_agreement import agreement_at_once, agreement_of_last_run, code_labels, how_many_alike

    review = context().review
    agreement, labels = agreement_at_once(review), code_labels(review.study)
    comparisons = agreement_of_last_run(review) if agreement is None else agreement.comparisons
    shown = [pair for pair in comparisons if pair.kind != "model and person"]
    in_words = [(heading(pair), in_a_sentence(pair), about(pair), list(code_lines(pair, labels))) for pair in shown]
    counted = [] if agreement and not agreement.n_answers else [HOW_IT_COUNTS, *(sentences(agreement) if agreement else ())]
    n_read, n_alike = how_many_alike(review)
    return render_template(
        "agreement.html.j2", counted=counted, told=in_words, of_last_run=agreement is None, n_read=n_read, n_alike=n_alike
    )


@PAGES.route("/settings", methods=["GET", "POST"])
def settings() -> Page:
    """Switch keyboard shortcuts on or off, and choose how text stands on the page."""
    if request.method == "POST" and "size" in request.form:
        wanted = request.form
        text_settings.choose(wanted["size"], spaced="spaced" in wanted, aloud="aloud" in wanted)
        flash.give(Notice("Kept for as long as you are signed in here."))
        return redirect(url_for("home.settings"), 303)
    if request.method == "POST":
        session["shortcuts"] = request.form.get("shortcuts") == "on"
        flash.give(Notice(f"Keyboard shortcuts are {'on' if session['shortcuts'] else 'off'}."))
        return redirect(url_for("home.settings"), 303)
    return render_template("settings.html.j2", sizes=text_settings.SIZES, notice=flash.take())


@PAGES.post("/stay")
def stay() -> Response:
    """Let the session begin anew, so that nobody has to work against a clock."""
    context().sessions.renew(this_session())
    flash.give(Notice("You stay signed in."))
    return redirect(local_path(request.form.get("then")), 303)


@PAGES.post("/leave")
def leave() -> Response:
    """Stop being this person in this browser; what the browser kept of the pages goes, too."""
    web, opened = context(), session.get("opened")
    web.sessions.end(this_session())
    if opened:
        # On a laptop the next person chooses their name; the launch address need not be opened again.
        web.sessions.revive(this_session())
        session["opened"] = True
    response = redirect(url_for("team.sign_in" if web.site.team else "who.choose"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
