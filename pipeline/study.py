"""A study: a folder with `study.toml`, a survey export and a codebook; and the settings that the file may hold."""

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import DataError, StudyError


if TYPE_CHECKING:
    import pandas as pd

Frame = Literal["good", "better", "neutral"]


class Section(BaseModel):
    """A part of `study.toml`: frozen, and strict about names it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(Section):
    """An open question: where its answers stand and what the wording asks for."""

    column: str = ""
    frame: Frame = "neutral"
    wording: str = ""


class Rating(Section):
    """A closed question: a score on a scale, one choice, or several choices."""

    column: str = ""
    scale: tuple[float, float] | None = None
    labels: dict[str, float] = {}
    separator: str = ""
    columns: dict[str, str] = {}
    wording: str = ""


class Consent(Section):
    """Which answers in the consent column allow what; anything else allows analysis only, or nothing if that is asked for."""

    column: str
    quote: tuple[str, ...] = ()
    paraphrase: tuple[str, ...] = ()
    analyse: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    otherwise: Literal["analyse", "none"] = "analyse"
    questions: dict[str, str] = {}
    """Columns that ask for consent for one question; its answers never allow more than the person does."""


class Intake(Section):
    """Where the export is and what its columns mean."""

    file: str
    sheet: str | None = None
    id: str | None = None
    layout: Literal["wide", "long"] = "wide"
    text: str = "text"
    question: str | None = None
    attributes: tuple[str, ...] = ()
    weight: str | None = None
    received: str | None = None
    consent: Consent | None = None
    questions: dict[str, Question] = {}
    ratings: dict[str, Rating] = {}


class Clean(Section):
    """Which languages are read, and names known in advance that must be masked."""

    languages: tuple[str, ...] = ("en",)
    known_names: tuple[str, ...] = ()


class Segment(Section):
    """What is coded: each idea of an answer, or whole paragraphs, as suits documents."""

    unit: Literal["idea", "paragraph"] = "idea"


class Embed(Section):
    """The language model that turns texts into vectors."""

    model: str = "minilm"
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    device: Literal["cpu", "cuda"] = "cpu"


class Cluster(Section):
    """How themes are found; with `frozen`, a folder of saved themes, none are found and each text is given one of those.

    While new texts, and those that are gone, are at most the share `late` of the texts that the themes were found from, the
    themes stay and each new text joins the nearest.
    """

    seed: int = 42
    late: float = Field(default=0.02, ge=0, le=1)
    n_themes: int | None = Field(default=None, ge=1)
    frozen: str | None = None


class Coding(Section):
    """How codes are suggested."""

    min_precision: float = Field(default=0.7, gt=0, le=1)
    recall_first: tuple[str, ...] = ()
    seed: int = 42


class Review(Section):
    """How people check the coding: how many read each excerpt, blind to each other."""

    coders: int = Field(default=2, ge=1, le=9)


class Quote(Section):
    """How many excerpts are offered for quotation: of each code, of each group under a code, and of each person over all."""

    per_code: int = Field(default=6, ge=1)
    per_group: int = Field(default=2, ge=1)
    per_person: int = Field(default=1, ge=1)


class Safeguarding(Section):
    """Who reads at once what may speak of harm."""

    person: str = ""


class Count(Section):
    """Which groups are compared, and from which size on figures are shown."""

    groups: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    profile: Literal["strict", "standard", "small"] = "strict"


class Run(Section):
    """Where the work is done: on the processors of this machine, or spread over a Dask cluster here or elsewhere."""

    engine: Literal["local", "dask"] = "local"
    scheduler: str | None = None
    """Address of a running scheduler, `tls://host:8786`; without one, workers are started on this machine."""
    workers: int | None = Field(default=None, ge=1)
    """How many processes work on the answers on this machine; without it, one a core."""
    trust_network: bool = False
    """Let answers travel unencrypted to another machine."""


class Reporting(Section):
    """What the report is set beside: the folder of an earlier wave of the study."""

    earlier: str | None = None


class Settings(Section):
    """Everything `study.toml` may hold."""

    version: Annotated[Literal[1], Field(alias="schema")]
    name: str
    codebook: str | None = None
    intake: Intake
    clean: Clean = Clean()
    segment: Segment = Segment()
    embed: Embed = Embed()
    cluster: Cluster = Cluster()
    code: Coding = Coding()
    review: Review = Review()
    quote: Quote = Quote()
    count: Count = Count()
    safeguarding: Safeguarding = Safeguarding()
    run: Run = Run()
    report: Reporting = Reporting()


@dataclass(frozen=True)
class Study:
    """A study's folder and its settings."""

    folder: Path
    settings: Settings

    @property
    def source(self) -> Path:
        """The survey export."""
        return self.folder / self.settings.intake.file

    @property
    def codebook(self) -> Path | None:
        """The codebook, if the study has one."""
        return self.folder / self.settings.codebook if self.settings.codebook else None

    @property
    def vault(self) -> Path:
        """Where identifiable data stays."""
        return self.folder / "vault"

    @property
    def derived(self) -> Path:
        """Where de-identified tables are; may be deleted at any time."""
        return self.folder / "derived"

    @property
    def tuned(self) -> Path:
        """Where a coder that was fine-tuned for the study is kept."""
        return self.folder / "models" / "coder"

    @property
    def saved_themes(self) -> Path:
        """Where the study's themes are saved for later surveys."""
        return self.folder / "models" / "themes"

    @property
    def frozen(self) -> Path | None:
        """The saved themes that the study's texts are given, if it is not to find its own."""
        return self.folder / self.settings.cluster.frozen if self.settings.cluster.frozen else None

    @property
    def unfinished(self) -> Path:
        """Where fine-tuning keeps what it has reached."""
        return self.folder / "models" / "unfinished"

    @property
    def exports(self) -> Path:
        """Where reports and tables for people are written."""
        return self.folder / "exports"

    def table(self, name: str) -> "pd.DataFrame":
        """Return a de-identified table of the last run, such as "codings", "segments" or "themes".

        Parameters
        ----------
        name : str
            Name of the table; ARCHITECTURE.md describes each and its columns. Tables in the vault are not to be had here.

        Returns
        -------
        DataFrame
            The rows as the run wrote them. Change them as you like: it is a copy.

        Raises
        ------
        DataError
            If there is no such table, or the study has not been run.

        Examples
        --------
        >>> from pipeline import run
        >>> manifest = run("corpora/coproduction", until="intake")
        >>> people = load_study("corpora/coproduction").table("people")
        >>> list(people.columns)
        ['response_id', 'attribute', 'value']
        >>> people["response_id"].nunique()
        820
        """
        import pandas as pd

        made = sorted(path.stem for path in self.derived.glob("*.parquet"))
        if name not in made:
            nearest = get_close_matches(name, made, n=1)
            hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
            there = f"there are {', '.join(made)}.{hint}" if made else "`themes run` makes them."
            raise DataError(f"There is no table {name!r} in derived/; {there}")
        return pd.read_parquet(self.derived / f"{name}.parquet")


