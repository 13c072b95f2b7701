"""What people ask of themes, on the page or on the command line: kept as edits about texts, carried out by the next run."""

import json
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from pipeline.decisions.store import open_store, read_review
from pipeline.errors import DataError
from pipeline.review.codebook_changes import CodeEdit, propose_code
from pipeline.review.run_tables import RunTables
from pipeline.review.session import ReviewSession
from pipeline.review.theme_edits import ThemeEditRequest, theme_table
from pipeline.runtime.plain_text import one_line
from pipeline.runtime.plurals import agreeing
from pipeline.study.study import Study, load_study


WAITS = "waits to be carried out"


@dataclass(frozen=True)
class Sharing:
    """How many people of a group spoke of a theme; None where too few to show."""

    group: str
    level: str
    n: int | None
    base: int | None
    share: float | None
    more_than_others: bool


@dataclass(frozen=True)
class ThemeCard:
    """A theme as people read it."""

    number: int
    theme_id: str
    title: str
    named: bool
    set_aside: bool
    keywords: tuple[str, ...]
    exemplars: tuple[tuple[str, str], ...]
    """segment_id and words of the texts nearest to its middle."""
    exemplar_texts: tuple[str, ...]
    """The ids of these texts."""
    n_people: int
    n_texts: int
    code: str
    code_label: str
    code_by: str
    """Who says the theme stands for the code: the model, people, or nobody."""
    proposed: str
    said_by: tuple[Sharing, ...]


@dataclass(frozen=True)
class ThemeEdit:
    """What somebody asked of themes, and what came of it in the last run ("waits to be carried out" before that)."""

    edit_id: int
    action: str
    detail: str
    by: str
    made_at: str
    result: str
    text_ids: tuple[str, ...] = ()
    """Texts by which the themes are found again."""
    numbers: tuple[int, ...] = ()
    """The themes of the last run that hold most of these texts."""


def theme_cards(review: ReviewSession) -> tuple[ThemeCard, ...]:
    """Return the themes by number, those set aside last; none before the last run came so far."""
    run = review.last_run()
    placed = {row["theme_id"]: row for row in run.tables["theme_codes"].to_dict("records")}
    voices = {theme_id: rows.to_dict("records") for theme_id, rows in run.tables["voices"].groupby("theme_id")}
    themes = run.tables["themes"].sort_values("number").to_dict("records")
    return tuple(_card(run, row, placed.get(row["theme_id"], {}), voices.get(row["theme_id"], [])) for row in themes)


def theme_card(review: ReviewSession, number: int) -> ThemeCard:
    """Return one theme; DataError if there is none of that number."""
    cards = theme_cards(review)
    card = next((card for card in cards if card.number == number), None)
    if card is None:
        raise DataError(f"There is no theme {number}; they are numbered 1 to {len(cards)}.")
    return card


def theme_edits(review: ReviewSession) -> tuple[ThemeEdit, ...]:
    """Return the edits that stand, the last one first."""
    shaping = review.last_run().tables["shaping"]
    results = dict(zip(shaping["edit_id"], shaping["result"], strict=True))
    edits, number_of = review.read(lambda store: store.theme_edits()), _numbers_of_texts(review.last_run())
    rows = edits[~edits["withdrawn"].astype(bool)].to_dict("records")
    return tuple(
        ThemeEdit(
            edit_id=row["edit_id"],
            action=row["action"],
            detail=row["detail"],
            by=row["by"],
            made_at=row["made_at"],
            result=results.get(row["edit_id"], WAITS),
            text_ids=tuple(text_id for texts in json.loads(row["texts"]) for text_id in texts),
            numbers=tuple(dict.fromkeys(filter(None, (_holding(number_of, texts) for texts in json.loads(row["texts"]))))),
        )
        for row in reversed(rows)
    )


def _numbers_of_texts(run: RunTables) -> dict[str, int]:
    """Return the number of the theme that each text is in."""
    number = dict(zip(run.tables["themes"]["theme_id"], run.tables["themes"]["number"], strict=True))
    members = run.tables["members"]
    pairs = zip(members["text_id"], members["theme_id"], strict=True)
    return {str(text_id): int(number[theme_id]) for text_id, theme_id in pairs if theme_id in number}


def _holding(number_of: Mapping[str, int], texts: Sequence[str]) -> int:
    """Return the number of the theme that holds most of these texts; 0 where none holds any."""
    held = Counter(number_of[text_id] for text_id in texts if text_id in number_of)
    # Of two that hold as many it is the first, whatever the order of the texts.
    return min(held, key=lambda number: (-held[number], number), default=0)


def ask_of_themes(review: ReviewSession, wish: ThemeEditRequest, *, by: str) -> int:
    """Keep what somebody asks of a theme, as `theme_edits` puts it, and return the number of the edit."""
    return review.write(lambda store: store.add_theme_edit(wish.action, wish.texts, wish.detail, by))


def undo_theme_edit(review: ReviewSession, edit_id: int, *, by: str) -> None:
    """Take an edit of themes back; it stays on record."""
    review.write(lambda store: store.withdraw_theme_edit(edit_id, by))


