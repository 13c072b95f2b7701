"""Memos: what people think while they work on the study, a code or an excerpt; kept in versions, none of which is lost."""

from dataclasses import dataclass
from typing import Any

from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.session import ReviewSession
from pipeline.review.shown_codes import unseen_texts


@dataclass(frozen=True)
class Version:
    """A memo as its author wrote it at one time."""

    memo_id: int
    kind: str
    note: str
    made_at: str


@dataclass(frozen=True)
class Memo:
    """A memo with all its versions, the oldest first; `code` and `segment_id` are empty where it is not about one."""

    number: int
    place: str
    code: str
    segment_id: str
    text_id: str
    by: str
    versions: tuple[Version, ...]

    @property
    def now(self) -> Version:
        """The version that stands."""
        return self.versions[-1]


def write_memo(review: ReviewSession, *, kind: str, note: str, by: str, key: str, code: str = "", segment_id: str = "") -> int:
    """Keep a memo on a code, an excerpt or, without either, the study, and return its number; a form sent twice is one memo."""
    text_id = review.last_run().tables.text_id(segment_id) if segment_id else ""
    if text_id is None:
        raise ReviewError("This excerpt is no longer in the study, so nothing was kept. Write your memo on the study.")
    if code and code not in review.last_run().codebook.plain_names:
        raise ReviewError("This code is no longer in the codebook, so nothing was kept. Write your memo on the study.")
    place = "excerpt" if segment_id else "code" if code else "study"
    row = {
        "kind": kind,
        "place": place,
        "code": code,
        "segment_id": segment_id,
        "text_id": text_id,
        "note": note.strip(),
        "by": by,
    }
    return review.write(lambda store: _keep(store, row, key, first_id=None))


def rewrite_memo(review: ReviewSession, number: int, *, kind: str, note: str, by: str, version: int, key: str) -> None:
    """Add a version to one's own memo; StaleError if another was added since the page was made that showed `version`."""

    def keep(store: Store) -> None:
        memo = _all(store).get(number)
        if memo is None or memo.by != by:
            raise ReviewError("Only who wrote a memo can change it. Nothing was kept.")
        if (memo.now.kind, memo.now.note) == (kind, note.strip()):
            # The same form was sent twice, or nothing was changed.
            return
        if memo.now.memo_id != version:
            raise StaleError(
                "You changed this memo in another window. Nothing was overwritten.", yours=note, stands=memo.now.note
            )
        about = {"place": memo.place, "code": memo.code, "segment_id": memo.segment_id, "text_id": memo.text_id}
        _keep(store, {**about, "kind": kind, "note": note.strip(), "by": by}, key, first_id=number)

    review.write(keep)


def readable_memos(review: ReviewSession, reviewer: str) -> tuple[Memo, ...]:
    """Return the memos that this person may read, the last first: of others' on excerpts only those they have read themselves."""
    memos = [memo for memo in review.read(_all).values() if memo.text_id or memo.place != "excerpt"]
    others = {memo.text_id for memo in memos if memo.place == "excerpt" and memo.by != reviewer}
    unseen = set(unseen_texts(review, reviewer, sorted(others)))
    return tuple(memo for memo in reversed(memos) if memo.by == reviewer or memo.text_id not in unseen)


def memos_with(memos: tuple[Memo, ...], words: str) -> tuple[Memo, ...]:
    """Return the memos in whose text, kind, place, code or author all these words stand."""
    wanted = words.casefold().split()

    def holds(memo: Memo) -> bool:
        text = " ".join((memo.now.note, memo.now.kind, memo.place, memo.code, memo.by)).casefold()
        return all(word in text for word in wanted)

    return tuple(memo for memo in memos if holds(memo))


def _keep(store: Store, row: dict[str, Any], key: str, *, first_id: int | None) -> int:
    number = store.made_with(key, "memos")
    if number and any(store.row("memos", number)[name] != value for name, value in row.items()):
        # The form of the first was sent with other words, by the back button, say: these are to be kept, too.
        return store.append("memos", **row, first_id=first_id, idempotency_key=None)
    return number or store.append("memos", **row, first_id=first_id, idempotency_key=key or None)


def _all(store: Store) -> dict[int, Memo]:
    versions: dict[int, list[Any]] = {}
    for row in store.rows("memos"):
        versions.setdefault(row["first_id"] or row["memo_id"], []).append(row)
    return {number: _memo(number, rows) for number, rows in versions.items()}


def _memo(number: int, rows: list[Any]) -> Memo:
    first = rows[0]
    kept = tuple(Version(row["memo_id"], row["kind"], row["note"], row["made_at"]) for row in rows)
    return Memo(number, first["place"], first["code"], first["segment_id"], first["text_id"], first["by"], kept)
