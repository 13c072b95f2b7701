import csv

from pipeline.codebook.codebook import read_codebook
from pipeline.report import export
from pipeline.tables.parquet import TABLES, read_table


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_excerpt_is_there_with_its_whole_answer_and_room_for_codes(study):
    review, _ = export(study, to=["review"])
    found = rows(review)
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    assert {row["excerpt"] for row in found} == set(segments["segment_id"])
    assert all(row["words_to_code"].lstrip("'") in row["whole_answer"].lstrip("'") for row in found)
    assert {row["your_codes"] for row in found} == {""}


def test_a_reviewer_does_not_see_what_the_model_would_say(study):
    review, codes = export(study, to=["review"])
    assert "score" not in review.read_text(encoding="utf-8-sig").splitlines()[0]
    assert {row["code"] for row in rows(codes)} == {code.code for code in read_codebook(study.codebook).codes}
    given = {cell for row in rows(review) for column, cell in row.items() if column in ("your_codes", "note")}
    assert given == {""}
