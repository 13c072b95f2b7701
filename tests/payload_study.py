"""A study in which every word tries to do something, two hundred of them in each kind of field."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from payloads import payloads
from small_study import CODES, build_study, build_tables, save

from pipeline.codebook.codebook import Codebook, write_codebook
from pipeline.decisions.store import Store
from pipeline.review.codebook_changes import propose_change, vote
from pipeline.review.discussions import ReaderCoding, leave_contested
from pipeline.review.session import ReviewSession
from pipeline.review.theme_edits import rename_wish
from pipeline.review.theme_requests import ask_of_themes
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES, Vectors, write_table


WORDS = payloads()


def build_payload_study(folder: Path) -> Study:
    """Return a small study whose answers, captions, reasons, themes, codes, name and wording are such words."""
    study = build_study(folder)
    _write_tables(study)
    _write_codes(folder)
    toml = (folder / "study.toml").read_text(encoding="utf-8")
    asked = ("What helps & what hinders <pilot>", "What gets in the way?", "What helps?")
    for old, new in zip(asked, WORDS, strict=False):
        toml = toml.replace(json.dumps(old), json.dumps(new))
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return load_study(folder)


def _write_tables(study: Study) -> None:
    tables = build_tables(study)
    comments, segments = tables["comments"], tables["segments"]
    for row, text in zip(segments.sort_values("segment_id").index, WORDS, strict=False):
        segments.loc[row, ["start", "end", "text", "text_id"]] = [0, len(text), text, f"{row:016x}"]
        comments.loc[comments["comment_id"] == segments.loc[row, "comment_id"], "text"] = text
    suggestions, themes, quotes = tables["suggestions"], tables["themes"], tables["quotes"]
    suggestions["because"] = [WORDS[row % len(WORDS)] for row in range(len(suggestions))]
    share = len(WORDS) // len(themes) + 1
    for row in range(len(themes)):
        themes.loc[row, "title"] = " ".join(WORDS[row * share : (row + 1) * share])
        themes.loc[row, "keywords"] = ", ".join(WORDS[row::40])
    quotes["caption"] = [WORDS[(3 * row) % len(WORDS)] for row in range(len(quotes))]
    tables["people"]["value"] = WORDS[7]
    save(study, tables)
    texts = tuple(tables["texts"]["text_id"])
    matrix = np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float16)
    write_table("vectors", Vectors(texts, matrix), study.folder / TABLES["vectors"].file)


def _write_codes(folder: Path) -> None:
    """Write codes with such words in every field."""
    made = []
    for number in range(0, len(WORDS), 8):
        label, plain, definition, include, *examples = (" ".join(word.split()) for word in WORDS[number : number + 8])
        fields = {"label": label, "plain_label": plain, "definition": definition, "include": include, "examples": tuple(examples)}
        made.append(replace(CODES[3], code=f"odd{number}", parent="", **fields))
    write_codebook(Codebook((*CODES, *made)), folder / "codebook.csv")


def let_payloads_speak(review: ReviewSession) -> None:
    """Let people with such names write such notes, differ, propose, object and rename."""
    pairs = list(zip(WORDS[::2], WORDS[1::2], strict=True))
    excerpts = review.last_run().tables.excerpts
    names = review.write(
        lambda store: [store.add_reviewer(f"{name} {number}", group) for number, (name, group) in enumerate(pairs)]
    )
    review.write(lambda store: store.add_reviewer("Ann", "family"))
    review.write(lambda store: [_note(store, excerpts[n], names[:2], note) for n, note in enumerate(WORDS)])
    for number in range(0, len(WORDS) - 8, 9):
        said = (ReaderCoding(("odd0",), WORDS[number]), ReaderCoding(("time",), WORDS[number + 1]))
        leave_contested(review, excerpts[number], said, by=names[2], version=0, key=f"talk {number}", note=WORDS[number + 2])
    for number in range(0, len(WORDS) - 8, 20):
        ask_of_themes(review, rename_wish(review.study, 1, WORDS[number]), by=names[3])
        fields = {"definition": WORDS[number + 1], "examples": WORDS[number + 2], "plain_label": WORDS[number + 3][:60]}
        made = propose_change(review, "time", fields, why=WORDS[number + 4], by=names[4], key=f"change {number}")
        vote(review, made.code_edit_id, "object", by=names[5], why=WORDS[number + 5])


def _note(store: Store, segment_id: str, names: list[str], note: str) -> None:
    for who, code in zip(names, ("odd0", "time"), strict=True):
        store.decide(
            segment_id=segment_id,
            text_id=segment_id,
            reviewer=who,
            outcome="codes",
            codes=[code],
            note=note,
            new_code=note,
            channel="web",
        )
