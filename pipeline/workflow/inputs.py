"""What comes into a run from outside its stages: the export, the codebook, secrets, saved models and what people decided."""

import hashlib
from typing import Any

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.codebook.written_answers import WrittenAnswers, written_answers, written_sha256
from pipeline.decisions.store import has_decisions, read_review
from pipeline.errors import DataError
from pipeline.methods.coder.tuning import is_tuned
from pipeline.methods.embedding.embedders import model_sha256
from pipeline.methods.themes.saved_model import FACTS
from pipeline.methods.themes.saved_model import load as load_themes
from pipeline.runtime.plain_files import why_no_file
from pipeline.study.erasures import are_lost, read_tombstones, tombstones_path
from pipeline.study.quote_uses import FILE as REGISTER
from pipeline.study.study import Study
from pipeline.study.vault import LEDGER, check_of, keep_check, keep_key, key_in_use, known_check, new_key
from pipeline.survey.readers import read_export
from pipeline.tables.parquet import TABLES
from pipeline.workflow.manifest import file_sha256
from pipeline.workflow.mask_numbers import read_tokens
from pipeline.workflow.recipes import sha256_of


DECIDED = tuple(name for name, table in TABLES.items() if table.decided)
EXTERNAL = ("source", "key", "erased", "tokens", "codebook", "written", "tuned", "frozen", *DECIDED)


def input_digest(study: Study, name: str) -> str:
    """Return what stands for the content, "" where there is none; DataError if a file that study.toml names is not there."""
    if name == "key":
        return hashlib.sha256(vault_key(study)).hexdigest()
    if name == "tokens":
        # Numbers are only ever added, so that what was masked before is masked in the same way again.
        return ""
    if name == "erased":
        if are_lost(study):
            # Which says so: without them people who were erased would come back.
            read_tombstones(study)
        return file_sha256(tombstones_path(study)) if tombstones_path(study).is_file() else ""
    if name == "written":
        return written_sha256() if len(_written(study)) else ""
    if name == "tuned":
        return model_sha256(study.tuned) if is_tuned(study.tuned) else ""
    if name == "frozen":
        # The hash of the middles stands in it.
        facts = study.frozen and study.frozen / FACTS
        return file_sha256(facts) if facts and facts.is_file() else ""
    path = study.codebook if name == "codebook" else study.source
    if path is None:
        return ""
    if not path.is_dir() and (reason := why_no_file(path)):
        raise DataError(f"The {name} {path.name} that study.toml names: {reason}; put it back or correct study.toml.")
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return sha256_of(*(f"{file.name} {file_sha256(file)}" for file in files))


def read_input(study: Study, name: str) -> Any:
    """Read one of `EXTERNAL`, as stages are given it."""
    if name == "key":
        return vault_key(study)
    if name == "tokens":
        return read_tokens(study)
    if name == "erased":
        return read_tombstones(study)
    if name == "written":
        return _written(study)
    if name == "tuned":
        if not is_tuned(study.tuned):
            return None
        # Imported only here, as its libraries take long to load.
        from pipeline.methods.coder.tuning.tuned import load

        return load(study.tuned)
    if name == "frozen":
        return load_themes(study.frozen) if study.frozen else None
    if name in DECIDED:
        return read_review(study, name)
    if name == "codebook":
        return read_codebook(study.codebook) if study.codebook else Codebook(())
    return read_export(study.source, sheet=study.settings.intake.sheet)


def _written(study: Study) -> WrittenAnswers:
    if not study.settings.code.written_examples or not study.codebook or not study.codebook.is_file():
        return WrittenAnswers()
    return written_answers(read_codebook(study.codebook))


def vault_key(study: Study) -> bytes:
    """Return the vault's secret, which keeps pseudonyms from being guessed from a list of names; make it once.

    DataError if it is damaged or another study's, or if it is gone and something that people did hangs on it.
    """
    key = key_in_use(study)
    if key is None:
        if hanging := _hanging_on_the_key(study):
            raise DataError(
                f"vault/key is missing, and {' and '.join(hanging)} hang on it: with another key no decision would fit its "
                "excerpt, and people who were erased would come back. Put the key back, from a copy you kept or with `themes "
                "restore`. Nothing was run."
            )
        key = new_key()
        keep_key(study, key)
    elif not known_check(study):
        # An earlier version kept no check value: the key in use is taken for the right one.
        keep_check(study, check_of(key))
    return key


def _hanging_on_the_key(study: Study) -> list[str]:
    """Name what people did that would no longer be about anybody under another key."""
    return [
        *(["people's decisions"] if has_decisions(study) else []),
        *(["the marks of erased people"] if tombstones_path(study).is_file() else []),
        *(["the ledger of released figures"] if (study.vault / LEDGER).is_file() else []),
        *(["the register of printed quotations"] if (study.folder / REGISTER).is_file() else []),
    ]
