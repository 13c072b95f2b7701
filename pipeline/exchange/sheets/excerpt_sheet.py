"""Excerpts for people to read and code on paper or in a spreadsheet, without the model's suggestions."""

from pathlib import Path

import pandas as pd

from pipeline.codebook.codebook import Codebook
from pipeline.tables.csv_files import write_csv
from pipeline.workflow.results import RunResults


COLUMNS = ["excerpt", "question", "whole_answer", "words_to_code", "your_codes", "none_of_these", "not_sure", "note", "drawn"]
TO_FILL_IN = COLUMNS[4:8]


def write_excerpts(source: RunResults, folder: Path) -> None:
    """Write review.csv, a row an excerpt with room for a person's codes, and codes.csv, what the codes mean.

    A reviewer gives an own answer first: what the model would say stands in neither file. The order is that of the
    excerpts' ids, which is as good as a shuffle and the same for everybody.
    """
    segments = source["segments"].sort_values("segment_id")
    write_csv(excerpts_to_review(source, segments, drawn="given order"), folder / "review.csv")
    write_csv(code_meanings(source.codebook), folder / "codes.csv")


def excerpts_to_review(source: RunResults, segments: pd.DataFrame, *, drawn: str) -> pd.DataFrame:
    """Return a row for each of these segments, in their order: what was said and asked, and room for a person's answer."""
    answers = source["comments"][["comment_id", "question", "text"]]
    rows = segments.merge(answers, on="comment_id", suffixes=("", "_whole"))
    return rows.assign(
        excerpt=rows["segment_id"],
        question=rows["question"].map(source.wording),
        whole_answer=rows["text_whole"],
        words_to_code=rows["text"],
        **dict.fromkeys(TO_FILL_IN, ""),
        drawn=drawn,
    )[COLUMNS]


def code_meanings(codebook: Codebook) -> pd.DataFrame:
    """Return what each code means in plain words, for people who code."""
    codes = [(code.code, code.plain_name, code.definition, code.include, code.exclude) for code in codebook.for_people.codes]
    return pd.DataFrame(codes, columns=["code", "in_plain_words", "definition", "include", "exclude"])
