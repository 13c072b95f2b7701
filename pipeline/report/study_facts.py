"""What a study's own records say of how it was done, for lists that journals and funders ask for."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from pipeline.decisions.store import read_review
from pipeline.methods.agreement.agreement_in_words import HOW_IT_COUNTS, heading, overall_figures
from pipeline.methods.agreement.agreement_table import from_table
from pipeline.report.answered_actions import standing
from pipeline.report.numbers_in_words import NOT_SHOWN, number, number_shown, percent, sentence_case
from pipeline.report.placed_themes import placed_themes
from pipeline.report.quote_bank import release
from pipeline.report.sections.accounts_section import WHY
from pipeline.report.sections.method_section import LIMITS, masking, model_name, other_languages, shaping_sentences
from pipeline.report.sections.story_section import as_decided, findings
from pipeline.report.sections.taking_part_section import everyone_asked
from pipeline.report.shown_totals import units_shown
from pipeline.runtime.plurals import listed, n_of
from pipeline.study.easy_read import approval_of, read_ideas
from pipeline.workflow.results import RunResults
from pipeline.workflow.stages.respond import ALL, READ
from pipeline.workflow.status import learnt_from_written


class StudyFact(NamedTuple):
    """What the records say, and the part of the report or the file that holds it."""

    sentence: str
    where: str


_OUTCOMES = ("codes", "none")
_NO_WORDS = (
    "No sentence of the report was written by a language model: the program sorts and suggests. Titles of themes are labels of "
    "codes or words that people used; rewordings of quotations were written by people."
)
_RECORD = (
    "Every decision is kept with who made it and when, and `themes verify` tells whether any was changed since. Each run says "
    "which program, settings and files made which table."
)


def fact(name: str, source: RunResults) -> StudyFact | None:
    """Return what the records say about one thing; None where they say nothing."""
    make, where = FACTS[name]
    sentence = make(source)
    return StudyFact(sentence, where) if sentence else None


def _title(source: RunResults) -> str:
    return f"“{source.study.settings.name}”: a codebook analysis of open answers in a survey."


def _questions(source: RunResults) -> str:
    asked = [f"“{source.wording(question)}”" for question in source.study.settings.intake.questions]
    return f"{sentence_case(n_of(len(asked), 'open question'))}: {listed(asked)}." if asked else ""


def _closed(source: RunResults) -> str:
    asked = [f"“{source.wording(question)}”" for question in source.study.settings.intake.ratings]
    return f"{sentence_case(n_of(len(asked), 'closed question'))}: {listed(asked)}." if asked else ""


def _approach(source: RunResults) -> str:
    if source.study.codebook is None:
        return "A program found themes in the answers, without a codebook; people shape and name them."
    return "Codebook analysis: people wrote a codebook, a program suggests codes and finds themes, and people decide."


def _people(source: RunResults) -> str:
    asked, answered, blank = (NOT_SHOWN if pd.isna(figure) else number(figure) for figure in everyone_asked(source))
    return f"People asked at least one open question: {asked}. Wrote an answer: {answered}. Left all blank: {blank}."


def _accounts(source: RunResults) -> str:
    counts = source["accounts"].set_index("became")["n"]
    shown = {became: NOT_SHOWN if pd.isna(n) else number(n) for became, n in counts.items()}
    return f"Answers, blank ones too: {shown[ALL]}. Read: {shown[READ]}." if ALL in shown and READ in shown else ""


def _nonresponse(source: RunResults) -> str:
    counts = source["accounts"].set_index("became")["n"].drop([ALL, READ], errors="ignore")
    parts = [f"{WHY.get(str(became), str(became))}: {NOT_SHOWN if pd.isna(n) else number(n)}" for became, n in counts.items()]
    return f"Not read, of all answers. {'; '.join(parts)}." if parts else ""


def _groups(source: RunResults) -> str:
    return f"People are told apart by {listed([f'“{group}”' for group in source.groups])}." if source.groups else ""


def _consent(source: RunResults) -> str:
    consent = source.study.settings.intake.consent
    if consent is None:
        return "The export holds no answer on consent to be quoted, so nobody’s words leave the team."
    return "People were asked whether they may be quoted. Words of those who did not agree are read by the team and never quoted."


def _masking(source: RunResults) -> str:
    return masking(source["comments"], source.profile)


def _security(source: RunResults) -> str:
    local = source.study.settings.run.engine == "local"
    machines = "the team’s own machine" if local else "the machines of the team’s own cluster"
    return f"All programs ran on {machines}. The key to pseudonyms stays in a closed folder of the study."


def _languages(source: RunResults) -> str:
    read = ", ".join(source.study.settings.clean.languages)
    return f"Languages that were read: {read}.{other_languages(source)} Others were set aside and counted."


def _units(source: RunResults) -> str:
    unit = source.study.settings.segment.unit
    return f"Answers were divided into {units_shown(source)} meaning units, by {unit}."


def _export(source: RunResults) -> str:
    path = source.study.source
    return f"A folder of documents, {path.name}." if path.is_dir() else f"An export of a survey tool, {path.name}."


def _codebook(source: RunResults) -> str:
    if source.study.codebook is None:
        return ""
    codes = source.codebook.codes
    defined = sum(bool(code.definition) for code in codes)
    bounded = sum(bool(code.include or code.exclude) for code in codes)
    return (
        f"A codebook of {n_of(len(codes), 'code')}: {number(defined)} with what it means, {number(bounded)} with what it takes "
        "in or leaves out."
    )


def _machine(source: RunResults) -> str:
    settings = source.study.settings
    model, sure = model_name(settings.embed.model), percent(settings.code.min_precision)
    return (
        f"A small language model, {model}, turns answers into numbers; BERTopic groups them; a coder suggests a code where it "
        f"expects {sure} of such suggestions to be right."
    )


def _software(source: RunResults) -> str:
    versions = source.manifest.libraries
    return f"Many Voices with {', '.join(f'{name} {version}' for name, version in versions.items())}." if versions else ""


def _taught(source: RunResults) -> str:
    lessons = read_review(source.study, "lessons")
    own = f"{n_of(lessons['text_id'].nunique(), 'text')} that people of this study coded" if len(lessons) else ""
    written = learnt_from_written(source.manifest, lessons)
    return " ".join(filter(None, (f"The coder learnt from the codebook{f' and {own}' if own else ''}.", written)))


def _suggested(source: RunResults) -> str:
    suggestions = source["suggestions"]
    n, of = suggestions.loc[suggestions["suggested"], "text_id"].nunique(), suggestions["text_id"].nunique()
    if not of:
        return ""
    return (
        f"The program suggests a code for {percent(n / of)} of the different things that were said, and is silent on the others."
    )


def _made(source: RunResults) -> pd.DataFrame:
    """Return the decisions that say what an excerpt holds, of excerpts that are still there."""
    made = source["decisions"]
    return made[made["outcome"].isin(_OUTCOMES) & made["segment_id"].isin(source["segments"]["segment_id"])]


def _coders(source: RunResults) -> str:
    made = _made(source)
    if made.empty:
        return ""
    groups = made.groupby("reviewer_group")["reviewer"].nunique()
    return f"{sentence_case(n_of(made['reviewer'].nunique(), 'person', 'people'))} coded: {_by_group(groups)}."


def _by_group(groups: "pd.Series[int]") -> str:
    return listed([f"{number(n)} in the group “{group}”" for group, n in groups.items()])


def _double(source: RunResults) -> str:
    readers = _made(source).groupby("segment_id")["reviewer"].nunique()
    n = int((readers > 1).sum())
    return f"{sentence_case(n_of(n, 'excerpt was', 'excerpts were'))} read by two people or more." if n else ""


def _blind(source: RunResults) -> str:
    made = _made(source)
    if made.empty:
        return ""
    share = percent(float(made["blind"].mean()))
    return f"{share} of {n_of(len(made), 'answer')} were given before the person saw a suggestion or anybody else’s answer."


def _decided(source: RunResults) -> str:
    made = _made(source)
    if made.empty:
        return ""
    read, of = made["segment_id"].nunique(), len(source["segments"])
    # Their number and their share together would tell how many excerpts there are, which may be rounded or hidden.
    return "People decided on every excerpt." if read == of else f"People decided on {percent(read / of)} of the excerpts."


def _changed(source: RunResults) -> str:
    suggestions, made = source["suggestions"], _made(source)
    suggested = suggestions[suggestions["suggested"]].groupby("text_id")["code"].agg(frozenset)
    beside = made[made["text_id"].isin(suggested.index)]
    if beside.empty:
        return ""
    decided = beside["codes"].map(lambda codes: frozenset(filter(None, codes.split("|"))))
    same = float((decided == beside["text_id"].map(suggested)).mean())
    otherwise = "gave the same codes" if same == 1 else f"gave the same codes and {percent(1 - same)} others or none"
    beginning = f"Of {n_of(len(beside), 'answer')} about excerpts for which the program now suggests a code"
    return f"{beginning}, {percent(same)} {otherwise}."


def _unread(source: RunResults) -> str:
    n, of = len(set(source["segments"]["segment_id"]) - set(_made(source)["segment_id"])), len(source["segments"])
    if not of:
        return ""
    return "People have read everything." if not n else f"Nobody has decided on {percent(n / of)} of the excerpts."


def _agreement(source: RunResults) -> str:
    comparisons = [comparison for comparison in from_table(source["agreement"]) if comparison.overall]
    between_people = [comparison for comparison in comparisons if not comparison.kind.startswith("model")]
    return " ".join(
        f"{heading(comparison)}: alpha {overall_figures(comparison)[1]} over {n_of(comparison.n_excerpts, 'excerpt')}."
        for comparison in between_people
    )


def _model_agreement(source: RunResults) -> str:
    comparisons = [comparison for comparison in from_table(source["agreement"]) if comparison.overall]
    return " ".join(
        f"{heading(comparison)}: alpha {overall_figures(comparison)[1]}."
        for comparison in comparisons
        if comparison.kind == "model and group"
    )


def _agreement_limits(source: RunResults) -> str:
    return HOW_IT_COUNTS if _agreement(source) else ""


def _disagreements(source: RunResults) -> str:
    codings = source["codings"]
    n = codings.loc[codings["status"] == "contested", "segment_id"].nunique()
    if not _double(source):
        return ""
    kept = f"{sentence_case(n_of(n, 'excerpt is', 'excerpts are'))} contested" if n else "No excerpt is contested"
    return f"{kept}. Where people read words differently both readings are kept; nothing is decided by vote."


def _audit(source: RunResults) -> str:
    made = _made(source)
    n = made.loc[made["drawn"] == "random audit", "segment_id"].nunique()
    drawn = n_of(n, "excerpt drawn at random was", "excerpts drawn at random were")
    return f"{sentence_case(drawn)} read, to see how right suggestions are." if n else ""


def _themes(source: RunResults) -> str:
    themes = source["themes"]
    # As in the report: those that people set aside are none of them.
    themes = themes[~themes["set_aside"].astype(bool)]
    if themes.empty:
        return ""
    # Themes of earlier versions do not say what brought them together.
    n = int(themes["guide_code"].notna().sum()) if "guide_code" in themes else 0
    return (
        f"{sentence_case(n_of(len(themes), 'theme'))}: {number(n)} gathered round a code of the codebook, the others found "
        "in the answers alone."
    )


def _shaping(source: RunResults) -> str:
    return " ".join(shaping_sentences(source["shaping"])[:1])


def _quotes(source: RunResults) -> str:
    # What was approved and may leave no longer, as somebody withdrew, is none of them.
    n = (
        release(source["quotes"], source["segments"], source["comments"], source.approvals, source.flagged)
        .approved["text"]
        .nunique()
    )
    if not n:
        return ""
    return f"{sentence_case(n_of(n, 'quotation'))} approved by people, each with who spoke as far as that may be told."


def _findings(source: RunResults) -> str:
    placed = placed_themes(source.named_themes, source["theme_codes"], source["members"], source.profile)
    counted = tuple(theme for theme in placed if not theme.set_aside)
    items, standing_in_words = as_decided(source.study, findings(source, counted))
    return " ".join(filter(None, (*(finding.sentence for finding in items), standing_in_words)))


def _heard_once(source: RunResults) -> str:
    n = int(source["members"]["heard_once"].sum())
    return sentence_case(f"{number_shown(n, source.profile)} things were heard only once; they are listed.") if n else ""


def _loop(source: RunResults) -> str:
    progress = standing(source)
    if not progress.loop.entries:
        return ""
    n, of = len(progress.with_state("answered", "not told")), len(progress.themes)
    return f"{number(n)} of {n_of(of, 'theme')} have an answer: what was done, or why it could not be."


def _easy_read(source: RunResults) -> str:
    ideas = read_ideas(source.study)
    if not ideas:
        return ""
    return "An easy-read version is written" + (
        " and approved." if approval_of(source.study, ideas) else ", and waits for approval."
    )


def _safeguarding(source: RunResults) -> str:
    named = bool(source.study.settings.safeguarding.person)
    return "A person is named who is to read answers that may speak of harm first." if named else ""


def _waves(source: RunResults) -> str:
    return "The report compares this survey with an earlier one." if source.study.settings.report.earlier else ""


def _limits(source: RunResults) -> str:
    return " ".join(LIMITS)


def _always(sentence: str) -> Callable[[RunResults], str]:
    return lambda source: sentence


_REPORT = "report, “{}”"
_WHO, _HOW = _REPORT.format("Who took part"), _REPORT.format("How it was done")
_AGREED, _APART = _REPORT.format("How people agreed"), _REPORT.format("Where people disagreed")
FACTS: dict[str, tuple[Callable[[RunResults], str], str]] = {
    "title": (_title, "report, cover"),
    "questions": (_questions, _WHO),
    "closed": (_closed, "report.xlsx"),
    "approach": (_approach, _HOW),
    "people": (_people, _WHO),
    "accounts": (_accounts, _REPORT.format("What was set aside and why")),
    "nonresponse": (_nonresponse, _REPORT.format("What was set aside and why")),
    "groups": (_groups, _WHO),
    "consent": (_consent, "study.toml, [intake.consent]"),
    "masking": (_masking, _HOW),
    "security": (_security, "SECURITY.md"),
    "languages": (_languages, _HOW),
    "units": (_units, _HOW),
    "export": (_export, "study.toml, [intake]"),
    "codebook": (_codebook, "codebook"),
    "machine": (_machine, _HOW),
    "software": (_software, _HOW),
    "taught": (_taught, _HOW),
    "suggested": (_suggested, "report.xlsx"),
    "coders": (_coders, _AGREED),
    "double": (_double, _AGREED),
    "blind": (_blind, _AGREED),
    "decided": (_decided, _HOW),
    "changed": (_changed, "project.qdpx"),
    "unread": (_unread, _HOW),
    "agreement": (_agreement, _AGREED),
    "model_agreement": (_model_agreement, _AGREED),
    "agreement_limits": (_agreement_limits, _AGREED),
    "disagreements": (_disagreements, _APART),
    "audit": (_audit, _HOW),
    "themes": (_themes, _REPORT.format("Themes")),
    "shaping": (_shaping, _HOW),
    "quotes": (_quotes, "quote bank"),
    "findings": (_findings, _REPORT.format("The story")),
    "heard_once": (_heard_once, _REPORT.format("Heard once")),
    "loop": (_loop, "loop.html"),
    "easy_read": (_easy_read, "easyread.html"),
    "safeguarding": (_safeguarding, "study.toml, [safeguarding]"),
    "waves": (_waves, _REPORT.format("What changed")),
    "limits": (_limits, _HOW),
    "record": (_always(_RECORD), "review.sqlite and derived/manifest.json"),
    "no_words": (_always(_NO_WORDS), _HOW),
}
"""What can be said of a study, each with where a reader finds more."""