def load_study(folder: str | Path) -> Study:
    """Read `study.toml` in a folder; StudyError lists all that is wrong with it at once.

    Examples
    --------
    >>> load_study("corpora/coproduction").settings.name
    'Co-producing innovation (sample)'
    """
    folder = Path(folder)
    path = folder / "study.toml"
    if not path.is_file():
        raise StudyError(f"There is no study.toml in {folder.name or folder}. `themes new` makes a study from a survey export.")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise StudyError(f"study.toml cannot be read: {exc}. Check quotes, brackets and commas on that line.") from exc
    try:
        return Study(folder, Settings.model_validate(values))
    except ValidationError as exc:
        raise StudyError("study.toml is not right yet:\n" + "\n".join(_sentences(exc))) from exc


def _sentences(error: ValidationError) -> list[str]:
    return [f"  {_sentence(found['loc'], found['type'], found['msg'])}" for found in error.errors()]


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    place = " → ".join(str(part) for part in location)
    if kind == "extra_forbidden":
        nearest = get_close_matches(str(location[-1]), _names(location[:-1]), n=1)
        return f"{place} is not a setting." + (
            f" Did you mean {nearest[0]}?" if nearest else " Remove it, or check its spelling."
        )
    if kind == "missing":
        return f"{place} is missing; please add it."
    return f"{place}: {message}."


def _names(location: tuple[int | str, ...]) -> list[str]:
    section: Any = Settings
    for part in location:
        field = section.model_fields.get(part) if hasattr(section, "model_fields") else None
        section = _section_of(field.annotation) if field else section
    fields = getattr(section, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _section_of(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    inside = [_section_of(part) for part in getattr(annotation, "__args__", ())]
    return next((part for part in inside if part is not None), None)
