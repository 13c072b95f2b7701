"""Reading excerpts: one's own answer first, then the model's, with a place to stop and a way back at every step."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.decisions.decision import Decision
from pipeline.decisions.sign_ins import draft, drop_draft, save_draft
from pipeline.decisions.store import Store
from pipeline.errors import StorageError
from pipeline.review.answer_parts import answer_parts, pieces, skip_answer
from pipeline.review.coding import Coding, OtherWordsError, StaleError, decide, said_by, take_back
from pipeline.review.discussions import known_talks
from pipeline.review.excerpts import Excerpt, code_cards, read_excerpt
from pipeline.review.queue import ahead, let_go, next_excerpt
from pipeline.review.reading_shares import share_left
from pipeline.review.rereading import why_again
from pipeline.review.shown_codes import show_words
from pipeline.review.web import flash, reading_batch, saved_forms
from pipeline.review.web.content_warnings import topics
from pipeline.review.web.flash import Notice
from pipeline.review.web.forms import LONGEST_FIND, AnswerForm, BatchForm, fresh_key, problems
from pipeline.review.web.long_lists import part
from pipeline.review.web.numbers import number_in
from pipeline.review.web.shared_wording import answer_in_words, excerpt_number, minutes, words_of
from pipeline.review.web.web_context import Page, context, with_status
from pipeline.runtime.plurals import n_of


PAGES = Blueprint("excerpts", __name__)


@PAGES.route("/begin", methods=["GET", "POST"])
def begin() -> Page:
    """Choose how many excerpts to read now."""
    form = BatchForm()
    if form.validate_on_submit():
        reading_batch.begin(int(form.size.data), form.order.data)
        return redirect(url_for("excerpts.next_excerpt_page"), 303)
    errors = problems(form)
    page = render_template("begin.html.j2", form=form, errors=errors, ahead=ahead(context().review, context().me.name))
    return with_status(page, errors)


@PAGES.post("/begin/share")
def begin_share() -> Page:
    """Go on with what is left of one's share."""
    share = share_left(context().review, context().me.name)
    if share is None or not share.left:
        return redirect(url_for("excerpts.begin"), 303)
    reading_batch.begin(*share.next_part)
    return redirect(url_for("excerpts.next_excerpt_page"), 303)


@PAGES.get("/next")
def next_excerpt_page() -> Page:
    """Go to the next excerpt, or to the place to stop where the batch is done or nothing is left."""
    web, now = context(), reading_batch.current()
    if now is None:
        return redirect(url_for("excerpts.begin"), 303)
    if now.is_done:
        return redirect(url_for("excerpts.pause"), 303)
    segment_id = next_excerpt(web.review, web.me.name, now.order, now=web.now)
    if segment_id is None:
        return redirect(url_for("excerpts.pause", left="none"), 303)
    reading_batch.hand(segment_id)
    return redirect(url_for("excerpts.read", segment_id=segment_id), 303)


@PAGES.get("/pause")
def pause() -> Page:
    """A place to stop: what was done, how long it took, and how to go on."""
    web = context()
    let_go(web.review, web.me.name)
    done, spent = reading_batch.totals()
    nothing_left = request.args.get("left") == "none"
    waiting = ahead(web.review, web.me.name).waiting
    return render_template(
        "pause.html.j2",
        n_done=done,
        spent=minutes(spent),
        nothing_left=nothing_left,
        waiting=waiting,
        share=share_left(web.review, web.me.name),
        notice=flash.take(),
    )


@PAGES.get("/excerpt/<segment_id>")
def read(segment_id: str) -> Page:
    """Read an excerpt and say which codes fit."""
    excerpt = read_excerpt(context().review, segment_id, context().me.name)
    reading_batch.open_page(segment_id, context().clock())
    return _show(excerpt, _prefilled(excerpt), {})


