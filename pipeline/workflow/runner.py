"""The runner: it alone reads, checks, fingerprints, writes and records; stages only compute."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
from tqdm import tqdm

from pipeline.decisions.store import has_store
from pipeline.errors import StudyError
from pipeline.methods.embedding.embedder import Embedder
from pipeline.methods.embedding.embedder_process import start_embedder
from pipeline.methods.embedding.embedders import AT_ONCE, load_embedder
from pipeline.runtime.executors import Executor, is_distributed, open_executor, with_progress
from pipeline.runtime.private_folders import close_folders
from pipeline.runtime.resources import check_memory, release_memory, run_megabytes
from pipeline.runtime.scratch import scratch_of
from pipeline.study.lock import held
from pipeline.study.study import Study, load_study
from pipeline.tables.lazy import LazyTable, lazy_vectors
from pipeline.tables.parquet import TABLES, Value, Vectors, check_table, read_table, write_table
from pipeline.workflow.inputs import DECIDED, EXTERNAL, input_digest, read_input
from pipeline.workflow.manifest import Manifest, StageRecord, file_sha256, read_manifest, record_resource, write_manifest
from pipeline.workflow.mask_numbers import numbers_of, write_tokens
from pipeline.workflow.recipes import recipe_of, settings_of, sha256_of
from pipeline.workflow.row_accounts import account
from pipeline.workflow.stages import STAGES, Stage


log = logging.getLogger("pipeline")

KEPT_ROWS = 50_000
"""A table of more rows is not kept in memory from one stage to another."""

COUNTED = ("intake", "clean", "segment")
"""The stages that decide where rows go; while they are what they were, so is the count."""


StageListener = Callable[[str, int, int], None]
"""Hears which stage begins, which one of them it is, and how many there are."""


def run(
    study: Study | str | Path,
    *,
    since: str | None = None,
    until: str | None = None,
    force: bool = False,
    tell: StageListener | None = None,
) -> Manifest:
    """Run every stage whose input, settings, model or version has changed, and return the record of the run.

    Parameters
    ----------
    study : Study or path
        The study, or its folder.
    since : str, optional
        The first stage to run: what those before it made is taken as it is.
    until : str, optional
        The last stage to run.
    force : bool
        Run every stage, changed or not.
    tell : callable, optional
        Hears of each stage as it begins: its name, its place and how many there are.

    Raises
    ------
    PipelineError
        With a sentence that says where, what was found and what to do.

    Examples
    --------
    >>> manifest = run("corpora/coproduction", until="intake")
    >>> manifest.stage("intake").rows_out["responses"]
    2460
    """
    study = study if isinstance(study, Study) else load_study(study)
    stages = _stages(since, until)
    check_memory(run_megabytes())
    study.derived.mkdir(exist_ok=True)
    # The vault holds what identifies people, so it is closed to others from the moment that it exists.
    study.vault.mkdir(mode=0o700, exist_ok=True)
    close_folders(study.folder)
    with scratch_of(study.folder), only_run(study), open_executor(study.settings.run) as engine:
        return _Run(study, engine, force=force, tell=tell).run_stages(stages)


def _stages(since: str | None, until: str | None) -> tuple[Stage, ...]:
    names = [stage.name for stage in STAGES]
    for name in filter(None, (since, until)):
        if name not in names:
            raise StudyError(f"There is no stage {name!r}; the stages are {', '.join(names)}.")
    first, last = names.index(since) if since else 0, names.index(until) if until else len(names)
    return STAGES[first : last + 1]


@contextmanager
def only_run(study: Study) -> Iterator[None]:
    """Hold a study for one run or one erasure, and clear what one that was killed left; BusyError if another holds it."""
    with held(study, "Another run"):
        # What was half written under temporary names when a run was killed; nobody else writes while this one runs.
        for path in (*study.derived.glob(".*"), *study.vault.glob(".*")):
            if path.is_file() and path.suffix in {".parquet", ".json", ".jsonl"}:
                path.unlink()
        yield


class _Run:
    """One run: what has been read or made so far, and the record of it."""

    def __init__(self, study: Study, engine: Executor, *, force: bool, tell: StageListener | None = None) -> None:
        self.study = study
        # `engine` is the same one, wrapped anew for each stage, so that the bar can tell how far that stage is.
        self.plain_engine = self.engine = engine
        self.force = force
        self.tell = tell
        self.manifest = read_manifest(study)
        # Both by the name of a table or of another input: what it holds, while it is kept, and the hash of its file.
        self.values: dict[str, Any] = {}
        self.digests: dict[str, str] = {}

    def run_stages(self, stages: tuple[Stage, ...]) -> Manifest:
        bar = tqdm(stages, disable=None, unit="stage", leave=False)
        for place, stage in enumerate(bar, start=1):
            bar.set_description(stage.name)
            if self.tell:
                self.tell(stage.name, place, len(stages))
            self.engine = with_progress(self.plain_engine, partial(_show_part, bar, stage.name))
            # Only now, as it takes in the hashes of what the stages before have just made.
            fingerprint = self.fingerprint(stage)
            if self.is_current(stage, fingerprint):
                log.info("%s: nothing changed", stage.name)
            else:
                self.run_stage(stage, fingerprint, later=stages[place:])
            # From here on every row has found its place: a row that is lost stops the run before anything is made of the others.
            if stage.name == "segment" and not self.manifest.accounts:
                self.manifest = self.with_accounts()
            self.drop_large_tables(stages[place:])
        return self.manifest

    def drop_large_tables(self, later: tuple[Stage, ...]) -> None:
        """Keep in memory only small tables that later stages need: large ones side by side would fill it, and are read again."""
        # Small ones that nothing later needs go too.
        needed = {name for stage in later for name in stage.needs}
        large = {name for name, value in self.values.items() if _is_large(value)}
        self.values = {name: value for name, value in self.values.items() if name in needed - large}
        if large:
            release_memory()

    def digest(self, name: str) -> str:
        if name not in self.digests:
            self.digests[name] = self.new_digest(name)
        return self.digests[name]

    def new_digest(self, name: str) -> str:
        if name in DECIDED:
            # The file changes with every word in it; what counts for a stage are the rows it is given.
            has_rows = has_store(self.study) and not self.value(name).empty
            # No store and one without rows are the same to a stage, so that opening the review for the first time runs nothing.
            return sha256_of(self.value(name).to_csv(index=False)) if has_rows else ""
        return input_digest(self.study, name) if name in EXTERNAL else file_sha256(self.path(name))

    def path(self, name: str) -> Path:
        return self.study.folder / TABLES[name].file

    def fingerprint(self, stage: Stage) -> str:
        # The recipe leaves out settings that only say when something is kept; a change of them runs the stage all the same.
        settings = [settings_of(self.study.settings, stage)] if stage.reuse_settings else []
        return sha256_of(recipe_of(self.study.settings, stage), *settings, *(self.digest(name) for name in stage.needs))

    def is_current(self, stage: Stage, fingerprint: str) -> bool:
        record = self.manifest.stage(stage.name)
        if self.force or record is None or record.fingerprint != fingerprint:
            return False
        # Tables that are damaged, changed by hand or gone are made again.
        return all(self.path(name).is_file() and self.digest(name) == record.makes.get(name) for name in stage.makes)

    def value(self, name: str) -> Any:
        if name not in self.values:
            self.values[name] = read_input(self.study, name) if name in EXTERNAL else self.read(name)
        return self.values[name]

    def stage_input(self, stage: Stage, name: str) -> Any:
        """Return what a stage works with of a table."""
        # A small table is quicker in memory, and one that is there already costs nothing more.
        if name in stage.streams and name not in self.values and self.n_rows(name) > KEPT_ROWS:
            return self.lazy_table(name, stage.columns.get(name))
        return self.columns_of(name, stage.columns[name]) if name in stage.columns else self.value(name)

    def lazy_table(self, name: str, columns: tuple[str, ...] | None = None) -> LazyTable | Vectors:
        """Return a table of which a stage reads what it looks at."""
        return LazyTable(name, self.path(name), columns) if TABLES[name].model else lazy_vectors(self.path(name))

    def columns_of(self, name: str, columns: tuple[str, ...]) -> Any:
        """Return some columns of a table; of a large one that is not in memory, no more is read."""
        if name not in self.values and self.n_rows(name) > KEPT_ROWS:
            return self.read(name, columns)
        return self.value(name)[list(columns)]

    def read(self, name: str, columns: tuple[str, ...] | None = None) -> Value:
        value = read_table(name, self.path(name), columns)
        if _is_large(value):
            # As much again was taken to read it.
            release_memory()
        return value

    def run_stage(self, stage: Stage, fingerprint: str, *, later: tuple[Stage, ...]) -> None:
        begin = time.perf_counter()
        if _leads_to_embedding(stage, later) and not self.is_busy(stage):
            # It loads in a process of its own while this stage works.
            self.embedder()
        with self.preparing(later if stage.embeds else ()):
            # Of a large table the rows may come while they are written.
            rows = {name: self.keep(name, value) for name, value in zip(stage.makes, self.compute(stage), strict=True)}
        # Writing is part of a stage: one that makes its rows as they are written has done nothing before.
        seconds = time.perf_counter() - begin
        # Its tables are on the disk by now. Killed before the record is, the program runs the stage again and makes the same.
        record = StageRecord(
            name=stage.name,
            fingerprint=fingerprint,
            recipe=recipe_of(self.study.settings, stage),
            seconds=round(seconds, 3),
            rows_in={name: n for name in stage.needs if (n := self.n_given(name)) is not None},
            rows_out=rows,
            makes={name: self.digest(name) for name in stage.makes},
            takes={name: self.digest(name) for name in stage.needs},
        )
        resources = [record_resource(self.study, name, self.digest(name), rows[name]) for name in stage.makes]
        self.manifest = self.manifest.with_stage(record, resources)
        if stage.name in COUNTED:
            # Where the rows went is counted anew, also if this run is killed before it comes to that.
            self.manifest = self.manifest.with_accounts({})
        write_manifest(self.study, self.manifest)
        log.info("%s: %s rows in %.1f s", stage.name, " + ".join(str(n) for n in rows.values()), seconds)

    def compute(self, stage: Stage) -> tuple[Value, ...]:
        # A stage sees the sections it names and no others, or its recipe would not hold all that decides its output.
        settings = SimpleNamespace(**{name: getattr(self.study.settings, name) for name in stage.sections})
        made = self.work(stage, settings)(*(self.stage_input(stage, name) for name in stage.needs))
        return made if isinstance(made, tuple) else (made,)

    def work(self, stage: Stage, settings: SimpleNamespace) -> Callable[..., Any]:
        # A stage names what it can work with besides its tables, so that the others need not take it and leave it unused.
        more: dict[str, Any] = {"engine": self.engine_for(stage)} if stage.batched else {}
        if stage.embeds:
            more["embedder"] = self.embedder()
        if stage.incremental or stage.reuses:
            earlier = self.earlier(stage, stage.reuses or (stage.incremental,))
            # A stage whose rows are independent adds to one table; one whose rows hang on one another is given all it named.
            more["earlier"] = earlier if stage.reuses or earlier is None else earlier[0]
        return partial(stage.run, settings=settings, **more)

    def engine_for(self, stage: Stage) -> Executor:
        """Return the engine; on this machine the language model has all processors, and no other process need load it."""
        return map if stage.embeds and self.study.settings.run.engine == "local" else self.engine

    def embedder(self) -> Embedder:
        """Return the language model; one that takes long to load is loaded by another process from the first call on."""
        plan = self.study.settings.embed
        load = load_embedder if plan.model in AT_ONCE else start_embedder
        return load(plan.model, precision=plan.precision)

    def is_busy(self, stage: Stage) -> bool:
        """Say whether a stage, or one after it, keeps all processors at work, so that the language model is loaded later."""
        if stage.needs[0] in EXTERNAL:
            # How many answers there are is not known yet.
            return True
        return stage.cpu_bound and self.reusable(stage) is None and is_distributed(self.n_rows(stage.needs[0]))

    @contextmanager
    def preparing(self, later: tuple[Stage, ...]) -> Iterator[None]:
        """Load what later stages work with, unless they will keep what they made, while this one waits for another process."""
        with ThreadPoolExecutor(1) as pool:
            # What cannot be loaded is told when its stage comes to it.
            pool.map(Stage.prepare, [stage for stage in later if self.reusable(stage) is None])
            yield

    def reusable(self, stage: Stage) -> StageRecord | None:
        """Return the record of a stage that was run by the recipe it has now, and whose work may be kept."""
        record = self.manifest.stage(stage.name)
        return None if self.force or record is None or record.recipe != recipe_of(self.study.settings, stage) else record

    def earlier(self, stage: Stage, names: tuple[str, ...]) -> tuple[Value | LazyTable, ...] | None:
        """Return these tables as a stage made them before, if it was by the same recipe and they are intact."""
        record = self.reusable(stage)
        if record is None:
            return None
        paths = {name: self.path(name) for name in names}
        # A table that somebody changed by hand may not become the beginning of the next.
        if any(not path.is_file() or file_sha256(path) != record.makes.get(name) for name, path in paths.items()):
            return None
        return tuple(
            self.lazy_table(name) if name in stage.streams and record.rows_out[name] > KEPT_ROWS else read_table(name, path)
            for name, path in paths.items()
        )

    def keep(self, name: str, value: Value | Iterator[Value]) -> int:
        """Write a table that a stage made, whole or part by part as it makes it; return how many rows it has."""
        if isinstance(value, pd.DataFrame | Vectors):
            self.values[name] = value = _checked(name, value)
            n_rows = write_table(name, value, self.path(name))
        else:
            n_rows = write_table(name, (_checked(name, part) for part in value), self.path(name))
        # Of the file as it is on the disk, which is what the next run compares with.
        self.digests[name] = file_sha256(self.path(name))
        if name == "masks":
            # So that a later wave numbers nobody anew.
            write_tokens(self.study, self.value("tokens").with_numbers(numbers_of(self.value(name))))
        return n_rows

    def with_accounts(self) -> Manifest:
        comments = self.columns_of("comments", ("comment_id", "set_aside"))
        segments = self.columns_of("segments", ("comment_id",))
        accounts = account(self.n_rows("responses"), comments, segments)
        manifest = self.manifest.with_accounts(accounts)
        write_manifest(self.study, manifest)
        return manifest

    def n_given(self, name: str) -> int | None:
        """Return how many rows a stage was given of a table, or of something else that has a length."""
        if name not in EXTERNAL:
            return self.n_rows(name)
        return len(self.values[name]) if hasattr(self.values.get(name), "__len__") else None

    def n_rows(self, name: str) -> int:
        """Return how many rows a table has, as its stage recorded: to count them it need not be read again."""
        # The latest that made it: in an earlier version of the program it may have been another stage.
        return next(record.rows_out[name] for record in reversed(self.manifest.stages) if name in record.makes)


def _checked(name: str, value: Value) -> Value:
    return check_table(name, value) if isinstance(value, pd.DataFrame) else value


def _is_large(value: Any) -> bool:
    return isinstance(value, pd.DataFrame | Vectors) and len(value) > KEPT_ROWS


def _leads_to_embedding(stage: Stage, later: tuple[Stage, ...]) -> bool:
    """Say whether the stage, or a later one that hangs on what it makes, works with the language model."""
    # Stages stand in an order in which each comes after what it needs, so that going through them once is enough.
    made = set(stage.makes)
    for other in later:
        if made & set(other.needs):
            if other.embeds:
                return True
            made |= set(other.makes)
    return stage.embeds


def _show_part(bar: "tqdm[Any]", stage: str, done: int, parts: int) -> None:
    if parts > 1:
        bar.set_description(f"{stage}, part {done} of {parts}")
