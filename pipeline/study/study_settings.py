"""What `study.toml` may hold: the settings of a study, section by section."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


Frame = Literal["good", "better", "neutral"]


def _writable(text: str) -> str:
    if "\0" in text:
        raise ValueError("it holds a NUL character, which no name can. Type the text again")
    return text


Text = Annotated[str, AfterValidator(_writable)]
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Limit = Annotated[int, Field(ge=1, le=10_000)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""Libraries that draw by chance take seeds of 32 bits."""
MOST_THEMES = 1_000
"""Themes are found in 4,000 texts at most, so that more of them would have fewer than four texts each."""


class SettingsSection(BaseModel):
    """A part of `study.toml`: frozen, and strict about names it does not know."""

    # A misspelt setting would otherwise be passed over in silence.
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(SettingsSection):
    """An open question: where its answers stand and what the wording asks for."""

    column: Text = ""
    columns: tuple[Text, ...] = ()
    """Where people wrote into several boxes: the columns of the boxes. `column` then names them together."""
    frame: Frame = "neutral"
    wording: Text = ""
    write_ins: Text = ""
    """The closed question, or the attribute, in whose column the answers stand, beside its options."""


class Rating(SettingsSection):
    """A closed question: a score on a scale, one choice, or several choices."""

    column: Text = ""
    scale: tuple[Number, Number] | None = None
    labels: dict[Text, Number] = {}
    separator: Text = ""
    options: tuple[Text, ...] = ()
    """The options that were offered, where something else stands in the column, too, or where they hold the separator."""
    columns: dict[Text, Text] = {}
    wording: Text = ""


class Grid(SettingsSection):
    """Closed questions that have the same answers."""

    columns: tuple[Text, ...]
    wordings: tuple[Text, ...] = ()
    """What was asked in each column, in the same order; the columns' names, if left out."""
    scale: tuple[Number, Number] | None = None
    labels: dict[Text, Number] = {}


class Consent(SettingsSection):
    """Which answers in the consent column allow what; anything else allows analysis only, or nothing if that is asked for."""

    column: Text
    quote: tuple[Text, ...] = ()
    paraphrase: tuple[Text, ...] = ()
    analyse: tuple[Text, ...] = ()
    none: tuple[Text, ...] = ()
    otherwise: Literal["analyse", "none"] = "analyse"
    questions: dict[Text, Text] = {}
    """Columns that ask for consent for one question; its answers never allow more than the person does."""


class Intake(SettingsSection):
    """Where the export is and what its columns mean."""

    file: Text
    sheet: Text | None = None
    id: Text | None = None
    layout: Literal["wide", "long"] = "wide"
    text: Text = "text"
    question: Text | None = None
    attributes: tuple[Text, ...] = ()
    group_options: dict[Text, tuple[Text, ...]] = {}
    """What was offered, for attributes in whose columns people wrote something else, too: all that counts as "Other"."""
    weight: Text | None = None
    received: Text | None = None
    leave_out: dict[Text, tuple[Text, ...]] = {}
    """Rows that are nobody's, such as previews: a column, and what stands in it there."""
    consent: Consent | None = None
    questions: dict[Text, Question] = {}
    ratings: dict[Text, Rating] = {}
    grids: dict[Text, Grid] = {}

    @model_validator(mode="after")
    def _with_names_of_boxes(self) -> Self:
        """Call a question with several boxes by its own name where no column names them together."""
        named = {
            name: question.model_copy(update={"column": name}) if question.columns and not question.column else question
            for name, question in self.questions.items()
        }
        # The settings are frozen for everybody else.
        object.__setattr__(self, "questions", named)
        return self

    @model_validator(mode="after")
    def _with_grids(self) -> Self:
        """Make a closed question of each column of a grid."""
        made = dict(self.ratings)
        for name, grid in self.grids.items():
            if grid.wordings and len(grid.wordings) != len(grid.columns):
                raise ValueError(
                    f"the grid {name} has {len(grid.columns)} columns and {len(grid.wordings)} wordings. Give each one"
                )
            for place, column in enumerate(grid.columns, start=1):
                wording = grid.wordings[place - 1] if grid.wordings else ""
                rating = Rating(column=column, scale=grid.scale, labels=grid.labels, wording="" if wording == column else wording)
                key = f"{name}_{place}"
                # The same again is no clash: settings are also made from settings.
                if made.setdefault(key, rating) != rating:
                    raise ValueError(
                        f"the grid {name} calls its column number {place} {key}, and so is a closed question called already. "
                        "Give the grid another name"
                    )
        # The settings are frozen for everybody else.
        object.__setattr__(self, "ratings", made)
        return self

    def options_beside(self, write_ins: str) -> tuple[str, tuple[str, ...]]:
        """Return the separator and the options beside which people wrote, of a closed question or of an attribute."""
        closed = self.ratings.get(write_ins)
        return (closed.separator, closed.options) if closed else ("", self.group_options.get(write_ins, ()))

    def wording(self, question: str) -> str:
        """Return the wording of an open or closed question, or else the name of its column, or else its own."""
        asked = self.questions.get(question) or self.ratings.get(question)
        return (asked.wording or asked.column or question) if asked else question


