"""How the report was made, told from the record of the run, and what it cannot tell."""

import pandas as pd

from pipeline.methods.disclosure import Profile
from pipeline.methods.disclosure.left_out import left_out_note
from pipeline.methods.embedding.centring import MARK, NOTE
from pipeline.report.blocks import Fold, Paragraph, Points, ReportSection, TableBlock
from pipeline.report.numbers_in_words import counted, number, number_shown, percent, sentence_case, steadiness
from pipeline.tables.parquet import TABLES, model_of_vectors
from pipeline.workflow.results import RunResults


_MODELS = {"voices": "voices (all-MiniLM-L6-v2, taught further with invented answers about services)"}
LIMITS = (
    "Themes and codes are suggestions by a program that compares wordings. It does not understand what people mean, and it "
    "misreads irony.",
    "A figure says how many people brought something up, not how much it matters to them. Whoever was not asked, or left the "
    "question blank, is not in it.",
    "The titles of themes are their most telling words: working titles, for people to change.",
    "Intervals show what chance can do with this many people. They do not show mistakes in coding, or who chose not to answer.",
)


def how_it_was_done(source: RunResults) -> ReportSection:
    """Return settings, figures, limits and versions of the run."""
    versions = tuple(source.manifest.libraries.items())
    blocks = (
        TableBlock("run", "The run in figures", ("What", "Value"), (*_material(source), *_results(source), *_protection(source))),
        Paragraph(masking(source["comments"], source.profile)),
        Points(
            (
                *source.notes,
                *LIMITS,
                _unsteady(source["themes"]),
                *_late(source["found_members"]),
                *_collapsed(source),
                *_left_out(source),
                *shaping_sentences(source["shaping"]),
            )
        ),
        Fold("Versions of the software", (TableBlock("versions", "Versions of the software", ("Library", "Version"), versions),)),
    )
    return ReportSection("how-it-was-done", "How it was done", blocks)


def _left_out(source: RunResults) -> tuple[str, ...]:
    note = left_out_note(source["comments"]["response_id"], source["people"], source.groups)
    return (note,) if note else ()


def _material(source: RunResults) -> tuple[tuple[str, str], ...]:
    settings, path = source.study.settings, source.study.codebook
    model = settings.embed.model
    return (
        ("Survey export", source.study.source.name),
        ("Codebook", f"{path.name}, {counted(len(source.codebook), 'code', 'codes')}" if path else "none"),
        ("Language model", f"{_MODELS.get(model, model)}, run on this machine, precision {settings.embed.precision}"),
        ("Seed", str(source.manifest.seed)),
        ("Languages read", ", ".join(settings.clean.languages)),
    )


def _results(source: RunResults) -> tuple[tuple[str, str], ...]:
    themes = source["themes"]
    middle = float(themes["stability"].median()) if len(themes) else float("nan")
    sure = percent(source.study.settings.code.min_precision)
    return (
        ("Meaning units in them", number(len(source["segments"]))),
        ("Different things said", number(len(source["texts"]))),
        ("Themes", number(len(themes))),
        ("Steadiness of the middle theme", steadiness(middle)),
        ("A code is suggested when", f"at least {sure} of such suggestions are expected to be right"),
        ("Suggested codes checked by people", percent(checked_share(source["codings"]))),
    )


def _protection(source: RunResults) -> tuple[tuple[str, str], ...]:
    return (
        ("Disclosure control", f"{source.study.settings.count.profile}: {source.profile.rule}"),
        ("Consent to be quoted", "words of people who have not agreed to be quoted are not shown"),
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
    first = f"People made {counted(len(shaping), 'edit', 'edits')} to the themes; {number(len(shaping) - len(lost))} stand."
    return (first, *(_lost(row["edit_id"], row["action"], row["detail"], row["result"]) for _, row in lost.iterrows()))


def _lost(edit_id: int, action: str, detail: str, result: str) -> str:
    asked = f"{action} “{detail}”" if detail else action
    return (
        f"Edit {edit_id} ({asked}) {'was ' if result == 'found in part' else ''}{result}; look at the themes and make it again."
    )


def _late(members: pd.DataFrame) -> tuple[str, ...]:
    n = int(members["late"].sum())
    if not n:
        return ()
    of = f"{number(n)} of the {number(len(members))} different things said"
    return (f"{of} came in after the themes were found: each was put into the theme nearest to it, and no theme was changed.",)


def _collapsed(source: RunResults) -> tuple[str, ...]:
    return (NOTE,) if MARK in model_of_vectors(source.study.folder / TABLES["vectors"].file) else ()


def _unsteady(themes: pd.DataFrame) -> str:
    n = int((themes["stability"] < 0.5).sum())
    if not n:
        return "No theme is unsteady, but with fewer answers other themes would have been found."
    return sentence_case(f"{counted(n, 'theme is', 'themes are')} unsteady (below 0.5) and may be chance groupings.")
