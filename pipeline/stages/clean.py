"""Repair, mask and sort answers: what is coded, and what is set aside for which reason."""

from functools import partial
from itertools import accumulate, chain
from types import SimpleNamespace

import pandas as pd

from pipeline.accounting import DUPLICATE, EMPTY, NO_CONSENT, NON_ANSWER, OTHER_LANGUAGE
from pipeline.artefacts import content_id, empty_table
from pipeline.engines import Engine, parts_of
from pipeline.methods.answers import UNKNOWN, Answer, read_answers, repair
from pipeline.methods.nonanswers import is_silence, reading_of_nothing
from pipeline.methods.redact import Masked, Redactor, Span, mask_together
from pipeline.methods.redact.lexicon import fold
from pipeline.study import Clean
from pipeline.tokens import Tokens


Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def clean(
    responses: pd.DataFrame,
    tokens: Tokens,
    *,
    settings: SimpleNamespace,
    engine: Engine = map,
    earlier: pd.DataFrame | None = None,
) -> Tables:
    """Return comments, one for each response, the masks that lead back from tokens to names, and what each answer held.

    Known names keep their numbers. Answers that stand in `earlier`, what was read before, are not read again.
    """
    if responses.empty:
        return empty_table("comments"), empty_table("masks"), empty_table("answers")
    plan: Clean = settings.clean
    answers = _read(responses, plan, engine, earlier)
    said = _said(responses["text"].fillna("").tolist(), answers)
    comments = responses.drop(columns=["row", "received", "text"])
    comments["comment_id"] = _ids(responses, said)
    comments["reading"] = [reading_of_nothing(one.text, frame) or "" for one, frame in zip(said, responses["frame"], strict=True)]
    plain = [" ".join(one.text.casefold().split()) for one in said]
    comments["set_aside"] = _reasons(comments, said, plain)
    comments["language"] = _languages(comments, said, plan)
    comments["same_as"] = _same_as(comments, plain)
    masked = _mask(said, comments["set_aside"].isna(), tokens)
    comments["text"] = [found.text for found in masked]
    comments["redactions"] = [len(found.redactions) for found in masked]
    comments["to_check"] = [len(found.flags) for found in masked]
    return comments, _masks(comments["comment_id"], masked), answers


def _read(responses: pd.DataFrame, plan: Clean, engine: Engine, earlier: pd.DataFrame | None) -> pd.DataFrame:
    """Return what each different answer holds, in the order of their ids; only new ones are read."""
    given = responses.loc[responses["consent"] != "none", "text"].dropna().unique()
    texts = {content_id(text): text for text in given if text.strip()}
    known = empty_table("answers") if earlier is None else earlier[earlier["answer_id"].isin(list(texts))]
    new = sorted(texts.keys() - set(known["answer_id"]))
    unread = [texts[one] for one in new]
    work = partial(read_answers, redactor=Redactor(known_names=plan.known_names), languages=plan.languages)
    read = chain.from_iterable(engine(work, [unread[part] for part in parts_of(len(unread))]))
    rows = [(one, *_as_row(text, answer)) for one, text, answer in zip(new, unread, read, strict=True)]
    fresh = pd.DataFrame(rows, columns=["answer_id", "mended", "language", "found", "names"])
    return pd.concat([known, fresh]).sort_values("answer_id", ignore_index=True) if rows else known.reset_index(drop=True)


def _as_row(text: str, answer: Answer) -> tuple[str | None, str, str, str]:
    found = [f"{span.start} {span.end} {span.label}{'?' if span.flagged_only else ''}" for span in answer.found]
    names = [f"{start} {end}" for start, end in answer.names]
    return None if answer.text == text else answer.text, answer.language, "; ".join(found), "; ".join(names)


def _said(texts: list[str], answers: pd.DataFrame) -> list[Answer]:
    """Return each answer as it was read; of people who allow no analysis, and of blank ones, only mended."""
    columns = (answers[name] for name in ("answer_id", "mended", "language", "found", "names"))
    rows = {one: rest for one, *rest in zip(*columns, strict=True)}
    read = {text: _from_row(text, *rows[one]) for text in set(texts) if (one := content_id(text)) in rows}
    return [read[text] if text in read else Answer(repair(text)) for text in texts]


