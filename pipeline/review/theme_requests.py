"""What people ask of themes, on the page or on the command line: kept as edits about texts, carried out by the next run."""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.decisions.store import open_store, read_review
from pipeline.errors import DataError
from pipeline.review.codebook_changes import CodeEdit, propose_code
from pipeline.review.run_tables import RunTables
from pipeline.review.session import ReviewSession
from pipeline.review.theme_edits import (
    ThemeEditRequest,
    aside_wish,
    map_wish,
    merge_wish,
    rename_wish,
    restore_wish,
    split_wish,
    theme_table,
)
from pipeline.study.study import Study, load_study


WAITS = "waits for the next run"


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
    """What somebody asked of themes, and what came of it in the last run ("waits for the next run" before that)."""

    edit_id: int
    action: str
    detail: str
    by: str
    made_at: str
    result: str
    text_ids: tuple[str, ...] = ()
    """Texts by which the themes are found again."""


def theme_cards(room: ReviewSession) -> tuple[ThemeCard, ...]:
    """Return the themes by number, those set aside last; none before the last run came so far."""
    material = room.material()
    placed = {row["theme_id"]: row for row in material.tables["theme_codes"].to_dict("records")}
    said = {theme_id: rows.to_dict("records") for theme_id, rows in material.tables["voices"].groupby("theme_id")}
    themes = material.tables["themes"].sort_values("number").to_dict("records")
    return tuple(_card(material, row, placed.get(row["theme_id"], {}), said.get(row["theme_id"], [])) for row in themes)


def theme_card(room: ReviewSession, number: int) -> ThemeCard:
    """Return one theme; DataError if there is none of that number."""
    cards = theme_cards(room)
    found = next((card for card in cards if card.number == number), None)
    if found is None:
        raise DataError(f"There is no theme {number}; they are numbered 1 to {len(cards)}.")
    return found


def theme_edits(room: ReviewSession) -> tuple[ThemeEdit, ...]:
    """Return the edits that stand, the last one first."""
    shaping = room.material().tables["shaping"]
    results = dict(zip(shaping["edit_id"], shaping["result"], strict=True))
    edits = room.read(lambda store: store.theme_edits())
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
        )
        for row in reversed(rows)
    )


def rename(room: ReviewSession, number: int, title: str, *, by: str) -> int:
    """Give a theme a title and return the number of the edit."""
    return _keep(room, rename_wish(room.study, number, title), by=by)


def merge(room: ReviewSession, numbers: Sequence[int], *, by: str) -> int:
    """Make one theme of several and return the number of the edit."""
    return _keep(room, merge_wish(room.study, numbers), by=by)


def split(room: ReviewSession, number: int, *, into: int, by: str) -> int:
    """Divide a theme by meaning and return the number of the edit."""
    return _keep(room, split_wish(room.study, number, into=into), by=by)


def set_aside(room: ReviewSession, number: int, *, by: str) -> int:
    """Set a theme aside and return the number of the edit."""
    return _keep(room, aside_wish(room.study, number), by=by)


def restore(room: ReviewSession, number: int, *, by: str) -> int:
    """Count a theme again that was set aside, and return the number of the edit."""
    return _keep(room, restore_wish(room.study, number), by=by)


def map_to_code(room: ReviewSession, number: int, code: str, *, by: str) -> int:
    """Say which code a theme stands for and return the number of the edit."""
    return _keep(room, map_wish(room.study, number, code), by=by)


def undo_theme_edit(room: ReviewSession, edit_id: int, *, by: str) -> None:
    """Take an edit of themes back; it stays on record."""
    room.write(lambda store: store.withdraw_theme_edit(edit_id, by))


def propose_code_from(room: ReviewSession, number: int, *, label: str, definition: str, why: str, by: str, key: str) -> CodeEdit:
    """Propose a new code made of a theme, with exemplars as examples where those who said them agreed to be quoted.

    The codebook may leave the study, so nobody else's words go into it.
    """
    tables = room.material().tables
    comments = tables["comments"].set_index("comment_id")
    quotable = set(comments.index[(comments["consent"] == "quote") & comments["set_aside"].isna()])
    by_whom = dict(zip(tables.excerpts, tables.segments["comment_id"], strict=True))
    texts = dict(zip(tables["texts"]["text_id"], tables["texts"]["text"], strict=True))
    card = theme_card(room, number)
    spoken = {tables.text_id(segment_id): segment_id for segment_id, _ in card.exemplars}
    free = [one for one in spoken if one and any(by_whom[said] in quotable for said in tables.of_text[one])]
    examples = "\n".join(" ".join(str(texts[one]).replace("|", "/").split()) for one in free)
    fields = {"label": label, "definition": definition, "examples": examples}
    return propose_code(room, fields, why=why, by=by, key=key)


def _keep(room: ReviewSession, wish: ThemeEditRequest, *, by: str) -> int:
    return room.write(lambda store: store.add_theme_edit(wish.action, wish.texts, wish.detail, by))


