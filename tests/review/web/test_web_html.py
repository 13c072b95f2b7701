"""Every page is well-formed HTML, as html-validate reads it, where that is on the machine."""

import json
import os
import shutil
import subprocess

import pytest
from html_rules import RULES
from saying import say

from pipeline.review.codebook_changes import propose_change, vote
from pipeline.review.memos import rewrite_memo, write_memo
from pipeline.review.quote_approvals import quote_candidates


@pytest.fixture(scope="session")
def html_validate():
    """The program: HTML_VALIDATE names it, or it is on the path."""
    found = os.environ.get("HTML_VALIDATE") or shutil.which("html-validate")
    if not found:
        pytest.skip("html-validate is not on this machine; with npm: npm install --global html-validate@9.7.1")
    return found


def paths(review):
    """Return the address of every kind of page, in a room where something has been said."""
    excerpts = review.last_run().tables.excerpts
    for who, codes in (("Ann", "time"), ("Ben", "money")):
        for one in excerpts[:2]:
            say(review, who, one, codes, note="I think so.")
    number = write_memo(review, kind="method", note="In pairs.", by="Ann", key="memo", segment_id=excerpts[0])
    rewrite_memo(review, number, kind="method", note="In threes.", by="Ann", version=number, key="again")
    yield from ("/memos", "/memos/new/code/time", f"/memos/new/excerpt/{excerpts[0]}", f"/memos/{number}")
    made = propose_change(review, "time", {"definition": "No time to listen."}, why="Clearer.", by="Ann", key="change")
    vote(review, made.code_edit_id, "object", by="Ben", why="It is not.")
    yield from ("/", "/begin", "/next", "/mine", "/pause", "/talk", "/progress", "/agreement", "/codebook", "/codebook/code/time")
    yield from ("/codebook/change/time", "/codebook/new", f"/codebook/proposal/{made.code_edit_id}", "/themes", "/themes/1")
    yield from ("/practice", "/find", "/quotes", "/guide", "/guide/large-print", "/settings", "/who", "/who/add", "/nope")
    yield from (
        f"/excerpt/{excerpts[0]}",
        f"/excerpt/{excerpts[5]}",
        f"/excerpt/{excerpts[0]}/suggestion",
        f"/talk/{excerpts[0]}",
    )
    yield from (f"/quotes/{quote_candidates(review)[0].segment_id}", f"/practice/{excerpts[0]}", "/excerpt/nothing")


def test_every_page_is_well_formed(ann, review, html_validate, tmp_path):
    found = list(paths(review))
    for number, path in enumerate(found):
        text = ann.get(path).text
        (tmp_path / f"{number:02}.html").write_text(text, encoding="utf-8")
    for number, wrong in enumerate(("/who", "/who/add", "/codebook/new")):
        ann.get(wrong)
        ann.send(name="", label="")
        assert "There is a problem" in ann.page.text
        (tmp_path / f"wrong-{number}.html").write_text(ann.page.text, encoding="utf-8")
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(RULES | {"root": True}), encoding="utf-8")
    command = [html_validate, "--formatter", "json", *sorted(path.name for path in tmp_path.glob("*.html"))]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert said.stdout, said.stderr
    faults = [(page["filePath"].rpartition("/")[2], one) for page in json.loads(said.stdout) for one in page["messages"]]
    named = [
        (found[int(name[:2])] if name[:2].isdigit() else name, one["ruleId"], one["message"], one["line"]) for name, one in faults
    ]
    assert not named, "\n".join(str(one) for one in named)
