"""How the report was made, told from the record of the run, and what it cannot tell."""

import pandas as pd

from pipeline.decisions.store import read_review
from pipeline.methods.disclosure import Profile
from pipeline.methods.disclosure.left_out import left_out_note
from pipeline.methods.embedding.centring import MARK, NOTE
from pipeline.methods.embedding.model_files import MULTILINGUAL
from pipeline.methods.text.function_words import ENGLISH
from pipeline.report.blocks import InWorkbook, Paragraph, Points, ReportSection, TableBlock
from pipeline.report.numbers_in_words import NOT_SHOWN, number, number_shown, percent, sentence_case, steadiness
from pipeline.report.shown_totals import texts_are_shown, texts_shown, units_shown
from pipeline.runtime.plurals import n_of
from pipeline.workflow.results import RunResults
from pipeline.workflow.status import learnt_from_written


_MODELS = {
    "voices": "voices (all-MiniLM-L6-v2, taught further with invented answers about services)",
    MULTILINGUAL: "multilingual (multilingual-e5-small, taught further with invented answers about services)",
}
_ENGLISH_ONLY = ("voices", "minilm", "static")
LIMITS = (
    "Themes and codes are suggestions by a program that compares wordings. It does not understand what people mean, and it "
    "misreads irony.",
    "A figure says how many people brought something up, not how much it matters to them. Whoever was not asked, or left the "
    "question blank, is not in it.",
    "The titles of themes are labels of codes, or phrases that people used: working titles, for people to change.",
    "Intervals show what chance can do with this many people. They do not show mistakes in coding, or who chose not to answer.",
)
OF_ROUNDED = (
    "Percentages are of numbers that are rounded to the nearest {step}: of few people they may be off by a few points. One "
    "of the true numbers would undo the rounding."
)


def how_it_was_done(source: RunResults) -> ReportSection:
    """Return settings, figures, limits and versions of the run."""
    versions = tuple(source.manifest.libraries.items())
    middles = source.vectors.get("centroids")
    collapsed = middles is not None and MARK in middles.model
    written = learnt_from_written(source.manifest, read_review(source.study, "lessons"))
    left_out = left_out_note(source["comments"]["response_id"], source["people"], source.groups)
    protection = (
        ("Disclosure control", f"{source.study.settings.count.profile}: {source.profile.rule}"),
        ("Consent to be quoted", "words of people who have not agreed to be quoted are not shown"),
    )
    blocks = (
        Paragraph(_in_a_paragraph(source)),
        InWorkbook(
            (TableBlock("run", "The run in figures", ("What", "Value"), (*_material(source), *_results(source), *protection)),)
        ),
        Paragraph(masking(source["comments"], source.profile)),
        Points(
            (
                *source.notes,
                *LIMITS,
                *([OF_ROUNDED.format(step=source.profile.round_to)] if source.profile.round_to > 1 else []),
                _unsteady(_counted(source)),
                *_late(source),
                *([NOTE] if collapsed else []),
                *([written] if written else []),
                *([left_out] if left_out else []),
                *shaping_sentences(source["shaping"]),
            )
        ),
        InWorkbook((TableBlock("versions", "Versions of the software", ("Library", "Version"), versions),)),
    )
    return ReportSection("how-it-was-done", "How it was done", blocks)


def model_name(model: str) -> str:
    """Return what a model is called where readers may not know it."""
    return _MODELS.get(model, model)


def _in_a_paragraph(source: RunResults) -> str:
    checked = checked_share(source["codings"])
    by_people = (
        f"People have checked {percent(checked)} of the codes that it suggests"
        if checked
        else "People have checked nothing of it yet"
    )
    cut = (
        f"cut the answers into {units_shown(source)} statements"
        if units_shown(source) != NOT_SHOWN
        else "cut the answers into statements"
    )
    return (
        f"A program on the team’s own machine {cut} and sorted these into {n_of(len(_counted(source)), 'theme')}. {by_people}. "
        "Words of people who have not agreed to be quoted are not shown." + other_languages(source)
    )


def _counted(source: RunResults) -> pd.DataFrame:
    """Return the themes without those that people set aside, which no part of the report counts."""
    themes = source["themes"]
    return themes[~themes["set_aside"].astype(bool)]