def propose_code_from(
    review: ReviewSession, number: int, *, label: str, definition: str, why: str, by: str, key: str
) -> CodeEdit:
    """Propose a new code made of a theme, with exemplars as examples where those who said them agreed to be quoted.

    The codebook may leave the study, so nobody else's words go into it.
    """
    tables = review.last_run().tables
    comments = tables["comments"].set_index("comment_id")
    quotable = set(comments.index[(comments["consent"] == "quote") & comments["set_aside"].isna()])
    by_whom = dict(zip(tables.excerpts, tables.segments["comment_id"], strict=True))
    texts = dict(zip(tables["texts"]["text_id"], tables["texts"]["text"], strict=True))
    card = theme_card(review, number)
    # Several excerpts may hold the same words; each example is given once, in the order of nearness.
    spoken = dict.fromkeys(tables.text_id(segment_id) for segment_id, _ in card.exemplars)
    # One person who agreed is enough: the words are theirs as much as anybody else's.
    free = [text_id for text_id in spoken if text_id and any(by_whom[each] in quotable for each in tables.of_text[text_id])]
    # In the codebook's file a bar parts one example from the next.
    examples = "\n".join(one_line(str(texts[text_id]).replace("|", "/")) for text_id in free)
    fields = {"label": label, "definition": definition, "examples": examples}
    return propose_code(review, fields, why=why, by=by, key=key)


def _card(run: RunTables, row: Mapping[Hashable, Any], placed: Mapping[Hashable, Any], voices: list[Any]) -> ThemeCard:
    tables = run.tables
    by_people = isinstance(row["agreed_code"], str)
    # What people agreed on goes before what the program matched.
    code = row["agreed_code"] if by_people else placed.get("code")
    code = code if isinstance(code, str) else ""
    # A person who was erased since the run may have been the only one to say them.
    exemplars = [text_id for text_id in row["exemplars"].split() if text_id in tables.of_text]
    excerpts = [tables.of_text[text_id][0] for text_id in exemplars]
    return ThemeCard(
        number=int(row["number"]),
        theme_id=row["theme_id"],
        title=row["title"],
        named=bool(row["named"]),
        set_aside=bool(row["set_aside"]),
        keywords=tuple(filter(None, row["keywords"].split(", "))),
        exemplars=tuple((segment_id, tables.words(segment_id)) for segment_id in excerpts),
        exemplar_texts=tuple(exemplars),
        n_people=int(row["n_people"]),
        n_texts=int(row["n_texts"]),
        code=code,
        code_label=run.label(code) if code else "",
        code_by="people" if by_people else "the model" if code else "nobody",
        proposed=str(placed.get("proposed", "")),
        said_by=tuple(map(_sharing, voices)),
    )


def _sharing(row: Mapping[str, Any]) -> Sharing:
    hidden = bool(row["suppressed"])
    # Where the figures are hidden, that they are higher must be hidden, too.
    more = row["evidence"] in ("clear", "a sign") and not hidden
    n, base, share = (None if hidden or isnan(row[name]) else row[name] for name in ("n", "base", "share"))
    return Sharing(row["group"], row["level"], None if n is None else int(n), None if base is None else int(base), share, more)


def list_themes(folder: str | Path) -> str:
    """List the themes with their numbers, people and titles, the edits that stand, and those that were lost."""
    study = load_study(folder)
    themes, shaping = theme_table(study, "themes"), theme_table(study, "shaping").set_index("edit_id")
    lines = []
    for row in themes.sort_values("number").to_dict("records"):
        marks = [mark for mark, is_so in (("set aside", row["set_aside"]), ("named by people", row["named"])) if is_so]
        line = f"  {row['number']:3d}  {row['n_people']:6,} {agreeing(row['n_people'], 'person', 'people')}  {row['title']}"
        lines.append(line + (f"  ({', '.join(marks)})" if marks else ""))
    edits = read_review(study, "theme_edits")
    standing = edits[~edits["withdrawn"]]
    if len(standing):
        lines.append("Edits by people:")
    for row in standing.to_dict("records"):
        result = shaping["result"].get(row["edit_id"], "waits for `themes run`")
        detail = f" “{row['detail']}”" if row["detail"] else ""
        lines.append(f"  {row['edit_id']:3d}  {row['action']}{detail}, by {row['by']}: {result}")
    return "\n".join(lines)


def ask_in_study(folder: str | Path, wish: Callable[[Study], ThemeEditRequest], *, by: str) -> int:
    """Keep what somebody asks of a study's themes, with no page open, and return the number of the edit."""
    study = load_study(folder)
    request = wish(study)
    with open_store(study) as store:
        return store.add_theme_edit(request.action, request.texts, request.detail, by)


def undo_edits(folder: str | Path, edit_ids: Sequence[int], *, by: str) -> None:
    """Take edits back, all or none; they stay on record. ReviewError if there is no edit of one of the numbers."""
    with open_store(load_study(folder)) as store, store.together():
        for edit_id in edit_ids:
            store.withdraw_theme_edit(edit_id, by)