@PAGES.post("/excerpt/<segment_id>")
def answer(segment_id: str) -> Page:
    """Keep what was said of an excerpt."""
    web, form = context(), AnswerForm()
    excerpt = read_excerpt(web.review, segment_id, web.me.name)
    match _asked(form):
        case "find" | "all" as which:
            _keep_words(excerpt, form)
            # What is looked for goes into an address, and no address may be longer than a browser can ask for.
            words = (form.find.data or "")[:LONGEST_FIND] if which == "find" else None
            return redirect(url_for("excerpts.read", segment_id=segment_id, find=words or None, _anchor="codes"), 303)
        case "stop":
            _keep_words(excerpt, form)
            reading_batch.put_away(context().clock())
            return redirect(url_for("excerpts.pause"), 303)
        case "worry":
            _keep_words(excerpt, form)
            return redirect(url_for("worry.about", segment_id=segment_id), 303)
        case "memo":
            _keep_words(excerpt, form)
            return redirect(url_for("memos.new", segment_id=segment_id), 303)
        case "skip-answer":
            return _skip_answer(excerpt, form)
        case which if which.startswith("part-"):
            _keep_words(excerpt, form)
            return redirect(url_for("excerpts.read", segment_id=_part_of(segment_id, which)), 303)
        case "skip":
            return _decide(excerpt, form, Coding("skip", seconds=_seconds(segment_id)))
    errors = problems(form) if not form.validate() else form.contradictions(context().codes)
    if errors:
        return _show(excerpt, form, errors), 422
    return _decide(excerpt, form, form.judgement(seconds=_seconds(segment_id)))


def _part_of(segment_id: str, pressed: str) -> str:
    """Return the part of the same answer that was pressed; this one where it has none of that number any more."""
    parts = answer_parts(context().review, segment_id, context().me.name)
    place = number_in(pressed.removeprefix("part-"))
    return next((part.segment_id for part in parts if part.place == place), segment_id)


def _skip_answer(excerpt: Excerpt, form: AnswerForm) -> Response:
    """Skip what is left of an answer, no questions asked; what was chosen and typed at any part of it waits for its writer."""
    web = context()
    _keep_words(excerpt, form)
    key = form.key.data or fresh_key()
    skipped = skip_answer(web.review, excerpt.segment_id, web.me.name, seconds_on=_seconds, key=key)
    for each in skipped:
        reading_batch.count(each, round(_seconds(each)))
    waits = " What you chose and typed is kept, for you alone." if _holds_words(form.words()) else ""
    flash.give(Notice(f"Skipped: {n_of(len(skipped), 'part')} of this answer. Each can be undone under “What I said”.{waits}"))
    return redirect(url_for("excerpts.next_excerpt_page"), 303)


def _holds_words(words: Mapping[str, Sequence[str]]) -> bool:
    return any(any(values) for values in words.values())


def _asked(form: AnswerForm) -> str:
    """Return what is asked for: where Enter was pressed, the codes that were looked for if they are others, or else to save."""
    pressed = request.form.get("do", "")
    if pressed != "enter":
        return pressed
    return "find" if (form.find.data or "").strip() != request.form.get("sought", "") else "save"


@PAGES.post("/excerpt/<segment_id>/draft")
def keep_draft(segment_id: str) -> tuple[str, int]:
    """Keep what is being typed, for the script that sends it now and then."""
    review, me, now, form = context().review, context().me.name, context().now, AnswerForm()
    place, words, key = _place(read_excerpt(review, segment_id, me).segment_id), form.words(), form.key.data

    def keep(store: Store) -> None:
        # A draft can come after the answer that it was a draft of, and would stand in the way of what is said later.
        if not store.made_with(key):
            save_draft(store, me, place, words, now=now)

    review.write(keep)
    return "", 204


@PAGES.get("/excerpt/<segment_id>/suggestion")
def model(segment_id: str) -> Page:
    """See what the model suggests, after one's own answer."""
    excerpt = read_excerpt(context().review, segment_id, context().me.name)
    if excerpt.own is None or excerpt.hint is None or not excerpt.hint.suggested:
        return redirect(url_for("excerpts.read", segment_id=segment_id), 303)
    reading_batch.open_page(segment_id, context().clock())
    # The model's reason may be words of another excerpt, beside the code that people gave it.
    reasons = [likely.because for likely in excerpt.hint.suggested]
    show_words(context().review, context().me.name, reasons, place="suggestion")
    return render_template("suggestion.html.j2", excerpt=excerpt, key=fresh_key(), notice=flash.take())