def other_languages(source: RunResults) -> str:
    """Say how answers in other languages than English were read, with a blank before; nothing where there are none."""
    settings = source.study.settings
    if set(settings.clean.languages) <= {ENGLISH}:
        return ""
    if settings.embed.model == MULTILINGUAL:
        return (
            " Answers in other languages than English are in the same themes, in their own words. Where most answers are in "
            "English, titles are made of English words only; praise and complaint are read in English only."
        )
    less = " Answers in other languages than English were read by a language model that knows little of them."
    return less if settings.embed.model in _ENGLISH_ONLY else ""


def _material(source: RunResults) -> tuple[tuple[str, str], ...]:
    settings, path = source.study.settings, source.study.codebook
    model = settings.embed.model
    return (
        ("Survey export", source.study.source.name),
        ("Codebook", f"{path.name}, {n_of(len(source.codebook), 'code')}" if path else "none"),
        ("Language model", f"{model_name(model)}, run on this machine, precision {settings.embed.precision}"),
        ("Seed", str(source.manifest.seed)),
        ("Languages read", ", ".join(settings.clean.languages)),
    )


def _results(source: RunResults) -> tuple[tuple[str, str], ...]:
    themes = _counted(source)
    middle = float(themes["stability"].median()) if len(themes) else float("nan")
    sure = percent(source.study.settings.code.min_precision)
    return (
        ("Statements in the answers", units_shown(source)),
        ("Different statements", texts_shown(source)),
        ("Themes", number(len(themes))),
        ("How steady a theme in the middle of all is", steadiness(middle)),
        ("A code is suggested when", f"at least {sure} of such suggestions are expected to be right"),
        ("Suggested codes checked by people", percent(checked_share(source["codings"]))),
    )


def checked_share(codings: pd.DataFrame) -> float:
    """Return the share of codings that at least one person has decided on."""
    return float((codings["reviewers"] > 0).mean()) if len(codings) else 0.0


def masking(comments: pd.DataFrame, profile: Profile) -> str:
    """Say how many identifiers are masked, and that a person must check."""
    masked, flagged = (number_shown(int((comments[column] > 0).sum()), profile) for column in ("redactions", "to_check"))
    return (
        f"Identifiers that were found, such as names, places and numbers, are masked: in {masked} answers. Words that may "
        f"identify somebody stand in {flagged}. "
        "The program does not find everything, so a person must check every quotation before it leaves the team."
    )


def shaping_sentences(shaping: pd.DataFrame) -> tuple[str, ...]:
    """Say how many edits people made to the themes, and list those that did not come through."""
    if shaping.empty:
        return ()
    lost = shaping[shaping["result"].isin(["no longer finds its theme", "found in part"])]
    first = f"People made {n_of(len(shaping), 'edit')} to the themes; {n_of(len(shaping) - len(lost), 'stands', 'stand')}."
    sentences = [first]
    for edit_id, action, detail, result in lost[["edit_id", "action", "detail", "result"]].itertuples(index=False):
        asked = f"{action} “{detail}”" if detail else action
        was = "was " if result == "found in part" else ""
        sentences.append(f"Edit {edit_id} ({asked}) {was}{result}; look at the themes and make it again.")
    return tuple(sentences)


def _late(source: RunResults) -> tuple[str, ...]:
    n = int(source["found_members"]["late"].sum())
    if not n:
        return ()
    late = number_shown(n, source.profile)
    of = f"{late} of the {texts_shown(source)} different statements" if texts_are_shown(source) else f"{late} things said"
    sentence = f"{of} came in after the themes were found: each was put into the theme nearest to it, and no theme was changed."
    return (sentence_case(sentence),)


def _unsteady(themes: pd.DataFrame) -> str:
    n = int((themes["stability"] < 0.5).sum())
    if not n:
        return "Each theme came back when answers were drawn again at random. With fewer answers there would have been others."
    unsteady = n_of(n, "theme is", "themes are")
    return sentence_case(f"{unsteady} unsteady: drawn again at random, the answers fell out otherwise, so it may be chance.")
