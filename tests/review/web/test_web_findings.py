"""Findings of the report are read beside their figures, put in the team's words, arranged and approved on the page."""

import pytest

from pipeline.report.blocks import StoryFinding
from pipeline.report.sections.story_section import NOT_APPROVED, as_decided
from pipeline.study.report_findings import ProposedFinding, keep_proposals, left_out


LEADERS = StoryFinding(
    "Asked “Is it better?”, 89% of Leaders answered “Yes”, against 26% of Families (everyone: 52%).", key="answer better"
)
TRUST = StoryFinding("More people wrote about “Trust” than about anything else: at least 145.", key="theme 1")
MONEY = StoryFinding("Leaders wrote about “Money” more often than everybody else: at least 25 of them.", key="theme 2 of Leaders")
PICKED = (LEADERS, TRUST, MONEY)
OWN = "Nearly all leaders see it getting better (89%), and one family in four (26%)."


@pytest.fixture
def picked(study):
    """Keep findings as the last report picked them."""

    def keep(*findings):
        keep_proposals(study, [ProposedFinding(finding.key, finding.sentence) for finding in findings])

    keep(*PICKED)
    return keep


@pytest.fixture
def facilitator(ann, review):
    review.write(lambda store: store.add_reviewer("Fay", "researcher", "facilitator"))
    return ann.be("Fay")


def printed(study, picked=PICKED):
    items, standing = as_decided(study, picked)
    return [finding.sentence for finding in items], standing


def approve(browser, number, **fields):
    page = browser.get("/findings").text
    key = page.split('<a class="button" href="/findings/')[number].partition('"')[0]
    browser.get(f"/findings/{key}")
    return browser.send(**fields)


def test_until_somebody_approves_one_the_report_says_that_nobody_has(study, picked, facilitator):
    assert printed(study) == ([finding.sentence for finding in PICKED], NOT_APPROVED)
    assert facilitator.get("/findings").text.count("Not approved yet") == 3


def test_what_is_approved_is_what_the_report_prints_in_the_teams_words(study, picked, facilitator):
    approve(facilitator, 1, sentence=OWN)
    assert "Approved. The next report prints it in these words." in facilitator.page.text
    assert printed(study) == ([OWN], "2 more findings wait to be approved.")


def test_a_figure_that_is_not_the_findings_is_not_approved(study, picked, facilitator):
    page = approve(facilitator, 1, sentence="Nearly all leaders (98%), and in 2026 few families.")
    assert page.status_code == 422 and "98 is not among the figures of this finding" in page.text
    assert "2026 is not" not in page.text and printed(study)[1] == NOT_APPROVED


def test_an_approval_holds_for_the_figures_that_were_approved(study, picked, facilitator):
    approve(facilitator, 1, sentence=OWN)
    changed = StoryFinding(LEADERS.sentence.replace("89%", "87%"), key=LEADERS.key)
    picked(changed, TRUST, MONEY)
    assert printed(study, (changed, TRUST, MONEY))[1] == NOT_APPROVED
    page = facilitator.get("/findings").text
    assert "To be approved again" in page and "Figures that are not this finding’s any more: 89" in page


def test_findings_are_moved_left_out_and_brought_back(study, picked, facilitator):
    for number in (1, 2, 3):
        approve(facilitator, number)
    facilitator.get("/findings")
    facilitator.press("Move up", "finding 3")
    assert printed(study)[0] == [LEADERS.sentence, MONEY.sentence, TRUST.sentence]
    facilitator.press("Leave out", "finding 1")
    assert printed(study)[0] == [MONEY.sentence, TRUST.sentence] and left_out(study) == {LEADERS.key}
    facilitator.press("Bring it back")
    assert printed(study)[0] == [LEADERS.sentence, MONEY.sentence, TRUST.sentence]


def test_two_people_at_one_finding_do_not_overwrite_each_other(study, picked, facilitator):
    approve(facilitator, 1, sentence=OWN)
    page = approve(facilitator, 1, sentence="Another (26%).", stood=LEADERS.sentence)
    assert page.status_code == 422 and "Somebody changed this finding" in page.text
    assert printed(study)[0] == [OWN]


def test_only_people_who_run_the_review_see_findings(picked, ann):
    assert ann.get("/findings").status_code == 403 and "/findings" not in ann.get("/").text