def _from_row(text: str, mended: str | None, language: str, found: str, names: str) -> Answer:
    spans = (part.split(" ", 2) for part in found.split("; ") if part)
    places = (part.split(" ") for part in names.split("; ") if part)
    return Answer(
        text if mended is None or pd.isna(mended) else mended,
        language,
        tuple(Span(int(start), int(end), label.rstrip("?"), label.endswith("?")) for start, end, label in spans),
        tuple((int(start), int(end)) for start, end in places),
    )


def _ids(responses: pd.DataFrame, said: list[Answer]) -> list[str]:
    keys = pd.Series(
        [
            content_id(person, question, one.text)
            for person, question, one in zip(responses["response_id"], responses["question"], said, strict=True)
        ]
    )
    repeats = keys.groupby(keys).cumcount()
    return [key if not repeat else content_id(key, str(repeat)) for key, repeat in zip(keys, repeats, strict=True)]


def _reasons(comments: pd.DataFrame, said: list[Answer], plain: list[str]) -> list[str | None]:
    given = pd.DataFrame({"person": comments["response_id"], "question": comments["question"], "plain": plain})
    again = given.duplicated().tolist()
    return [
        _reason(consent, one.text, frame, again=repeated)
        for consent, one, frame, repeated in zip(comments["consent"], said, comments["frame"], again, strict=True)
    ]


def _reason(consent: str, text: str, frame: str, *, again: bool) -> str | None:
    if not text:
        return EMPTY
    if consent == "none":
        return NO_CONSENT
    if is_silence(text) or reading_of_nothing(text, frame) == "":
        return NON_ANSWER
    return DUPLICATE if again else None


def _languages(comments: pd.DataFrame, said: list[Answer], plan: Clean) -> list[str]:
    """Return languages of what is kept, and set aside what is certainly in none of the study's."""
    kept = comments["set_aside"].isna().tolist()
    foreign = [keep and one.is_foreign(plan.languages) for one, keep in zip(said, kept, strict=True)]
    comments.loc[foreign, "set_aside"] = OTHER_LANGUAGE
    return [one.language if keep else UNKNOWN for one, keep in zip(said, kept, strict=True)]


def _same_as(comments: pd.DataFrame, plain: list[str]) -> pd.Series:
    words = pd.Series(plain, index=comments.index).where(comments["set_aside"].isna())
    first = comments["comment_id"].groupby(words).transform("first")
    return first.where(first != comments["comment_id"])


def _mask(said: list[Answer], kept: "pd.Series[bool]", tokens: Tokens) -> list[Masked]:
    """Mask what is kept; of what is set aside no words go further than the vault."""
    ours = [one for one, keep in zip(said, kept, strict=True) if keep]
    names = {fold(one.text[start:end]) for one in ours for start, end in one.names}
    texts, found = [one.text for one in ours], [one.found for one in ours]
    masked = iter(mask_together(texts, found, names, known=tokens.numbers, last=tokens.last))
    return [next(masked) if keep else Masked("") for keep in kept]


def _masks(ids: pd.Series, masked: list[Masked]) -> pd.DataFrame:
    rows = [
        (comment_id, redaction.start + shift, redaction.start + shift + len(redaction.token), redaction)
        for comment_id, found in zip(ids, masked, strict=True)
        for redaction, shift in zip(found.redactions, _shifts(found), strict=False)
    ]
    if not rows:
        return empty_table("masks")
    return pd.DataFrame(
        [(comment_id, start, end, found.label, found.token, found.original) for comment_id, start, end, found in rows],
        columns=["comment_id", "start", "end", "label", "token", "original"],
    )


def _shifts(found: Masked) -> list[int]:
    grown = [len(redaction.token) - len(redaction.original) for redaction in found.redactions]
    return list(accumulate(grown, initial=0))
