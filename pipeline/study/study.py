"""A study: a folder with `study.toml`, a survey export and a codebook."""

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipeline.errors import DataError, StudyError
from pipeline.runtime.plain_files import is_there, why_no_file
from pipeline.study.settings_in_words import sentences
from pipeline.study.study_settings import Settings


if TYPE_CHECKING:
    import pandas as pd


# A file of settings has a few kB; a larger one would be read and parsed for nothing.
_LARGEST = 2_000_000


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
            Name of the table, as in docs/reference/tables.md. Tables in the vault are not to be had here.

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
            listing = f"there are {', '.join(made)}.{hint}" if made else "`themes run` makes them."
            raise DataError(f"There is no table {name!r} in derived/; {listing}")
        return pd.read_parquet(self.derived / f"{name}.parquet")


def load_study(folder: str | Path) -> Study:
    """Read `study.toml` in a folder; StudyError lists all that is wrong with it at once.

    Examples
    --------
    >>> load_study("corpora/coproduction").settings.name
    'Co-producing innovation (invented sample)'
    """
    folder = Path(folder)
    path = folder / "study.toml"
    if not is_there(path):
        raise StudyError(f"There is no study.toml in {folder.name or folder}. `themes new` makes a study from a survey export.")
    values = _values(path)
    if (model := _model_before(folder)) and isinstance(embed := values.setdefault("embed", {}), dict):
        embed.setdefault("model", model)
    try:
        return Study(folder, Settings.model_validate(values))
    except ValidationError as exc:
        raise StudyError("\n  ".join(["study.toml is not right yet:", *sentences(exc, Settings)])) from exc


def _model_before(folder: Path) -> str:
    """Return the model of a study that was run while `minilm` was what a study without a word on it got, "" for others.

    Its themes were checked and named by people, and must not be found anew because the program was updated.
    """
    path = folder / "derived" / "vectors.parquet"
    if why_no_file(path):
        return ""
    # Imported only here, since it takes long to load and most studies need no look.
    from pyarrow import ArrowException
    from pyarrow.parquet import read_schema

    try:
        metadata = read_schema(path).metadata or {}
    except (ArrowException, OSError):
        # Whoever reads the table says what is wrong with it.
        return ""
    return "minilm" if metadata.get(b"model", b"").split(b" ")[0].rstrip(b",") == b"minilm" else ""


def _values(path: Path) -> dict[str, Any]:
    if reason := why_no_file(path):
        raise StudyError(f"study.toml: {reason}. Put the file with the settings there.")
    if path.stat().st_size > _LARGEST:
        raise StudyError(f"study.toml is larger than {_LARGEST // 1_000_000} MB, which no settings are. Check the file.")
    data = path.read_bytes()
    try:
        # Editors on Windows write a mark at the beginning, and old Macs end lines with a return alone; TOML knows neither.
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise StudyError(f"study.toml, line {line}: it holds a sign that is not UTF-8. Save the file as UTF-8.") from exc
    except RecursionError as exc:
        raise StudyError(
            "study.toml cannot be read: its brackets are nested too deeply. No setting needs more than three."
        ) from exc
    except ValueError as exc:
        # What is wrong with the file, or with a number of thousands of digits.
        raise StudyError(f"study.toml cannot be read: {exc}. Check quotes, brackets and commas on that line.") from exc
