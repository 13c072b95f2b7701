"""Talk about it: both readings side by side, and what came of talking."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.review.codebook_changes import objected_edits
from pipeline.review.coding import StaleError
from pipeline.review.discussions import (
    Discussion,
    ReaderCoding,
    Talk,
    agree,
    discussed,
    leave_contested,
    n_to_discuss,
    talk_about,
    to_discuss,
    undo_discussion,
)
from pipeline.review.excerpts import read_excerpt
from pipeline.review.shown_codes import may_see_codes, show_codes
from pipeline.review.web import flash, saved_forms
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import SettleForm, problems
from pipeline.review.web.long_lists import part
from pipeline.review.web.shared_wording import answer_in_words, words_of
from pipeline.review.web.web_context import Page, context


PAGES = Blueprint("talk", __name__)
_SHOWN = 50
_GONE = "This excerpt is no longer in the study."


@PAGES.get("/talk")
def differing() -> Page:
    """List the excerpts that people read differently, and those they have talked about."""
    web = context()
    waiting = to_discuss(web.review, n=_SHOWN)
    done = part("done", lambda n, start: discussed(web.review, n=n, start=start))
    n_more = n_to_discuss(web.review) - len(waiting)
    run = web.review.last_run()
    words = {talk.segment_id: words_of(run, talk.segment_id) or _GONE for talk in (*waiting, *done.rows)}
    objected = objected_edits(web.review)
    return render_template(
        "talks.html.j2", objected=objected, waiting=waiting, n_more=n_more, done=done, words=words, notice=flash.take()
    )


@PAGES.get("/talk/<segment_id>")
def discuss(segment_id: str) -> Page:
    """Show the readings of an excerpt side by side; to somebody who has not read it yet, only what they ask to see."""
    review, me = context().review, context().me.name
    may_see, talk = may_see_codes(review, me, segment_id), talk_about(review, segment_id)
    if not may_see:
        return render_template("not_yet.html.j2", excerpt=read_excerpt(review, segment_id, me), notice=flash.take())
    return _show(talk, *_prefilled(talk))


@PAGES.post("/talk/<segment_id>")
def settle(segment_id: str) -> Page:
    """Record what came of talking."""
    web, form = context(), SettleForm()
    talk = talk_about(web.review, segment_id)
    if not may_see_codes(web.review, web.me.name, segment_id):
        if saved_forms.keep():
            flash.give(Notice("Nothing was saved yet: this excerpt is to be read again first. What you wrote is kept."))
        return redirect(url_for("talk.discuss", segment_id=segment_id), 303)
    readings = _readings(talk)
    sentences = [request.form.get(f"sentence-{place}", "").strip() for place in range(len(readings))]
    errors = problems(form) if not form.validate() else form.contradictions(context().codes, sentences)
    if errors:
        return _show(talk, form, errors, sentences), 422
    by, version, key, note = web.me.name, form.version, form.key.data or "", (form.note.data or "").strip()
    try:
        if form.outcome.data == "agreed":
            made = agree(web.review, segment_id, tuple(form.codes.data or ()), by=by, version=version, key=key, note=note)
        else:
            pairs = zip(readings, sentences, strict=True)
            worded = tuple(replace(reading, sentence=sentence) for reading, sentence in pairs)
            made = leave_contested(web.review, segment_id, worded, by=by, version=version, key=key, note=note)
    except StaleError as stale:
        stands = stale.stands if isinstance(stale.stands, Discussion) else talk.discussion
        # Sent again from here it answers to what stands now, and is another outcome.
        form.seen.data, form.key.data = str(stands.discussion_id if stands else 0), ""
        return _show(talk_about(web.review, segment_id), form, {}, sentences, stands=stands), 409
    outcome = f"agreed on {answer_in_words(made)}" if made.outcome == "agreed" else "both readings stand"
    flash.give(Notice(f"Kept: {outcome}.", undo=url_for("talk.undo", discussion_id=made.discussion_id, segment_id=segment_id)))
    return redirect(url_for("talk.differing"), 303)


@PAGES.post("/talk/<segment_id>/look")
def look(segment_id: str) -> Response:
    """Show what others said to somebody who has not read the excerpt; their answer is then not blind."""
    review, talk = context().review, talk_about(context().review, segment_id)
    text_id = review.last_run().tables.text_id(talk.segment_id)
    show_codes(review, context().me.name, [text_id] if text_id else [], place="talk")
    return redirect(url_for("talk.discuss", segment_id=segment_id), 303)


@PAGES.post("/talk/<segment_id>/undo/<int:discussion_id>")
def undo(segment_id: str, discussion_id: int) -> Response:
    """Take back what was recorded of a talk."""
    undo_discussion(context().review, discussion_id, by=context().me.name)
    flash.give(Notice("Undone. The talk is open again."))
    return redirect(url_for("talk.discuss", segment_id=segment_id), 303)


def _show(
    talk: Talk, form: SettleForm, errors: dict[str, str], sentences: list[str] | None = None, *, stands: Discussion | None = None
) -> str:
    web = context()
    form.stamp(version=talk.version, person=web.me.name)
    readings = _readings(talk)
    kept = {tuple(sorted(reading.codes)): reading.sentence for reading in talk.discussion.readings} if talk.discussion else {}
    return render_template(
        "talk.html.j2",
        talk=talk,
        excerpt=read_excerpt(web.review, talk.segment_id, web.me.name),
        form=form,
        errors=errors,
        readings=readings,
        cards=sorted(web.codes.values(), key=lambda card: not any(card.code in reading.codes for reading in readings)),
        sentences=sentences or [kept.get(reading.codes, "") for reading in readings],
        stands=stands,
        notice=flash.take(),
    )


def _readings(talk: Talk) -> list[ReaderCoding]:
    """Return the ways in which people read an excerpt as things stand, each with those who read it so."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for made in talk.now or talk.answers:
        if made.outcome in ("codes", "none"):
            alike.setdefault(tuple(sorted(made.codes)), []).append(made.reviewer)
    return [ReaderCoding(codes, "", tuple(people)) for codes, people in alike.items()]


def _prefilled(talk: Talk) -> tuple[SettleForm, dict[str, str], list[str] | None]:
    """Return the form with the words that wait for it, what is wrong with it, which is nothing yet, and its sentences."""
    form, sentences = SettleForm(formdata=None), None
    if words := saved_forms.take(request.path, context().me.name):
        form.outcome.data = "".join(words.get("outcome", ())) or None
        form.none.data = bool(words.get("none"))
        form.codes.data, form.note.data = list(words.get("codes", ())), "".join(words.get("note", ()))
        sentences = ["".join(words.get(f"sentence-{place}", ())) for place in range(len(_readings(talk)))]
    return form, {}, sentences
