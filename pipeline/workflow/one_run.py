"""Whether the tables of an export are all of one run: a run that was stopped leaves some of the old and some of the new."""

from collections.abc import Sequence

from pipeline.errors import DataError
from pipeline.study.study import Study
from pipeline.workflow.manifest import Manifest
from pipeline.workflow.recipes import recipe_of
from pipeline.workflow.stages import STAGES


RUN_FIRST = "Run `themes run` first; nothing was exported."
FIGURES = frozenset({"response_rates", "accounts", "counts", "closed", "estimates", "voices", "theme_ranks"})
"""Tables whose figures are protected by the rules that study.toml and the program had when they were made."""


def check_one_run(study: Study, manifest: Manifest, tables: Sequence[str]) -> None:
    """Raise DataError unless each table was made from the others as they are, and figures by the rules that hold now."""
    # Back from the tables asked for to all that they were made from.
    maker = {name: record for record in manifest.stages for name in record.makes}
    waiting, seen = [maker[name] for name in tables if name in maker], set[str]()
    while waiting:
        record = waiting.pop()
        # Most tables go back to the same few.
        if record.name in seen:
            continue
        seen.add(record.name)
        for name, digest in record.takes.items():
            if name in maker:
                # An erasure takes a person out of all tables at once, and empties the fingerprints of what made them.
                cut_together = not record.fingerprint and not maker[name].fingerprint
                if maker[name].makes[name] != digest and not cut_together:
                    raise DataError(
                        f"The tables are not all of one run: {' and '.join(record.makes)} were made from another table {name} "
                        f"than is there now. A run was stopped before its end. {RUN_FIRST}"
                    )
                # What it was made from is asked, too: an old table may have been made from an old one, and both fit.
                waiting.append(maker[name])
    _check_rules(study, manifest, frozenset(tables))


def _check_rules(study: Study, manifest: Manifest, tables: frozenset[str]) -> None:
    for stage in STAGES:
        record = manifest.stage(stage.name)
        if record is None or not FIGURES & tables & set(stage.makes) or not record.recipe:
            continue
        if record.recipe != recipe_of(study.settings, stage):
            raise DataError(
                f"The figures in {' and '.join(stage.makes)} were made by other rules than hold now: [count] or [intake] in "
                f"study.toml has changed since the last run, or the program has. {RUN_FIRST}"
            )
