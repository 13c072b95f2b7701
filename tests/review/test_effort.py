import csv

from openpyxl import load_workbook
from saying import key, say

from pipeline.review.coding import take_back
from pipeline.review.discussions import agree
from pipeline.review.effort import how_are_we_doing, write_time_spent


def work(review):
    """Ann reads three, one of them twice; Ben two, one of which he takes back; Cy skips one."""
    excerpts = review.last_run().tables.excerpts
    for one in excerpts[:3]:
        say(review, "Ann", one, "time", seconds=60)
    say(review, "Ann", excerpts[0], "trust", seconds=30)
    say(review, "Ben", excerpts[0], "money", seconds=90)
    taken = say(review, "Ben", excerpts[1], "money", seconds=45)
    take_back(review, taken.decision_id, "Ben")
    say(review, "Cy", excerpts[2], "skip", seconds=15)
    return excerpts


def test_how_far_people_and_groups_have_come(review):
    excerpts = work(review)
    found = how_are_we_doing(review)
    assert (found.excerpts, found.complete, found.begun, found.to_discuss) == (len(excerpts), 1, 3, 1)
    rows = {one.name: (one.decided, one.skipped, one.changed_after_suggestion, one.minutes) for one in found.people}
    assert rows == {"Ann": (3, 0, 1, 3.5), "Ben": (1, 0, 0, 2.25), "Cy": (0, 1, 0, 0.25), "Di": (0, 0, 0, 0.0)}
    groups = {one.group: (one.people, one.decided, one.minutes) for one in found.groups}
    assert groups == {"family": (1, 0, 0.0), "lived experience": (2, 3, 3.75), "researcher": (1, 1, 2.25)}
    agree(review, excerpts[0], ("time",), by="Ann", version=0, key=key())
    after = how_are_we_doing(review)
    assert (after.to_discuss, after.agreed_by_talk, after.contested) == (0, 1, 0)


def test_time_spent_can_be_paid(review, tmp_path):
    work(review)
    review.write(lambda store: store.add_reviewer("=1+1", "family"))
    with write_time_spent(review, tmp_path / "time.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["decisions"], row["minutes"]) for row in rows] == [
        ("'=1+1", "0", "0.0"),
        ("Ann", "3", "3.5"),
        ("Ben", "1", "2.2"),
        ("Cy", "0", "0.2"),
        ("Di", "0", "0.0"),
    ]
    assert len(rows[1]["first_day"]) == 10
    assert "skipped" not in rows[0], "how often somebody skipped is shown of nobody"


def test_the_sheet_for_paying_people_is_a_workbook_too_in_which_no_name_is_a_formula(review, tmp_path):
    work(review)
    review.write(lambda store: store.add_reviewer("=1+1", "family"))
    sheet = load_workbook(write_time_spent(review, tmp_path / "time.xlsx")).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("name", "group", "decisions", "minutes", "first_day", "last_day") and sheet.freeze_panes == "B2"
    assert [row[:4] for row in rows[1:3]] == [("=1+1", "family", 0, 0), ("Ann", "lived experience", 3, 3.5)]
    assert sheet["A2"].data_type == "s"
