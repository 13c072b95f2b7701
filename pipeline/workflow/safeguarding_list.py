"""Answers that may speak of harm, for the person whom the study names to read at once."""

import textwrap
from pathlib import Path

from pipeline.runtime.plurals import n_of
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES, read_frame


NOBODY = "Nobody is named for it: add [safeguarding] person to study.toml, so that everybody knows who reads them."
NOT_ALL = "What is not listed may speak of harm, too: tell whoever reads answers what to do when they meet it."


def list_concerns(folder: str | Path) -> str:
    """Return the answers that may speak of harm, with identifiers masked; DataError if the study has not been run."""
    study = load_study(folder)
    concerns, comments = (read_frame(name, study.folder / TABLES[name].file) for name in ("concerns", "comments"))
    answers = concerns.merge(comments[["comment_id", "response_id", "question", "text"]], on="comment_id")
    person = study.settings.safeguarding.person
    lines = [f"{n_of(len(answers), 'answer')} may speak of harm. " + (f"To be read by {person}." if person else NOBODY)]
    for row in answers.to_dict("records"):
        lines += ["", f"{row['kinds']} (answer {row['comment_id']}, person {row['response_id']}, question {row['question']})"]
        # A terminal obeys control characters.
        text = "".join(character if character.isprintable() else " " for character in str(row["text"]))
        lines.append(textwrap.fill(text, 100, initial_indent="  ", subsequent_indent="  "))
    return "\n".join([*lines, "", NOT_ALL])


def concern_note(study: Study) -> str:
    """Return how many answers may speak of harm and who reads them; empty before a run has looked."""
    path = study.folder / TABLES["concerns"].file
    if not path.is_file():
        return ""
    n, person = len(read_frame("concerns", path)), study.settings.safeguarding.person
    if not n:
        return "No answer was found that may speak of harm; people who read answers may still meet one."
    return f"{n_of(n, 'answer')} may speak of harm, for {person or 'a named person'} to read at once: `themes safeguarding`." + (
        "" if person else f" {NOBODY}"
    )
