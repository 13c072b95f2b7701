"""The record of a run: `derived/manifest.json`, shaped as a Data Package descriptor."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import is_there, read_json
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, columns_of


LIBRARIES = (
    "manyvoices",
    "bertopic",
    "sentence-transformers",
    "scikit-learn",
    "umap-learn",
    "torch",
    "spacy",
    "pandas",
    "pyarrow",
)


@dataclass(frozen=True)
class StageRecord:
    """What one stage did: from what, by which recipe, how long, how many rows."""

    name: str
    fingerprint: str
    recipe: str
    seconds: float
    rows_in: dict[str, int]
    rows_out: dict[str, int]
    makes: dict[str, str]
    takes: dict[str, str] = field(default_factory=dict)
    """What stood for each thing it needs when it ran; empty where an earlier version of the program ran it."""


@dataclass(frozen=True)
class Manifest:
    """What a study's derived tables are made of."""

    name: str
    seed: int
    libraries: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Any] = field(default_factory=dict)
    stages: tuple[StageRecord, ...] = ()
    resources: tuple[dict[str, Any], ...] = ()

    def stage(self, name: str) -> StageRecord | None:
        """Return the record of a stage, if it has run."""
        return next((record for record in self.stages if record.name == name), None)

    def with_stage(self, record: StageRecord, resources: list[dict[str, Any]]) -> "Manifest":
        """Return the manifest with a stage's record in the place of its former one."""
        names = {resource["name"] for resource in resources}
        return replace(
            self,
            # The record moves to the end: the last that made a table is the one that counts.
            stages=(*(old for old in self.stages if old.name != record.name), record),
            resources=(*(old for old in self.resources if old["name"] not in names), *resources),
        )

    def with_accounts(self, accounts: dict[str, Any]) -> "Manifest":
        """Return the manifest with the row accounts."""
        return replace(self, accounts=accounts)


def read_manifest(study: Study) -> Manifest:
    """Read the study's manifest, or start one; a damaged one is an error, since it may hide what was done."""
    # The versions are those of now, also where the file names others: what runs next runs with these.
    start = Manifest(name=study.settings.name, seed=study.settings.cluster.seed, libraries=_versions())
    path = study.derived / "manifest.json"
    if not is_there(path):
        return start
    try:
        content = read_json(path)
        # A field that an earlier version did not write has a default; one that only a later version knows is an error.
        stages = tuple(StageRecord(**record) for record in content["stages"])
        return replace(start, accounts=content["accounts"], stages=stages, resources=tuple(content["resources"]))
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise DataError(
            "derived/manifest.json is damaged; delete the folder derived/ and run again: nothing of people's is in it."
        ) from exc


def write_manifest(study: Study, manifest: Manifest) -> None:
    """Write the manifest durably."""
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n"
    write_atomically(study.derived / "manifest.json", lambda path: path.write_text(text, encoding="utf-8"))


def record_resource(study: Study, name: str, sha256: str, rows: int) -> dict[str, Any]:
    """Describe a table's file in the words of a Data Package."""
    table = TABLES[name]
    return {
        "name": name,
        "path": table.file,
        "format": "parquet",
        "bytes": (study.folder / table.file).stat().st_size,
        "hash": f"sha256:{sha256}",
        "rows": rows,
        "sensitivity": table.sensitivity,
        "schema": {"fields": [{"name": column, "description": facts.description} for column, facts in columns_of(name).items()]},
    }


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        # In pieces: some tables are larger than memory.
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    versions = {}
    for library in LIBRARIES:
        try:
            versions[library] = version(library)
        # Optional, or a copy that was not installed but lies on the path.
        except PackageNotFoundError:
            continue
    return versions
