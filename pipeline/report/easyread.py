"""The easy-read version: short sentences, one idea a line, a picture beside each; a draft until a co-analyst has approved it."""

import io
import math
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import pandas as pd
from docx.document import Document
from docx.shared import Pt

from pipeline.decisions.accounts import people as people_of
from pipeline.decisions.store import has_store, open_store
from pipeline.errors import ReviewError, StudyError
from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.report import EXPORTS
from pipeline.report.code_shares import grounds, share_rows
from pipeline.report.formats.docx_styles import (
    add_footer,
    add_picture,
    add_side_by_side,
    new_document,
    save_document,
    write_lines,
)
from pipeline.report.formats.html import fill_template
from pipeline.report.numbers_in_words import number, people
from pipeline.report.placed_themes import with_shown_figures
from pipeline.report.sections.method_section import checked_share
from pipeline.report.sections.story_findings import contrasts
from pipeline.report.sections.taking_part_section import everyone_asked
from pipeline.report.theme_tone import shown_tone
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_text import one_line
from pipeline.study.actions import read_loop
from pipeline.study.easy_read import (
    FILE,
    MOST_WORDS_ON_AVERAGE,
    EasyReadApproval,
    Idea,
    add_approval,
    approval_of,
    read_ideas,
    reading,
    start_ideas,
)
from pipeline.study.study import Study
from pipeline.workflow.released_figures import consistent_with_earlier_releases
from pipeline.workflow.results import RunResults, read_results


POINTS = 16
DRAFT = "DRAFT"
NOT_YET = "DRAFT: not yet approved by a co-analyst. Do not send it out."
MOST_CODES = 3
"""Messages that are read and kept in mind."""
SAID = "What people said"
_TONES = {
    "praise": "Most said: this is good.",
    "complaints": "Most said: this is not good.",
    "suggestions": "Most said how it could be better.",
    "complaints and praise": "Some said: this is good. Some said: this is not good.",
    "praise and complaints": "Some said: this is good. Some said: this is not good.",
    "complaints and suggestions": "Some said: this is not good. Some said how it could be better.",
    "suggestions and complaints": "Some said: this is not good. Some said how it could be better.",
    "praise and suggestions": "Some said: this is good. Some said how it could be better.",
    "suggestions and praise": "Some said: this is good. Some said how it could be better.",
}
CO_ANALYST = "co-analyst"
_PICTURE_CM = 4.0


def write_easyread(source: RunResults, folder: Path) -> None:
    """Write easyread.docx and easyread.html."""
    ideas = read_ideas(source.study) or tuple(draft_ideas(source))
    approved = approval_of(source.study, ideas)
    title = source.study.settings.name
    mark = (*([source.draft] if source.draft else []), *(() if approved else (NOT_YET, *reading(ideas).problems)))
    save_document(_document(title, ideas, mark, source.study.folder), folder / "easyread.docx")
    page = _page(title, ideas, mark, source.study.folder)
    write_atomically(folder / "easyread.html", lambda path: path.write_text(page, encoding="utf-8"))


def draft_ideas(source: RunResults) -> Iterator[Idea]:
    """Yield a draft from the study's figures, for people to put into their own words."""
    about = "About this page"
    yield Idea(about, "We asked people some questions.", "A person asks other people a question")
    answered = everyone_asked(source)[1]
    who = "Some people" if math.isnan(answered) else people(answered)
    yield Idea(about, f"{who} wrote something.", "People write on a form")
    yield Idea(about, "A computer helped us to sort the answers.", "A computer and a pile of letters")
    if checked_share(source["codings"]) < 1:
        yield Idea(about, "People still need to check this.", "Two people read a letter together")
    # As long as not all is read, more people may have said it.
    more = "" if grounds(source, ANY) == "all read" else " or more"
    yield from _closed_finding(source)
    tones = _tones(source)
    for n, words, code in _most_named(source):
        sentence = f"{n} people{more} talked about this: {words}."
        yield Idea(SAID, " ".join(filter(None, (sentence, tones.get(code)))), f"A picture that shows: {words}")
    yield from _next_steps(source)


def _closed_finding(source: RunResults) -> Iterator[Idea]:
    """Yield the largest difference between groups in what they ticked, in tens of people."""
    ticked = (contrast for contrast in contrasts(source) if contrast.kind == "answer")
    contrast = next(ticked, None)
    if contrast is None:
        return
    answer = contrast.comparison.labels[contrast.key]
    yield Idea(SAID, f"We asked: {contrast.asked}", "A form with boxes to tick")
    for cell in (contrast.high, contrast.low):
        of_ten = math.floor(10 * cell.value + 0.5)
        yield Idea(SAID, f"{cell.name}: about {of_ten} out of 10 said “{answer}”.", f"Ten people, of whom {of_ten} raise a hand")


def _tones(source: RunResults) -> dict[str, str]:
    """Return what people mostly said of each code, in words: nobody has checked what the program read, so without a number."""
    themes = with_shown_figures(source["themes"], source.profile).merge(
        source["theme_codes"][["theme_id", "code"]], on="theme_id"
    )
    # Of two themes of one code the larger one speaks.
    rows = themes.dropna(subset="code").sort_values("n_people", ascending=False).drop_duplicates("code")
    return {str(row["code"]): _TONES.get(shown_tone(row), "") for row in rows.to_dict("records")}