def _card(material: RunTables, row: Mapping[Hashable, Any], placed: Mapping[Hashable, Any], said: list[Any]) -> ThemeCard:
    code = row["agreed_code"] if isinstance(row["agreed_code"], str) else placed.get("code")
    code = code if isinstance(code, str) else ""
    exemplars = ((text_id, material.tables.of_text.get(text_id)) for text_id in row["exemplars"].split())
    return ThemeCard(
        number=int(row["number"]),
        theme_id=row["theme_id"],
        title=row["title"],
        named=bool(row["named"]),
        set_aside=bool(row["set_aside"]),
        keywords=tuple(filter(None, row["keywords"].split(", "))),
        exemplars=tuple((there[0], _words(material, there[0])) for _, there in exemplars if there),
        exemplar_texts=tuple(text_id for text_id in row["exemplars"].split() if text_id in material.tables.of_text),
        n_people=int(row["n_people"]),
        n_texts=int(row["n_texts"]),
        code=code,
        code_label=material.label(code) if code else "",
        code_by="people" if isinstance(row["agreed_code"], str) else "the model" if code else "nobody",
        proposed=str(placed.get("proposed", "")),
        said_by=tuple(_sharing(one) for one in said),
    )


def _words(material: RunTables, segment_id: str) -> str:
    return str(material.tables.segments["text"].iloc[material.tables.row_of[segment_id]])


def _sharing(row: Mapping[str, Any]) -> Sharing:
    hidden = bool(row["suppressed"])
    more = row["evidence"] in ("clear", "a sign") and not hidden
    n, base, share = (None if hidden or isnan(row[name]) else row[name] for name in ("n", "base", "share"))
    return Sharing(row["group"], row["level"], None if n is None else int(n), None if base is None else int(base), share, more)


def list_themes(folder: str | Path) -> str:
    """List the themes with their numbers, people and titles, the edits that stand, and those that were lost."""
    study = load_study(folder)
    themes, shaping = theme_table(study, "themes"), theme_table(study, "shaping").set_index("edit_id")
    lines = [_theme_line(row) for _, row in themes.sort_values("number").iterrows()]
    edits = read_review(study, "theme_edits")
    standing = edits[~edits["withdrawn"]]
    if len(standing):
        lines.append("Edits by people:")
    for _, row in standing.iterrows():
        result = shaping["result"].get(row["edit_id"], "waits for `themes run`")
        lines.append(f"  {row['edit_id']:3d}  {row['action']}{_quoted(row['detail'])}, by {row['by']}: {result}")
    return "\n".join(lines)


def rename_theme(folder: str | Path, number: int, title: str, *, by: str) -> int:
    """Give a theme a title and return the number of the edit; DataError if the title is empty or long."""
    study = load_study(folder)
    return _keep_request(study, rename_wish(study, number, title), by=by)


def merge_themes(folder: str | Path, numbers: Sequence[int], *, by: str) -> int:
    """Make one theme of several and return the number of the edit; DataError if fewer than two are named."""
    study = load_study(folder)
    return _keep_request(study, merge_wish(study, numbers), by=by)


def split_theme(folder: str | Path, number: int, *, into: int, by: str) -> int:
    """Divide a theme by meaning and return the number of the edit; DataError if its texts are too few or too alike."""
    study = load_study(folder)
    return _keep_request(study, split_wish(study, number, into=into), by=by)


def set_theme_aside(folder: str | Path, number: int, *, by: str) -> int:
    """Set a theme aside: still listed, no longer counted; returns the number of the edit."""
    study = load_study(folder)
    return _keep_request(study, aside_wish(study, number), by=by)


def restore_theme(folder: str | Path, number: int, *, by: str) -> int:
    """Count a theme again that was set aside, and return the number of the edit."""
    study = load_study(folder)
    return _keep_request(study, restore_wish(study, number), by=by)


def map_theme(folder: str | Path, number: int, code: str, *, by: str) -> int:
    """Say which code a theme stands for and return the number of the edit; CodebookError if there is no such code."""
    study = load_study(folder)
    return _keep_request(study, map_wish(study, number, code), by=by)


def undo_edit(folder: str | Path, edit_id: int, *, by: str) -> None:
    """Take an edit back; it stays on record. ReviewError if there is no edit of that number."""
    with open_store(load_study(folder)) as store:
        store.withdraw_theme_edit(edit_id, by)


def _keep_request(study: Study, wish: ThemeEditRequest, *, by: str) -> int:
    with open_store(study) as store:
        return store.add_theme_edit(wish.action, wish.texts, wish.detail, by)


def _theme_line(row: "pd.Series[Any]") -> str:
    marks = [word for word, there in (("set aside", row["set_aside"]), ("named by people", row["named"])) if there]
    return f"  {row['number']:3d}  {row['n_people']:6,} people  {row['title']}" + (f"  ({', '.join(marks)})" if marks else "")


def _quoted(detail: str) -> str:
    return f" “{detail}”" if detail else ""
