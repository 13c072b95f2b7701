"""What earlier work made of a person's words and is no table: exports, sheets, saved models, the ledger."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pipeline.archives import PROJECT, unpacked
from pipeline.erasing.person import Person, table
from pipeline.errors import DataError
from pipeline.methods.coder.tuning import FACTS, is_tuned
from pipeline.methods.repeated import repeats
from pipeline.methods.themes.saved import FACTS as THEMES
from pipeline.methods.themes.saved import load, save, words_of_enough
from pipeline.report.ledger import ledger_path, read_ledger, write_ledger
from pipeline.study import Study


_TAGS = re.compile(r"<[^<>]*>")
_KEPT = {"vault", "derived", "models", "codebook.csv", "study.toml", "review.sqlite"}


def erase_exports(study: Study, person: Person) -> Iterator[str]:
    """Delete what the study exported that holds their words or ids, and name it; name other files that hold them, too."""
    for path in _files(study.exports):
        if path.suffix.lower() == ".pdf" or _holds(path, person):
            path.unlink()
            name = path.relative_to(study.folder)
            yield f"{name} held words of theirs and is deleted; export it again, and replace copies."


def still_holding(study: Study, person: Person) -> Iterator[str]:
    """Name what still holds their words when all is done: files the program did not make, and the export's other sheets."""
    for path in _files(study.folder):
        first = path.relative_to(study.folder).parts[0]
        if first not in {*_KEPT, "exports"} and path not in {study.codebook, study.source} and _holds(path, person):
            yield f"{path.relative_to(study.folder)} holds words of theirs and was not made by an export: delete it yourself."
    for path in sorted({*_files(study.vault), *([study.source] if study.source.is_file() else [])}):
        if path.suffix != ".parquet" and any(repeats(text, person.words) for text in texts_of(path)):
            yield f"{path.relative_to(study.folder)} still holds words of theirs, perhaps on another sheet: take them out there."


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _holds(path: Path, person: Person) -> bool:
    return any(repeats(text, person.words) or any(one in text for one in person.ids) for text in texts_of(path))


def texts_of(path: Path) -> Iterator[str]:
    """Yield a file's text, with and without its markup; of an archive that of each member."""
    for data in _contents(path):
        text = data.decode("utf-8", errors="replace")
        yield text
        yield _TAGS.sub("", text)


def _contents(path: Path) -> list[bytes]:
    if not zipfile.is_zipfile(path):
        return [path.read_bytes()]
    try:
        return [b"".join(piece for _, piece in parts) for _, parts in groupby(unpacked(path, PROJECT), key=itemgetter(0))]
    except DataError:
        # What cannot be opened safely was not made here.
        return [path.read_bytes()]


def erase_from_models(study: Study, person: Person) -> Iterator[str]:
    """Take the person out of saved themes, and remove a tuned coder that learnt from what they said."""
    facts = study.tuned / FACTS
    if is_tuned(study.tuned) and any(one in facts.read_text(encoding="utf-8") for one in _keys(person)):
        shutil.rmtree(study.tuned)
        yield "The fine-tuned coder had learnt from what they said and is removed; `themes learn --thorough` makes another."
    if study.unfinished.is_dir():
        shutil.rmtree(study.unfinished)
        yield "Fine-tuning that was not finished is removed, since it may have read what they said."
    if (study.saved_themes / THEMES).is_file():
        yield from _erase_from_saved_themes(study, person)


def _keys(person: Person) -> list[str]:
    from pipeline.methods.coder.tuning.tuned import key_of

    return [key_of(text) for text in person.words]


def _erase_from_saved_themes(study: Study, person: Person) -> Iterator[str]:
    saved, texts = load(study.saved_themes), table(study, "texts")
    said = [] if texts is None else texts.loc[~texts["text_id"].isin(person.texts), "text"].tolist()
    themes = tuple(
        replace(
            theme,
            exemplars=tuple(one for one in theme.exemplars if one not in person.texts),
            keywords=words_of_enough(said, theme.keywords) if said else theme.keywords,
        )
        for theme in saved.themes
    )
    if themes != saved.themes:
        save(replace(saved, themes=themes), study.saved_themes)
        yield "The saved themes no longer hold words or ids of theirs; their middles are means and stay, until you freeze again."


def erase_from_ledger(study: Study, person: Person) -> None:
    """Take the person out of the ledger, which remembers only that somebody who was counted is gone."""
    if not ledger_path(study).is_file():
        return
    gone = frozenset({person.response_id})
    write_ledger(
        study,
        [replace(one, people=one.people - gone, erased=one.erased + len(one.people & gone)) for one in read_ledger(study)],
    )
