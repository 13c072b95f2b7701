"""`themes learn`: show what people's decisions would teach the coder, and let it learn them when a person says so."""

import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.decisions.store import open_store
from pipeline.methods.embedding.embedders import model_folder
from pipeline.study.study import load_study
from pipeline.tables.csv_files import write_csv
from pipeline.training.evidence import read_evidence
from pipeline.training.findings import Findings, weigh
from pipeline.training.lesson_in_words import as_dict, as_text
from pipeline.training.thorough import fine_tune


__all__ = ["Findings", "accept_findings", "as_dict", "as_text", "list_second_look", "show_learning"]


def show_learning(folder: str | Path, *, thorough: bool = False, progress: Callable[[float], None] | None = None) -> Findings:
    """Return what a study's coder would gain and lose by learning from people's decisions; nothing is changed.

    With `thorough` the small model itself is fine-tuned first, in minutes, and `progress` is told how far it is, 0 to 1. What
    it has reached is kept in the study now and then, so that the same command goes on after an interruption.

    Raises
    ------
    ReviewError
        Nobody has decided on anything yet that could be learnt.
    CodebookError
        The study has no codebook.
    DataError
        The study has not been run yet.
    ModelError
        The study's model has no layers that could be fine-tuned.
    """
    evidence = read_evidence(load_study(folder))
    return weigh(evidence, fine_tune(evidence, progress=progress) if thorough else None)


def list_second_look(findings: Findings) -> Path:
    """Write the likely slips to exports/second_look.csv, without anybody's words, and return its path."""
    path = findings.study.exports / "second_look.csv"
    path.parent.mkdir(exist_ok=True)
    write_csv(findings.second_look, path)
    return path


def accept_findings(findings: Findings, *, by: str) -> int:
    """Let the coder learn from the decisions that were shown, none made since, and return the learning's number.

    A fine-tuned model is written to the study's `models/coder`.
    """
    study, thorough = findings.study, findings.thorough
    if thorough is not None:
        from pipeline.methods.coder.tuning.tuned import save

        save(thorough.tuned_, study.tuned, base=model_folder(study.settings.embed.model))
        shutil.rmtree(study.unfinished, ignore_errors=True)
    # Last, since a run that finds the learning recorded must find the model, too.
    with open_store(study) as store:
        return store.add_learning(up_to=findings.up_to, effort="quick" if thorough is None else "thorough", accepted_by=by)