def _most_named(source: RunResults) -> Iterator[tuple[str, str, str]]:
    """Yield the codes that most people named: how many did, in plain words, and the code."""
    if source["counts"].empty:
        return
    shares = share_rows(source)
    rows = shares[(shares["group"] == EVERYONE) & (shares["question"] == ANY)].dropna(subset="n")
    plain = source.codebook.plain_names
    # Where no share can be told the order is the codebook's: how many people read of says nothing of how many there are.
    order = {code: place for place, code in enumerate(plain)}
    first = {"all read": -rows["n"], "audit": -rows["share"], "none": rows["code"].map(order)}[grounds(source, ANY)]
    top: pd.DataFrame = rows.assign(first=first).sort_values(["first", "code"]).head(MOST_CODES)
    for n, code in zip(top["n"], top["code"], strict=True):
        yield number(n), plain.get(code, code).rstrip("."), code


def _next_steps(source: RunResults) -> Iterator[Idea]:
    heading = "What happens next"
    decided = [entry for entry in read_loop(source.study).entries if entry.decided]
    for entry in decided:
        if entry.action:
            yield Idea(heading, entry.action.rstrip(".") + ".", "A tick")
        else:
            yield Idea(heading, f"We cannot do this: {entry.about}.", "A cross")
            yield Idea(heading, f"This is why: {entry.not_possible_because.rstrip('.')}.", "A question mark")
    if not decided:
        yield Idea(heading, "[Write here what happens next.]", "An arrow")
    yield Idea(heading, "[Write here how people can ask a question.]", "A telephone")


def _document(title: str, ideas: Sequence[Idea], mark: Sequence[str], folder: Path) -> Document:
    document = new_document(f"{title}: easy read" + (f" ({DRAFT})" if mark else ""), points=POINTS)
    document.add_heading(level=0).add_run(title).font.size = Pt(30)
    for line in mark:
        write_lines(document.add_paragraph(), line, bold=True)
    add_footer(document, DRAFT if mark else title)
    for heading, ideas_under in groupby(ideas, key=lambda idea: idea.heading):
        document.add_heading(level=1).add_run(heading).font.size = Pt(22)
        for idea in ideas_under:
            picture, words = add_side_by_side(document, _PICTURE_CM + 0.5)
            add_picture(picture, _picture(idea, folder), alternative=idea.picture, title="Picture", width_cm=_PICTURE_CM)
            words.paragraph_format.space_after = Pt(24)
            write_lines(words, idea.text)
    return document


def _picture(idea: Idea, folder: Path) -> bytes:
    if idea.file:
        return _chosen(folder, idea.file).read_bytes()
    # Imported only here, as it takes long to load.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.4, 1.6))
    axes = figure.add_axes((0.02, 0.03, 0.96, 0.94))
    axes.set(xticks=[], yticks=[])
    axes.text(0.5, 0.5, "picture", ha="center", va="center", color="#54585c", fontsize=14)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, facecolor="#f3f5f6", metadata={"Software": None})
    return buffer.getvalue()


def _chosen(folder: Path, name: str) -> Path:
    # The name comes from a file that people edit: a link or ".." must not bring another file into what leaves.
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path.suffix.lower() not in (".png", ".jpg", ".jpeg") or not path.is_file():
        raise StudyError(f"easyread.csv names the picture {name!r}, which is no .png or .jpg in the study's folder.")
    return path


def _page(title: str, ideas: Sequence[Idea], mark: Sequence[str], folder: Path) -> str:
    parts = [
        (heading, [(idea, b64encode(_picture(idea, folder)).decode() if idea.file else "") for idea in ideas_under])
        for heading, ideas_under in groupby(ideas, key=lambda idea: idea.heading)
    ]
    return fill_template("easyread.html.j2", title=title, parts=parts, mark=mark)


def start_easyread(study: Study) -> int:
    """Write easyread.csv with a draft from the study's figures, and return the number of ideas."""
    (source,) = consistent_with_earlier_releases(study, [read_results(study, EXPORTS["easyread"].tables)])
    ideas = tuple(draft_ideas(source))
    start_ideas(study, ideas)
    return len(ideas)


def easyread_in_words(study: Study) -> Iterator[str]:
    """Say how easy the text is to read, what must be put right, and who approved it."""
    ideas = read_ideas(study)
    if not ideas:
        yield f"There is no {FILE} yet: themes easyread STUDY --start writes a draft for people to change."
        return
    readability = reading(ideas)
    mean = f"{readability.mean:.1f} words a sentence on average"
    yield f"{FILE}: {len(ideas)} ideas, {mean} (at most {MOST_WORDS_ON_AVERAGE} are easy)."
    yield from (f"  - {problem}" for problem in readability.problems)
    approval = approval_of(study, ideas)
    yield f"Approved by {approval.by} on {approval.when}." if approval else "Not approved yet: it leaves with the word DRAFT."


def approve_easyread(study: Study, *, by: str, when: date) -> EasyReadApproval:
    """Keep a co-analyst's approval of the text as it stands now; any later change takes it back to a draft."""
    ideas = read_ideas(study)
    if not ideas:
        raise StudyError(f"There is no {FILE} to approve; `themes easyread STUDY --start` writes a draft.")
    return add_approval(study, ideas, by=_co_analyst(study, by), when=when)


def _co_analyst(study: Study, name: str) -> str:
    """Return the name as the study keeps it; ReviewError unless the person is a co-analyst of the study."""
    names: list[str] = []
    if has_store(study):
        with open_store(study) as store:
            names = [member.name for member in people_of(store) if member.role == CO_ANALYST]
    wanted = one_line(name).casefold()
    for co_analyst in names:
        if co_analyst.casefold() == wanted:
            return co_analyst
    raise ReviewError(
        f"Only a co-analyst of this study can approve its easy-read version; {name} is none. "
        f"There is: {', '.join(names) or 'nobody yet'}."
    )
