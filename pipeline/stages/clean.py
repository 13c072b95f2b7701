"""Repair, mask and sort answers: what is coded, and what is set aside for which reason."""

import re
from collections.abc import Callable
from functools import partial
from itertools import accumulate, chain
from types import SimpleNamespace

import ftfy
import pandas as pd

from pipeline.accounting import NO_CONSENT
from pipeline.artefacts import content_id, empty_table
from pipeline.engines import Engine, parts_of
from pipeline.methods.language import languages_of
from pipeline.methods.nonanswers import is_silence, reading_of_nothing
from pipeline.methods.redact import Masked, Redactor
from pipeline.study import Clean
from pipeline.tokens import Tokens


EMPTY = "empty"
NON_ANSWER = "non-answer"
DUPLICATE = "the same person's answer again"
OTHER_LANGUAGE = "other language"


def clean(
    responses: pd.DataFrame, tokens: Tokens, *, settings: SimpleNamespace, engine: Engine = map
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return comments, one for each response, and the masks that lead back from tokens to names; known names keep theirs."""
    if responses.empty:
        return empty_table("comments"), empty_table("masks")
    plan: Clean = settings.clean
    comments = responses.drop(columns=["row", "received", "text"])
    texts = _in_parts(engine, _repaired, responses["text"].fillna("").tolist())
    comments["comment_id"] = _ids(responses, texts)
    comments["reading"] = [reading_of_nothing(text, frame) or "" for text, frame in zip(texts, responses["frame"], strict=True)]
    plain = [" ".join(text.casefold().split()) for text in texts]
    comments["set_aside"] = _reasons(comments, texts, plain)
    comments["language"] = _languages(comments, texts, plan, engine)
    comments["same_as"] = _same_as(comments, plain)
    masked = _mask(texts, comments["set_aside"].isna(), plan, tokens, engine)
    comments["text"] = [found.text for found in masked]
    comments["redactions"] = [len(found.redactions) for found in masked]
    comments["to_check"] = [len(found.flags) for found in masked]
    return comments, _masks(comments["comment_id"], masked)


def repair(text: str) -> str:
    """Return the answer with broken characters mended, line ends made plain and outer space removed."""
    mended = ftfy.fix_text(text, unescape_html="auto", uncurl_quotes=False, normalization="NFC")
    return re.sub(r"[^\S\n]+\n", "\n", mended.replace("\x00", "")).strip()


def _repaired(texts: list[str]) -> list[str]:
    return [repair(text) for text in texts]


def _in_parts(engine: Engine, work: Callable[[list[str]], list[str]], texts: list[str]) -> list[str]:
    return list(chain.from_iterable(engine(work, [texts[part] for part in parts_of(len(texts))])))


def _ids(responses: pd.DataFrame, texts: list[str]) -> list[str]:
    keys = pd.Series(
        [
            content_id(person, question, text)
            for person, question, text in zip(responses["response_id"], responses["question"], texts, strict=True)
        ]
    )
    repeats = keys.groupby(keys).cumcount()
    return [key if not repeat else content_id(key, str(repeat)) for key, repeat in zip(keys, repeats, strict=True)]


def _reasons(comments: pd.DataFrame, texts: list[str], plain: list[str]) -> list[str | None]:
    said = pd.DataFrame({"person": comments["response_id"], "question": comments["question"], "plain": plain})
    again = said.duplicated().tolist()
    return [
        _reason(consent, text, frame, again=repeated)
        for consent, text, frame, repeated in zip(comments["consent"], texts, comments["frame"], again, strict=True)
    ]


def _reason(consent: str, text: str, frame: str, *, again: bool) -> str | None:
    if not text:
        return EMPTY
    if consent == "none":
        return NO_CONSENT
    if is_silence(text) or reading_of_nothing(text, frame) == "":
        return NON_ANSWER
    return DUPLICATE if again else None


def _languages(comments: pd.DataFrame, texts: list[str], plan: Clean, engine: Engine) -> list[str]:
    """Find languages of what is kept, and set aside what is certainly in none of the study's."""
    kept = comments["set_aside"].isna().tolist()
    said = [text for text, keep in zip(texts, kept, strict=True) if keep]
    found = iter(_in_parts(engine, partial(languages_of, expected=plan.languages), said))
    languages = [next(found) if keep else "unknown" for keep in kept]
    foreign = [language not in (*plan.languages, "unknown") for language in languages]
    comments.loc[foreign, "set_aside"] = OTHER_LANGUAGE
    return languages


def _same_as(comments: pd.DataFrame, plain: list[str]) -> pd.Series:
    words = pd.Series(plain, index=comments.index).where(comments["set_aside"].isna())
    first = comments["comment_id"].groupby(words).transform("first")
    return first.where(first != comments["comment_id"])


def _mask(texts: list[str], kept: "pd.Series[bool]", plan: Clean, tokens: Tokens, engine: Engine) -> list[Masked]:
    """Mask what is kept; of what is set aside no words go further than the vault."""
    redactor = Redactor(known_names=plan.known_names)
    said = [text for text, keep in zip(texts, kept, strict=True) if keep]
    found = iter(redactor.mask_all(said, known=tokens.numbers, last=tokens.last, engine=engine))
    return [next(found) if keep else Masked("") for keep in kept]


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
