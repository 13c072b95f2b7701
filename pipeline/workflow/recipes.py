"""What a stage makes its tables by: its version, its settings, its model and its libraries; another recipe, another table."""

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version

from pipeline.methods.embedding.embedders import model_recipe
from pipeline.study.study_settings import Settings
from pipeline.workflow.stages import Stage


def sha256_of(*parts: str) -> str:
    """Return a hash of the parts together."""
    # With a sign between them, or "a" with "bc" would be as "ab" with "c".
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def recipe_of(settings: Settings, stage: Stage) -> str:
    """Hash all that decides a stage's output but its input, and but when it keeps what it made before."""
    model = model_recipe(settings.embed.model) if "embed" in stage.sections else ""
    made_with = [f"{name} {_version(name)}" for name in stage.packages]
    return sha256_of(stage.name, str(stage.version), settings_of(settings, stage, but=stage.reuse_settings), model, *made_with)


def settings_of(settings: Settings, stage: Stage, *, but: frozenset[str] = frozenset()) -> str:
    """Return the settings a stage may see, as JSON, without some."""
    sections = (getattr(settings, name).model_dump(mode="json", exclude=set(but)) for name in stage.sections)
    return json.dumps(dict(zip(stage.sections, sections, strict=True)), sort_keys=True)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