class Clean(SettingsSection):
    """Which languages are read, and names known in advance that must be masked."""

    languages: tuple[Text, ...] = ("en",)
    known_names: tuple[Text, ...] = ()


class Segment(SettingsSection):
    """What is coded: each idea of an answer, or whole paragraphs, as suits documents."""

    unit: Literal["idea", "paragraph"] = "idea"


class Embed(SettingsSection):
    """The language model that turns texts into vectors."""

    model: Text = "voices"
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    device: Literal["cpu", "cuda"] = "cpu"


class Cluster(SettingsSection):
    """How themes are found; with `frozen`, a folder of saved themes, none are found and each text is given one of those.

    While new texts, and those that are gone, are at most the share `late` of the texts that the themes were found from, the
    themes stay and each new text joins them.
    """

    seed: Seed = 42
    late: Share = 0.02
    n_themes: Annotated[int, Field(ge=1, le=MOST_THEMES)] | None = None
    frozen: Text | None = None


class CodingSettings(SettingsSection):
    """How codes are suggested; with `written_examples`, also by invented answers, where there are some for a code."""

    min_precision: float = Field(default=0.7, gt=0, le=1, allow_inf_nan=False)
    recall_first: tuple[Text, ...] = ()
    written_examples: bool = True
    seed: Seed = 42


class Review(SettingsSection):
    """How people check the coding: how many read each excerpt, blind to each other."""

    coders: int = Field(default=2, ge=1, le=9)


class Quote(SettingsSection):
    """How many excerpts are offered for quotation: of each code, of each group under a code, and of each person over all."""

    per_code: Limit = 6
    per_group: Limit = 2
    per_person: Limit = 1


class Safeguarding(SettingsSection):
    """Who reads at once what may speak of harm."""

    person: Text = ""


class Count(SettingsSection):
    """Which groups are compared, and from which size on figures are shown."""

    groups: tuple[Text, ...] = ()
    pairs: tuple[tuple[Text, Text], ...] = ()
    profile: Literal["strict", "standard", "small"] = "strict"


class Run(SettingsSection):
    """Where the work is done: on the processors of this machine, or spread over a Dask cluster here or elsewhere."""

    engine: Literal["local", "dask"] = "local"
    scheduler: Text | None = None
    """Address of a running scheduler, `tls://host:8786`; without one, workers are started on this machine."""
    workers: Annotated[int, Field(ge=1, le=1_024)] | None = None
    """How many processes work on the answers on this machine; without it, one a core."""
    trust_network: bool = Field(default=False)
    """Let answers travel unencrypted to another machine."""


class Reporting(SettingsSection):
    """What the report is set beside, and what the team wants its first page to tell."""

    earlier: Text | None = None
    """The folder of an earlier wave of the study."""
    findings: tuple[Text, ...] = ()
    """The team's own findings, in place of those that the rule picks."""
    leave_out: tuple[Text, ...] = ()
    """Names of questions, and themes such as "theme 3", of which the first page tells nothing."""
    scale_ends: dict[Text, tuple[Text, Text]] = {}
    """What the lowest and the highest score of a closed question mean, by its name under [intake.ratings]."""


class Settings(SettingsSection):
    """Everything `study.toml` may hold."""

    version: Annotated[Literal[1], Field(alias="schema")]
    name: Text
    codebook: Text | None = None
    intake: Intake
    clean: Clean = Clean()
    segment: Segment = Segment()
    embed: Embed = Embed()
    cluster: Cluster = Cluster()
    code: CodingSettings = CodingSettings()
    review: Review = Review()
    quote: Quote = Quote()
    count: Count = Count()
    safeguarding: Safeguarding = Safeguarding()
    run: Run = Run()
    report: Reporting = Reporting()


def compared_groups(settings: Any) -> tuple[str, ...]:
    """Return the attributes by which people are compared: those that [count] names, or else the first of [intake].

    `settings` holds at least these two sections, as a stage is given them.
    """
    groups: tuple[str, ...] = settings.count.groups or settings.intake.attributes[:1]
    return groups