@PAGES.post("/excerpt/<segment_id>/suggestion")
def after_model(segment_id: str) -> Page:
    """Keep one's answer, or take what the model suggests instead of it or beside it."""
    web = context()
    excerpt = read_excerpt(web.review, segment_id, web.me.name)
    likely = tuple(code.code for code in excerpt.hint.suggested) if excerpt.hint else ()
    own = excerpt.own.codes if excerpt.own else ()
    codes = {"take": likely, "both": tuple(dict.fromkeys([*own, *likely]))}.get(request.form.get("do", ""), ())
    if excerpt.own is None:
        return redirect(url_for("excerpts.read", segment_id=segment_id), 303)
    if not codes:
        flash.give(Notice(f"Kept: {answer_in_words(excerpt.own)}.", undo=_undo_of(excerpt.own)))
        return redirect(url_for("excerpts.next_excerpt_page"), 303)
    coding = Coding("codes", codes, note=excerpt.own.note, new_code=excerpt.own.new_code, seconds=_seconds(segment_id))
    return _decide(excerpt, AnswerForm(), coding, after_model=True)


@PAGES.get("/mine")
def mine() -> Page:
    """Look at what one has said, to change or undo it."""
    web = context()
    run = web.review.last_run()
    answers = part("from", lambda n, start: said_by(web.review, web.me.name, n=n, start=start))
    decisions = [(made, words_of(run, made.segment_id)) for made in answers.rows]
    return render_template(
        "mine.html.j2", said_by_me=decisions, answers=answers, talks=known_talks(web.review), notice=flash.take()
    )


@PAGES.post("/undo/<int:decision_id>")
def undo(decision_id: int) -> Response:
    """Take one's own decision back; its words are there again, to be changed or sent."""
    web = context()
    taken = web.review.read(lambda store: store.decision(decision_id))
    take_back(web.review, decision_id, web.me.name)
    words = {"codes": list(taken.codes), "note": [taken.note], "new_code": [taken.new_code]}
    words |= {"none": ["y"]} if taken.outcome == "none" else {}
    words |= {"not_sure": ["y"]} if taken.outcome == "not sure" else {}
    # The answer is taken back by now, whether the disk keeps its words for later or not. A skip has none: what was typed waits.
    if taken.outcome != "skip":
        with suppress(StorageError):
            _save_draft(taken.segment_id, words)
    reading_batch.uncount(taken.segment_id)
    flash.give(Notice("Undone. Your answer is not counted any more. You can change it here, or go on without it."))
    return redirect(url_for("excerpts.read", segment_id=taken.segment_id), 303)


def _show(excerpt: Excerpt, form: AnswerForm, errors: dict[str, str]) -> str:
    find = request.args.get("find", "").strip()
    matching = {card.code for card in code_cards(context().review, find)} if find else None
    families = context().families
    form.stamp(version=excerpt.version, person=context().me.name)
    form.shown.data = form.shown.data or excerpt.shown
    return render_template(
        "excerpt.html.j2",
        excerpt=excerpt,
        form=form,
        errors=errors,
        families=families,
        first=next((f"code-{card.code}" for cards in families.values() for card in cards), "none"),
        number=excerpt_number(excerpt.segment_id),
        again=why_again(context().review, excerpt.segment_id, context().me.name),
        parts=answer_parts(context().review, excerpt.segment_id, context().me.name),
        pieces=pieces(context().review, excerpt.segment_id),
        matching=matching,
        find=find,
        cautions=topics(excerpt.before + excerpt.words + excerpt.after),
        notice=flash.take(),
        progress=reading_batch.current(),
    )


def _prefilled(excerpt: Excerpt) -> AnswerForm:
    """Return the form with the words that wait for it: of a session that ended, of a draft, or of the answer that stands."""
    web, place = context(), _place(excerpt.segment_id)
    words = saved_forms.take(request.path, web.me.name) or web.review.read(lambda store: draft(store, web.me.name, place))
    form = AnswerForm(formdata=None)
    if words:
        form.fill(words)
    elif excerpt.own:
        form.fill_from(excerpt.own)
    return form


