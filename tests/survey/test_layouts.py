"""How tables of answers are laid out by tools and by hand: names, delimiters, encodings, and rows that are nobody's."""

import csv
import io

import openpyxl
import pytest

from pipeline.errors import DataError
from pipeline.survey.readers import read_export


SAID = (
    "The bus does not run after six, so I miss the evening group.",
    "A quiet corner would help, because the hall is loud.",
    "Letters come in print too small for my eyes.",
    "Nobody rang me back about the plan.",
    "I like that the same person comes each week.",
    "Ask us before it is decided and not after.",
)
ROLES = ("Carer", "Worker", "Neighbour")
NAMES = ["ID", "Role", "Visits", "What could be better?"]


def people(n=24):
    """Return rows of invented people: a number, a role, a number of visits and a sentence."""
    return [[str(300 + i), ROLES[i % 3], str(i % 7), f"{SAID[i % 6]} ({i})"] for i in range(n)]


def as_csv(rows, **options):
    out = io.StringIO()
    csv.writer(out, **options).writerows(rows)
    return out.getvalue()


def read(folder, content, name="export.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return read_export(path)


def read_sheet(folder, rows, **others):
    book = openpyxl.Workbook()
    book.active.title = "Answers"
    for row in rows:
        book.active.append(row)
    for title, cells in others.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    book.save(folder / "export.xlsx")
    return read_export(folder / "export.xlsx")


def doubts(export):
    return " ".join(export.doubts)


# ---- rows of names


def test_an_ordinary_table_raises_no_doubt(tmp_path):
    export = read(tmp_path, as_csv([NAMES, *people()]))
    assert list(export.frame.columns) == NAMES
    assert (len(export.frame), export.first_row, export.doubts, export.notes) == (24, 2, (), ())


SECTIONS = [
    (["About you", "", "", "Your views"], NAMES),
    (["Part 1: who you are", "", "Part 2", "Part 3"], NAMES),
    (["", "Section A", "", "Section B"], NAMES),
    (["ABOUT", "ABOUT", "", ""], NAMES),
]


@pytest.mark.parametrize(("sections", "names"), SECTIONS)
@pytest.mark.parametrize("way", ["csv", "xlsx"])
def test_section_names_above_the_questions_are_no_names(tmp_path, sections, names, way):
    rows = [sections, names, *people()]
    export = read(tmp_path, as_csv(rows)) if way == "csv" else read_sheet(tmp_path, [[c or None for c in row] for row in rows])
    assert list(export.frame.columns) == names
    assert (len(export.frame), export.first_row) == (24, 3)


def test_questions_asked_in_two_sections_are_told_apart_by_them(tmp_path):
    rows = [["ID", "The day centre", "", "The home", ""], ["", "Rating", "Why?", "Rating", "Why?"]]
    rows += [[str(i), str(i % 5 + 1), SAID[i % 6], str(i % 4 + 1), SAID[(i + 1) % 6]] for i in range(20)]
    export = read(tmp_path, as_csv(rows))
    assert list(export.frame.columns)[1:3] == ["The day centre – Rating", "The day centre – Why?"]
    assert list(export.frame.columns)[3:] == ["The home – Rating", "The home – Why?"]
    assert len(export.frame) == 20


LABELS = ["Number of the interview", "Which group are you in?", "Visits last month", "What could be better?"]


@pytest.mark.parametrize("codes", [["CASE", "AB01", "AB02", "AB03_01"], ["id", "grp", "vis", "free1"], ["v1", "v2", "v3", "v4"]])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_codes_above_wordings_are_two_rows_of_names(tmp_path, codes, encoding):
    export = read(tmp_path, as_csv([codes, LABELS, *people()], delimiter="\t"), encoding=encoding)
    assert list(export.frame.columns) == codes
    assert export.questions[codes[3]] == "What could be better?"
    assert (len(export.frame), export.first_row) == (24, 3)


def test_wordings_above_codes_are_two_rows_of_names(tmp_path):
    export = read(tmp_path, as_csv([LABELS, ["q1_id", "q2_grp", "q3_n", "q4_txt"], *people()]))
    assert list(export.frame.columns) == LABELS
    assert len(export.frame) == 24


def test_sections_codes_and_wordings_are_three_rows_of_names(tmp_path):
    export = read(tmp_path, as_csv([["About you", "", "", "Views"], ["id", "grp", "vis", "free1"], LABELS, *people()]))
    assert (export.questions["free1"], len(export.frame), export.first_row) == ("What could be better?", 24, 4)


def test_a_persons_odd_answers_are_no_second_row_of_names(tmp_path):
    rows = people()
    for odd in (["300", "Other", "about three", "Why is it so slow?"], ["300", "Volunteer", "n/a", "test"]):
        export = read(tmp_path, as_csv([NAMES, odd, *rows[1:]]))
        assert (len(export.frame), export.first_row) == (24, 2)


def test_a_first_person_unlike_all_others_is_named_as_such(tmp_path):
    export = read(tmp_path, as_csv([NAMES, ["test", "test", "test", "test"], *people()]))
    assert len(export.frame) == 25
    assert "The first row below the names is unlike the rows that follow" in doubts(export)


TITLES = [
    ["Survey of neighbours, spring"],
    ["Survey of neighbours, spring", "", "", ""],
    ["Exported on 3 March by the team", "", "", ""],
]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("gap", [[], [["", "", "", ""]]])
def test_a_title_above_the_names_is_left_out_of_text_too(tmp_path, title, gap):
    export = read(tmp_path, as_csv([title, *gap, NAMES, *people()]))
    assert list(export.frame.columns) == NAMES
    assert (len(export.frame), export.first_row) == (24, 3 + len(gap))
    assert any("above the column names left out" in note or "a title row left out" in note for note in export.notes)


NO_NAMES = [
    people(),
    [[f"2025-03-{i + 1:02d} 10:00:00", row[1], row[3]] for i, row in enumerate(people())],
    [[f"p{i}@example.org", row[2], row[3]] for i, row in enumerate(people())],
    [[row[1], row[2], row[3], SAID[0]] for row in people()],
]


@pytest.mark.parametrize("rows", NO_NAMES)
def test_without_a_row_of_names_nobody_becomes_a_heading(tmp_path, rows):
    export = read(tmp_path, as_csv(rows))
    assert list(export.frame.columns) == [f"column {letter}" for letter in "ABCDEF"[: len(rows[0])]]
    assert (len(export.frame), export.first_row) == (24, 1)
    assert "Put a row of names above it" in doubts(export)
    assert not any(cell in doubts(export) for row in rows[:1] for cell in row if len(cell) > 2)


def test_a_single_sign_of_a_missing_row_of_names_is_said(tmp_path):
    export = read(tmp_path, as_csv([[row[0], row[3]] for row in people()]))
    assert "looks like a person's answers" in doubts(export)


@pytest.mark.parametrize("names", [["1", "2", "3", "Why?"], ["2019", "2020", "2021", "Comment"], ["Q1", "Q2", "Q3", "Q4"]])
def test_names_that_are_numbers_are_names(tmp_path, names):
    rows = [[str(i % 5 + 1), str(i % 4 + 1), str(i % 3 + 1), SAID[i % 6]] for i in range(20)]
    export = read(tmp_path, as_csv([names, *rows]))
    assert (list(export.frame.columns), len(export.frame), export.doubts) == (names, 20, ())


# ---- rows below the answers


@pytest.mark.parametrize(
    "foot",
    [
        [["Total", "", "61", ""]],
        [["", "", "", ""], ["Average", "", "2.5", ""]],
        [["Mean", "", "2.5", ""], ["N", "", "24", ""]],
        [["Source: the spring survey of neighbours", "", "", ""]],
        [["", "", "", ""], ["Printed on 3 March 2025", "", "", ""]],
    ],
)
def test_totals_and_remarks_below_the_answers_are_nobody(tmp_path, foot):
    export = read(tmp_path, as_csv([NAMES, *people(), *foot]))
    assert len(export.frame) == 24
    assert "like a total or a remark and not like a person" in doubts(export)


def test_a_last_person_who_left_most_blank_stays(tmp_path):
    export = read(tmp_path, as_csv([NAMES, *people(), ["324", "", "", ""]]))
    assert (len(export.frame), export.doubts) == (25, ())


def test_names_that_come_back_farther_down_are_said(tmp_path):
    rows = people()
    export = read(tmp_path, as_csv([NAMES, *rows[:12], NAMES, *rows[12:]]))
    assert "1 row (14) repeats the names of the columns" in doubts(export)


# ---- delimiters and quotation marks


BARE = ['"Fine" is all they say', 'they said "wait"', 'My chair is 24"', '"We will ring you']


def test_a_table_of_tabs_keeps_the_quotation_marks_of_people(tmp_path):
    rows = people()
    for row, words in zip(rows[3:], BARE, strict=False):
        row[3] = words
    export = read(tmp_path, "\n".join("\t".join(row) for row in [NAMES, *rows]), "export.tsv")
    assert export.frame["What could be better?"].tolist()[3:7] == BARE
    assert len(export.frame) == 24
    assert any("quotation marks read as part of the answers" in note for note in export.notes)


def test_two_bare_marks_do_not_swallow_the_people_between_them(tmp_path):
    rows = people()
    rows[2][3], rows[9][3] = '"We will ring you', 'My chair is 24"'
    for name in ("export.tsv", "export.csv"):
        export = read(tmp_path, "\n".join("\t".join(row) for row in [NAMES, *rows]), name)
        assert (len(export.frame), export.frame.iloc[9, 3]) == (24, 'My chair is 24"')


def test_a_table_of_tabs_with_marks_round_its_cells_is_read_without_them(tmp_path):
    rows = people()
    rows[4][3] = 'She said "yes"\nand left'
    export = read(tmp_path, as_csv([NAMES, *rows], delimiter="\t"), "export.tsv")
    assert export.frame.iloc[4, 3] == 'She said "yes"\nand left'


@pytest.mark.parametrize("commas", [1, 2, 3])
def test_bare_commas_in_every_answer_are_refused_and_never_one_column(tmp_path, commas):
    rows = [[row[0], row[1], ", and ".join([row[3].rstrip(".")] * (commas + 1))] for row in people()]
    with pytest.raises(DataError, match=r"row 2 has \d+ cells, but row 1 names 3 columns"):
        read(tmp_path, "\n".join(",".join(row) for row in [["ID", "Group", "Comment"], *rows]))


def test_bare_semicolons_in_answers_are_refused_too(tmp_path):
    rows = [[row[0], row[1], f"{row[3]};{'and more;' * (place % 3 + 1)}so"] for place, row in enumerate(people())]
    with pytest.raises(DataError, match="row 1 names 3 columns"):
        read(tmp_path, "\n".join(";".join(row) for row in [["ID", "Group", "Comment"], *rows]))


def test_cells_parted_by_bars_are_cells(tmp_path):
    export = read(tmp_path, as_csv([NAMES, *people()], delimiter="|"))
    assert list(export.frame.columns) == NAMES
    assert "delimiter |" in export.notes


def test_a_file_of_one_column_is_said(tmp_path):
    export = read(tmp_path, as_csv([["What could be better?"], *[[row[3]] for row in people()]]))
    assert len(export.frame) == 24
    assert "read as one column" in doubts(export)


def test_backslashes_before_marks_are_read(tmp_path):
    rows = [*people()]
    rows[3][3] = 'They said \\"wait\\", and I did'
    quoted = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [NAMES, *rows])
    export = read(tmp_path, quoted)
    assert export.frame.iloc[3, 3] == 'They said "wait", and I did'


