"""Excerpts for people to read and code on paper or in a spreadsheet, without the model's suggestions."""

from pathlib import Path

import pandas as pd

from pipeline.report.source import Source
from pipeline.report.tables import write_csv


COLUMNS = ["excerpt", "question", "whole_answer", "words_to_code", "your_codes", "none_of_these", "not_sure", "note"]


def write_excerpts(source: Source, folder: Path) -> None:
    """Write review.csv, a row an excerpt with room for a person's codes, and codes.csv, what the codes mean.

    A reviewer gives an own answer first: what the model would say stands in neither file. The order is that of the
    excerpts' ids, which is as good as a shuffle and the same for everybody.
    """
    said = source["segments"].merge(
        source["comments"][["comment_id", "question", "text"]], on="comment_id", suffixes=("", "_whole")
    )
    rows = said.sort_values("segment_id").assign(
        excerpt=lambda table: table["segment_id"],
        question=lambda table: table["question"].map(source.wording),
        whole_answer=lambda table: table["text_whole"],
        words_to_code=lambda table: table["text"],
        **dict.fromkeys(COLUMNS[4:], ""),
    )
    write_csv(rows[COLUMNS], folder / "review.csv")
    codes = [
        (code.code, code.plain_label or code.name, code.definition, code.include, code.exclude) for code in source.codebook.codes
    ]
    meanings = pd.DataFrame(codes, columns=["code", "in_plain_words", "definition", "include", "exclude"])
    write_csv(meanings, folder / "codes.csv")
