"""Check the settings that do not depend on the export: codebook, language model, languages, groups."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from pipeline.codebook.codebook import check_codebook, read_codebook
from pipeline.errors import CodebookError, ModelError
from pipeline.methods.embedding.embedders import EMBEDDERS, check_folder, model_sha256
from pipeline.methods.themes.saved_model import load as load_themes
from pipeline.study.study import Study
from pipeline.survey.columns.column import shown
from pipeline.workflow.checks.check_context import Problem


def check_settings(study: Study) -> Iterator[Problem]:
    """Yield what is wrong with the settings whatever the export holds."""
    yield from _check_codebook(study)
    yield from _check_model(study)
    yield from _check_languages(study)
    yield from _check_groups(study)
    yield from _check_saved_themes(study)


def _check_codebook(study: Study) -> Iterator[Problem]:
    if study.codebook is None:
        return
    try:
        findings = check_codebook(read_codebook(study.codebook))
    except CodebookError as error:
        yield Problem("error", str(error))
        return
    yield from (Problem("warning", f"{study.codebook.name}: {finding}") for finding in findings)


def _check_model(study: Study) -> Iterator[Problem]:
    name = study.settings.embed.model
    if name not in EMBEDDERS and not (Path(name) / "modules.json").is_file():
        names = ", ".join(EMBEDDERS)
        text = f"there is no model {shown(name)}. Use one of {names}, or the folder of a sentence-transformers model."
        yield Problem("error", f"study.toml, [embed] model: {text}")
        return
    try:
        if name not in EMBEDDERS:
            check_folder(Path(name))
        model_sha256(name)
    except (ModelError, OSError) as error:
        yield Problem("error", f"study.toml, [embed] model: {error}")


def _check_saved_themes(study: Study) -> Iterator[Problem]:
    if study.frozen is None:
        return
    try:
        saved = load_themes(study.frozen)
        if saved.sha256 != model_sha256(study.settings.embed.model):
            text = f"they were found with {shown(saved.embedder)}, and [embed] model is {shown(study.settings.embed.model)}."
            yield Problem("error", f"study.toml, [cluster] frozen: {text} Set [embed] model to the one of the saved themes.")
    except (ModelError, OSError) as error:
        yield Problem("error", f"study.toml, [cluster] frozen: {error}")


def _check_languages(study: Study) -> Iterator[Problem]:
    languages = study.settings.clean.languages
    if not languages:
        text = 'no language is named, so every answer in one would be set aside. Write languages = ["en"].'
        yield Problem("warning", f"study.toml, [clean] languages: {text}")
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    for language in sorted(set(languages) - set(LanguageIdentifier.from_model_file(MODEL_FILE).nb_classes)):
        text = f"{shown(language)} is no language code that is known. Use codes of two letters such as en, cy or pl."
        yield Problem("warning", f"study.toml, [clean] languages: {text}")


def _check_groups(study: Study) -> Iterator[Problem]:
    attributes = study.settings.intake.attributes
    for group in study.settings.count.groups:
        if group not in attributes:
            nearest = get_close_matches(group, attributes, n=1)
            hint = f"Did you mean {shown(nearest[0])}?" if nearest else "Add it there, or take it out here."
            text = f"{shown(group)} is not among [intake] attributes, so nothing would be compared by it. {hint}"
            yield Problem("warning", f"study.toml, [count] groups: {text}")