def _keep_words(excerpt: Excerpt, form: AnswerForm) -> None:
    _save_draft(excerpt.segment_id, form.words())


def _save_draft(segment_id: str, words: dict[str, list[str]]) -> None:
    # The writer works in a thread of its own, where nobody is signed in: the name goes with the job.
    review, me, now = context().review, context().me.name, context().now
    review.write(lambda store: save_draft(store, me, _place(segment_id), words, now=now))


def _drop_draft(segment_id: str) -> None:
    review, me = context().review, context().me.name
    # The answer is saved by now. A draft that the disk does not let go says the same, and must not call that in question.
    with suppress(StorageError):
        review.write(lambda store: drop_draft(store, me, _place(segment_id)))


def _decide(excerpt: Excerpt, form: AnswerForm, coding: Coding, *, after_model: bool = False) -> Page:
    """Keep a judgement and go on; where something else was said meanwhile, show both."""
    web, order = context(), reading_batch.drawn(excerpt.segment_id)
    try:
        made = decide(
            web.review,
            excerpt.segment_id,
            web.me.name,
            coding,
            version=form.version,
            shown=form.shown.data or "",
            key=form.key.data or fresh_key(),
            drawn=order,
        )
    except OtherWordsError as changed:
        return _asked_anew(excerpt.segment_id, coding if after_model else form, str(changed))
    except StaleError as stale:
        return _both_versions(excerpt, coding, stale.stands if isinstance(stale.stands, Decision) else excerpt.own)
    if (made.outcome, made.codes, made.note, made.new_code) != (coding.outcome, coding.codes, coding.note, coding.new_code):
        # The same form was sent before with other words: by the back button, say.
        return _both_versions(excerpt, coding, made)
    waits = coding.outcome == "skip" and _holds_words(form.words())
    if waits:
        _keep_words(excerpt, form)
    else:
        _drop_draft(excerpt.segment_id)
    reading_batch.count(excerpt.segment_id, round(coding.seconds or 0))
    return _go_on(made, after_model=after_model, waits=waits)


def _go_on(made: Decision, *, after_model: bool, waits: bool) -> Response:
    web = context()
    hint = None if after_model or made.outcome == "skip" else read_excerpt(web.review, made.segment_id, web.me.name).hint
    likely = {code.code for code in hint.suggested} if hint else set()
    also = " The model suggests the same." if likely and likely == set(made.codes) else ""
    also += " What you chose and typed is kept, for you alone." if waits else ""
    flash.give(Notice(f"Saved: {answer_in_words(made)}.{also}", undo=_undo_of(made)))
    if likely and likely != set(made.codes):
        return redirect(url_for("excerpts.model", segment_id=made.segment_id), 303)
    return redirect(url_for("excerpts.next_excerpt_page"), 303)


def _undo_of(made: Decision) -> str:
    return url_for("excerpts.undo", decision_id=made.decision_id)


def _both_versions(excerpt: Excerpt, coding: Coding, stands: Decision | None) -> tuple[str, int]:
    form = AnswerForm(formdata=None)
    form.fill_from(coding)
    form.stamp(version=stands.decision_id if stands else 0, person=context().me.name)
    form.shown.data = excerpt.shown
    return render_template("stale.html.j2", excerpt=excerpt, said=coding, stands=stands, form=form), 409


def _asked_anew(segment_id: str, sent: AnswerForm | Coding, sentence: str) -> tuple[str, int]:
    """Show the words as they are now, with what was entered for the words before."""
    excerpt, form = read_excerpt(context().review, segment_id, context().me.name), AnswerForm(formdata=None)
    if isinstance(sent, Coding):
        form.fill_from(sent)
    else:
        form.fill(sent.words())
    reading_batch.open_page(segment_id, context().clock())
    return _show(excerpt, form, {"codes": sentence}), 409


def _seconds(segment_id: str) -> float:
    return reading_batch.seconds_on(segment_id, context().clock())


def _place(segment_id: str) -> str:
    return f"excerpt/{segment_id}"