def test_blanks_before_marks_are_left_out(tmp_path):
    export = read(tmp_path, "\n".join(", ".join(f'"{cell}"' for cell in row) for row in [NAMES, *people()]))
    assert list(export.frame.columns) == NAMES
    assert export.frame.iloc[0, 3] == f"{SAID[0]} (0)"


def test_rows_that_were_quoted_as_a_whole_are_unwrapped(tmp_path):
    lines = [as_csv([row]).strip() for row in [NAMES, *people()]]
    export = read(tmp_path, as_csv([[line] for line in lines], quoting=csv.QUOTE_ALL))
    assert list(export.frame.columns) == NAMES
    assert export.frame.iloc[0].tolist() == people()[0]


# ---- encodings


WORDS = {
    "English": "I don’t know – it isn’t clear. “Wait,” they said… It’s £5 at the café\n",
    "French": "L’équipe est présente, à côté de l’école. Être écouté, ça compte\n",
    "German": "Die Ärzte sind größtenteils freundlich, aber überlastet\n",
    "Spanish": "¿Qué más? El niño está mejor que el año pasado\n",
    "Welsh": "Mae’n dda gen i gwrdd â phobl, siarad â nhw a mynd i’r môr\n",
    "Polish": "Dużo się czeka, a później nikt nie dzwoni. Źle działa łączność\n",
    "Czech": "Příliš dlouhé čekání, ale sestřičky jsou milé. Účast je důležitá\n",
    "Turkish": "Çok iyi değil, randevu almak güç. Şoför geç kaldı\n",
    "Russian": "Очень долго ждать приёма, но врачи хорошие\n",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *((language, encoding) for language in ("English", "French", "German", "Welsh") for encoding in ("cp1252", "mac_roman")),
        ("Spanish", "mac_roman"),
        ("German", "cp850"),
        ("Spanish", "cp850"),
        ("Polish", "cp1250"),
        ("Polish", "iso8859_2"),
        ("Czech", "cp1250"),
        ("Turkish", "cp1254"),
        ("Russian", "cp1251"),
    ],
)
def test_each_letter_stands_where_it_stood(tmp_path, language, encoding):
    words = WORDS[language].strip()
    export = read(tmp_path, f'ID,Comment\r1,"{words}"\r2,no\r3,yes\r', encoding=encoding)
    assert export.frame["Comment"].iloc[0] == words
    assert export.doubts == ()


