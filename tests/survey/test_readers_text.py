"""CSV and TSV exports, as many programs save them."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.survey.readers import read_export


TABLE = "id,text\n1,Café – “fine”\n2,naïve\n"


def write(folder, content, name="export.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


def texts(export):
    return export.frame.iloc[:, 1].tolist()


def refusal(path):
    with pytest.raises(DataError) as caught:
        read_export(path)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(tmp_path, encoding):
    assert texts(read_export(write(tmp_path, TABLE.encode(encoding)))) == ["Café – “fine”", "naïve"]


def test_latin_1_with_control_characters(tmp_path):
    export = read_export(write(tmp_path, "id,text\n1,Café\x81\n".encode("latin-1")))
    assert texts(export) == ["Café\x81"]
    assert "encoding latin-1" in export.notes


def test_other_encodings_than_utf_8_are_noted(tmp_path):
    assert read_export(write(tmp_path, TABLE.encode())).notes == ()
    assert read_export(write(tmp_path, TABLE.encode("utf-8-sig"))).notes == ()
    assert read_export(write(tmp_path, TABLE.encode("utf-16"))).notes == ("encoding utf-16",)


def test_a_cell_pasted_in_another_encoding_spoils_no_other(tmp_path):
    export = read_export(write(tmp_path, TABLE.encode() + b"3,\x93caf\xe9\x94\n"))
    assert texts(export) == ["Café – “fine”", "naïve", "“café”"]
    assert export.notes == ("encoding utf-8 with 3 characters of cp1252 among it",)


def test_utf_16_cut_short_is_refused(tmp_path):
    assert "damaged or cut short" in refusal(write(tmp_path, TABLE.encode("utf-16")[:-1]))


def test_characters_lost_before_are_noted(tmp_path):
    assert any("lost before this export" in n for n in read_export(write(tmp_path, "id,t\n1,caf\ufffd\n".encode())).notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(tmp_path, delimiter):
    content = f'id{delimiter}text\n1{delimiter}"a, b; c\td"\n'
    export = read_export(write(tmp_path, content.encode()))
    assert texts(export) == ["a, b; c\td"]


def test_other_delimiters_than_the_usual_are_noted(tmp_path):
    assert read_export(write(tmp_path, b"id;text\n1;a\n")).notes == ("delimiter ;",)
    assert read_export(write(tmp_path, b"id\ttext\n1\ta\n")).notes == ("delimiter tab",)
    assert read_export(write(tmp_path, b"id\ttext\n1\ta\n", "export.tsv")).notes == ()


def test_commas_in_the_names_do_not_hide_the_semicolons(tmp_path):
    content = b"id;What helps, and why?;Age, in years\n1;a;2\n3;b, c;4\n"
    assert read_export(write(tmp_path, content)).frame.shape == (2, 3)


def test_excels_line_about_the_delimiter_is_no_header(tmp_path):
    export = read_export(write(tmp_path, b"sep=;\r\nid;text\r\n1;a\r\n"))
    assert texts(export) == ["a"]
    assert export.first_row == 3


def test_a_single_column_keeps_its_commas(tmp_path):
    export = read_export(write(tmp_path, b"What helps?\nTime, money\nPeople\n\nNothing\n"))
    assert export.frame["What helps?"].fillna("").tolist() == ["Time, money", "People", "", "Nothing"]


def test_quotation_marks_and_line_breaks_within_answers(tmp_path):
    export = read_export(write(tmp_path, b'id,text\n1,"She said ""yes"",\nthen no"\n2,6\'3"\n'))
    assert texts(export) == ['She said "yes",\nthen no', "6'3\""]


@pytest.mark.parametrize("end", [b"\r", b"\r\r\n", b"\r\n"])
def test_line_ends_of_any_machine(tmp_path, end):
    export = read_export(write(tmp_path, end.join([b"id,text", b'1,"a\nb"', b"2,c", b""])))
    assert texts(export) == ["a\nb", "c"]


def test_a_stray_carriage_return_does_not_tear_a_row(tmp_path):
    export = read_export(write(tmp_path, b'id,text\n1,a\rb\n2,"c\rd"\n'))
    assert texts(export) == ["a b", "c\rd"]
    assert export.notes == ("stray carriage returns between cells mended",)


def test_nul_bytes_are_removed_and_noted(tmp_path):
    export = read_export(write(tmp_path, b"id,text\n1,a long enough answer\0 here\n2,another one of them\n"))
    assert texts(export)[0] == "a long enough answer here"
    assert export.notes == ("NUL characters removed: 1",)


def test_cells_may_be_very_long(tmp_path):
    export = read_export(write(tmp_path, b"id;text\n1;" + b"word " * 300_000 + b"\n"))
    assert len(texts(export)[0]) == 1_500_000
    assert csv.field_size_limit() == 131_072


def test_texts_that_look_like_numbers_or_gaps_stay_as_they_are(tmp_path):
    export = read_export(write(tmp_path, b"id,text\n007,NA\n1E5,None\n1.0,nan\n 3 , \n"))
    assert export.frame["id"].tolist() == ["007", "1E5", "1.0", " 3 "]
    assert texts(export) == ["NA", "None", "nan", " "]


def test_uneven_rows_are_named(tmp_path):
    message = refusal(write(tmp_path, b"id,text\n1,a\n2,b,c\n3\n4,d\n"))
    assert "row 3 has 3 cells, but row 1 names 2 columns. Other rows differ too: 4." in message


def test_many_uneven_rows_are_counted(tmp_path):
    message = refusal(write(tmp_path, b"id,text\n" + b"1,a\n" * 20 + b"1,a,b\n" * 9))
    assert "row 22 has 3 cells" in message
    assert "23, 24, 25, 26, 27 and 3 more" in message


def test_blank_cells_beyond_the_names_are_left_out(tmp_path):
    export = read_export(write(tmp_path, b"id,text\n1,a,,\n2,b\n"))
    assert texts(export) == ["a", "b"]
    assert export.notes == ("blank cells beyond the last column name left out in 1 row",)


def test_an_open_quotation_mark_is_found(tmp_path):
    assert "row 3 (line 4 of the file): a quotation mark opens" in refusal(write(tmp_path, b'id,text\n1,"a\nb"\n2,"c\n3,d\n'))


def test_text_after_a_closing_quotation_mark_is_found(tmp_path):
    assert "row 2 (line 2 of the file): text follows a closing" in refusal(write(tmp_path, b'id,text\n1,"a" b\n'))


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@st.composite
def frames(draw):
    names = ["id", "What works?", "What does not", "Age"][: draw(st.integers(1, 4))]
    rows = draw(st.lists(st.tuples(*[CELLS.filter(bool), *[CELLS] * (len(names) - 1)]), min_size=1, max_size=6))
    return pd.DataFrame(rows, columns=names, dtype="str")


@settings(deadline=None, max_examples=150)
@given(frame=frames(), delimiter=st.sampled_from([",", ";", "\t"]), encoding=st.sampled_from(["utf-8", "utf-8-sig"]))
def test_any_text_written_as_csv_reads_back_equal(tmp_path_factory, frame, delimiter, encoding):
    buffer = io.StringIO()
    frame.to_csv(buffer, sep=delimiter, index=False, lineterminator="\r\n")
    path = write(tmp_path_factory.mktemp("csv"), buffer.getvalue().encode(encoding))
    export = read_export(path)
    pd.testing.assert_frame_equal(export.frame, frame.replace("", None).astype("str"))
    assert export.first_row == 2


MANY = 45_000


def many(**changed):
    """Return a table of more rows than are read at once, with these lines in the place of others."""
    lines = ["id,text", *(f"{n},answer {n} 🙂" for n in range(MANY))]
    for place, line in changed.items():
        lines[int(place.removeprefix("line_"))] = line
    return "\n".join(lines).encode()


def test_more_rows_than_are_read_at_once_are_one_table(tmp_path):
    export = read_export(write(tmp_path, b"\n\n" + many() + b"\n," * 25_000))
    assert len(export.frame) == MANY and export.first_row == 4
    assert texts(export)[-1] == f"answer {MANY - 1} 🙂"
    assert export.notes == ("2 blank rows above the column names left out", "25,000 blank rows at the end left out")


def test_a_fault_far_down_is_named_by_its_row(tmp_path):
    assert refusal(write(tmp_path, many(line_30000="x"))).startswith(
        "export.csv: row 30001 has 1 cell, but row 1 names 2 columns."
    )
    assert "row 30001 (line 30001 of the file)" in refusal(write(tmp_path, many(line_30000='1,"x"y')))


@pytest.mark.parametrize("shift", range(4))
def test_a_character_may_stand_across_two_pieces_of_a_large_file(tmp_path, shift):
    text = "x" * shift + "🙂" * 700_000
    assert texts(read_export(write(tmp_path, f"id,text\n1,{text}\n".encode()))) == [text]


def test_one_wrong_byte_far_down_is_read_as_in_a_small_file(tmp_path):
    export = read_export(write(tmp_path, many(line_40000="40000,café").replace("é".encode(), b"\xe9")))
    assert texts(export)[39_999] == "café"


def test_a_raised_digit_is_a_word_of_an_answer_and_no_number(tmp_path):
    content = "id,What works?,Age\n1,²,³\n2,³,40\n3,½,41\n4,①,42\n"
    assert texts(read_export(write(tmp_path, content.encode()))) == ["²", "³", "½", "①"]


def test_the_first_person_is_counted_where_their_answers_are_as_short_as_codes(tmp_path):
    content = "id,What works?\nAA,0\n1,\n2,\n3,\n"
    assert read_export(write(tmp_path, content.encode())).frame.shape == (4, 2)