def test_letters_that_fit_no_language_are_said(tmp_path):
    export = read(tmp_path, b"ID,Comment\n" + b"".join(b"%d,a\xa4\xb6\xac b\xfe\xa7c \xb1\xb5d\n" % i for i in range(9)))
    assert "characters may be read wrongly" in doubts(export)


# ---- what spreadsheets leave behind


@pytest.mark.parametrize("error", ["#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#ERROR!", "#WERT!", "#NOM?", "Err:508", "########"])
def test_an_error_in_the_place_of_an_answer_is_no_answer(tmp_path, error):
    rows = people()
    rows[4][3] = rows[9][3] = error
    export = read(tmp_path, as_csv([NAMES, *rows]))
    assert export.frame["What could be better?"].isna().tolist().count(True) == 2
    assert "in the place of 2 answers in 1 column" in doubts(export)


def test_a_hash_that_people_typed_is_theirs(tmp_path):
    rows = people()
    rows[4][3], rows[5][3] = "#1 is the bus", "#named and shamed?"
    assert read(tmp_path, as_csv([NAMES, *rows])).frame.iloc[4, 3] == "#1 is the bus"


SUMMARIES = [
    [["What could be better?"], ["Answered", 24], ["Skipped", 2], ["Respondents", "Response Date", "Responses", "Tags"]],
    [["Survey of neighbours"], ["How was it?"], ["Answer Choices", "Responses", None]],
    [["Q2. Which do you use?"], ["Answer Choices", "Response Percent", "Responses"]],
]


@pytest.mark.parametrize("top", SUMMARIES)
def test_a_summary_of_each_question_is_refused_with_the_way_out(tmp_path, top):
    with pytest.raises(DataError, match="All individual responses"):
        read_sheet(tmp_path, [*top, *[[i, "Mar 1 2025", SAID[i % 6], None] for i in range(20)]])


def test_another_sheet_as_long_is_said(tmp_path):
    rows = [NAMES, *people()]
    assert "Only the sheet “Answers” is read" in doubts(read_sheet(tmp_path, rows, Summer=rows))
    assert read_sheet(tmp_path, rows, Notes=[["x"], ["y"]]).doubts == ()
