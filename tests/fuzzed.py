"""What reads files that people hand in, files to begin with, and what no file may break: a value or a sentence, and no harm.

`tests/benchmarks/fuzzing.py` looks for files that break it; those that were found are kept in `tests/survey/test_fuzzed.py`.
"""

import base64
import io
import os
import shutil
import sys
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sample import SHARED


CANARY = "xylocanary"
"""A word that stands in answers only, so that no sentence may hold it."""
MOST_CPU_S = 10.0
ROWS = [
    ["respondent", "group", "What works?", "score"],
    ["p1", "carer", f"They {CANARY} rang back, “at last” – £40", "3"],
    ["p2", "staff", f"Time; and more {CANARY}\nof it", "4.5"],
    ["p3", "", "", "2024-03-01"],
]
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HARM = {"os.remove": 0, "os.rename": 0, "os.rmdir": 0, "os.mkdir": 0, "os.link": 1, "os.symlink": 1, "shutil.rmtree": 0}
_NEVER = {"socket.connect", "os.system"}


@dataclass(frozen=True)
class Target:
    """What reads a file of one kind: the name the file is given, how it is read in a study's folder, and files to begin with."""

    file: str
    read: Callable[[Path, Path], object]
    seeds: Callable[[], list[bytes]]
    shared: str = ""
    """Files of the shared data to begin with as well, as a pattern."""
    tokens: tuple[str, ...] = ()
    needs_study: bool = False
    is_zip: bool = False


@dataclass
class Watch:
    """What was done to files outside one folder while a file was read."""

    folder: Path
    done: list[str] = field(default_factory=list)
    on: bool = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Note an event of the interpreter that writes outside the folder, or reaches for the network or another program."""
        if not self.on:
            return
        if event in _NEVER or (event == "subprocess.Popen" and arguments[0] != sys.executable):
            self.done.append(event)
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            self.note(event, arguments[0])
        elif event in _HARM:
            self.note(event, arguments[_HARM[event]])

    def note(self, event: str, path: object) -> None:
        if isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path) != os.devnull:
            place = Path(os.path.realpath(os.fsdecode(path)))
            if not place.is_relative_to(self.folder):
                self.done.append(f"{event} {place}")


class Reading:
    """A place to read files of one kind in, and what came of each."""

    def __init__(self, name: str, place: Path) -> None:
        self.name, self.target = name, TARGETS[name]
        self.place = Path(os.path.realpath(place))
        self.study, self.given = self.place / "study", self.place / "given"
        self.given.mkdir(parents=True, exist_ok=True)
        self.watch = Watch(self.place)
        sys.addaudithook(self.watch)
        self.n = 0

    def fault(self, data: bytes) -> str:
        """Read a file and return what is wrong with what came of it; nothing where that is a value or a sentence."""
        if self.n % 200 == 0:
            self._fresh()
        self.n += 1
        path = self.given / self.target.file
        path.write_bytes(data)
        begin = cpu_seconds()
        with self._watched():
            said = outcome(self.target.read, path, self.study)
        seconds = cpu_seconds() - begin
        if self.watch.done:
            said = f"did harm: {self.watch.done.pop(0)}"
            self.watch.done.clear()
        return said or (f"took {seconds:.0f} s" if seconds > MOST_CPU_S else "")

    def _fresh(self) -> None:
        """Begin with the study as it was, since answers that were taken in make the next ones slower."""
        shutil.rmtree(self.study, ignore_errors=True)
        if self.target.needs_study:
            shutil.copytree(_small_study(), self.study)
        else:
            self.study.mkdir()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        self.watch.on = True
        try:
            yield
        finally:
            self.watch.on = False


def cpu_seconds() -> float:
    """Return the processor time of this process and of those it started that have ended."""
    return sum(os.times()[:4])


def outcome(read: Callable[[Path, Path], object], path: Path, study: Path) -> str:
    """Read a file and return what is wrong with what came of it, without a word of it."""
    from pipeline.errors import PipelineError

    try:
        read(path, study)
    except PipelineError as error:
        said = str(error)
        if CANARY in said:
            return f"quotes an answer: {_place(error)}"
        return "" if path.name in said or path.parent.name in said else f"names no file: {_place(error)}"
    except BaseException as fault:  # a panic of Rust is no Exception
        if isinstance(fault, KeyboardInterrupt):
            raise
        return f"{type(fault).__name__} at {_place(fault)}"
    return ""


def _place(fault: BaseException) -> str:
    """Return where in our own code a fault came from, and in whose."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "/pipeline/" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].name}, {Path(frames[-1].filename).name}:{frames[-1].name}"


def mutated(data: bytes, draw: Random, change: Callable[[bytes], bytes], *, is_zip: bool) -> bytes:
    """Return changed data; of an archive mostly one of its parts, packed anew, since chance alone never gets its sums right."""
    if is_zip and draw.random() < 0.9:
        try:
            with ZipFile(io.BytesIO(data)) as found:
                parts = {info.filename: found.read(info) for info in found.infolist()[:200]}
        except (BadZipFile, ValueError, NotImplementedError, OSError, EOFError, RuntimeError, zlib.error):
            parts = {}
        if parts:
            name = draw.choice([*parts])
            return _packed(parts | {name: change(parts[name])})
    return change(data)


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as made:
        for name, content in parts.items():
            made.writestr(ZipInfo(name), content)
    return out.getvalue()


def blindly(draw: Random, tokens: tuple[str, ...]) -> Callable[[bytes], bytes]:
    """Return what changes data by chance: a bit, a piece doubled, taken out or overwritten, a telling word put in."""

    def change(data: bytes) -> bytes:
        at, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
        token = draw.choice([*tokens, "\0", "\ufeff", '"', "9" * 20, "-1", "\U0001f9f6"]).encode()
        return draw.choice(
            [
                data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :],
                data[:at] + token + data[at:],
                data[:at] + token + data[at + len(token) :],
                data[:end] + data[at:end][:2_000] + data[end:],
                data[:at] + data[min(end, at + 50) :],
                data[:at],
            ]
        )

    return change


# --- what reads -----------------------------------------------------------------------------------------------------------


def _export(path: Path, _: Path) -> object:
    from pipeline.survey.readers import read_export

    return read_export(path)


def _folder(path: Path, _: Path) -> object:
    from pipeline.survey.readers import read_export

    return read_export(path.parent)


def _codebook(path: Path, _: Path) -> object:
    from pipeline.codebook.codebook import check_codebook, read_codebook
    from pipeline.codebook.qdc import qdc_losses

    found = read_codebook(path)
    return check_codebook(found), qdc_losses(path) if path.suffix == ".qdc" else ()


def _sheet(path: Path, folder: Path) -> object:
    from pipeline.exchange.sheets.unpack import unpack
    from pipeline.study.study import load_study

    return unpack(load_study(folder), path, reviewer="Ana", group="researcher").as_text()


def _project(path: Path, folder: Path) -> object:
    from pipeline.exchange.refi.import_ import import_decisions, read_incoming
    from pipeline.study.study import load_study

    incoming = read_incoming(load_study(folder), path, groups={"ana": "researcher"})
    return incoming.as_text(), import_decisions(incoming)


def _loop(path: Path, folder: Path) -> object:
    from pipeline.study.actions import read_loop
    from pipeline.study.study import load_study

    shutil.copy(path, folder / path.name)
    return read_loop(load_study(folder))


def _ideas(path: Path, folder: Path) -> object:
    from pipeline.study.easy_read import read_ideas, reading
    from pipeline.study.study import load_study

    shutil.copy(path, folder / path.name)
    return reading(read_ideas(load_study(folder)))


def _uses(path: Path, folder: Path) -> object:
    from pipeline.study.quote_uses import read_uses
    from pipeline.study.study import load_study

    shutil.copy(path, folder / path.name)
    return read_uses(load_study(folder))


def _reword(path: Path, folder: Path) -> object:
    from pipeline.codebook.edit_file import reword_cells

    return reword_cells(path, lambda row, column, cell: cell.replace(CANARY, "…"))


# --- files to begin with ---------------------------------------------------------------------------------------------------


def _text(delimiter: str, end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(ROWS)
    return out.getvalue().encode(encoding, "replace")


def _csvs() -> list[bytes]:
    qualtrics = (
        f'StartDate,Q1\nStart Date,What works?\n"{{""ImportId"":""startDate""}}","{{""ImportId"":""QID1""}}"\n2024,{CANARY}\n'
    )
    return [_text(","), _text(";", "\n"), _text(",", "\r", "utf-16"), _text(",", encoding="cp1252"), qualtrics.encode()]


def _workbooks() -> list[bytes]:
    from openpyxl import Workbook

    book = Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["E2"], book.active["E3"] = "=1+1", 45_000.25
    book.active.merge_cells("A6:C6")
    book.create_sheet("hidden").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return [out.getvalue()]


def _old_workbooks() -> list[bytes]:
    from old_excel import OLD_EXCEL

    return [zlib.decompress(base64.b85decode(OLD_EXCEL))]


def _ods() -> list[bytes]:
    kind_of = '<table:table-cell office:value-type="string"><text:p>'
    rows = ("".join(f"{kind_of}{cell}</text:p></table:table-cell>" for cell in row) for row in ROWS)
    cells = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content{spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="s">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    from bombs import archive

    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return [archive({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": b"<manifest/>"})]


def _spss(form: str) -> list[bytes]:
    import tempfile

    import pandas as pd
    import pyreadstat

    header, *rows = ROWS
    frame = pd.DataFrame(rows, columns=["respondent", "group", "q1", "score"])
    frame["when"], frame["n"] = pd.Timestamp("2024-03-01 10:00"), [1.0, 2.0, 9.0]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"a.{form}"
        if form == "por":
            # This old format has no other letters.
            frame["q1"] = [row[2].encode("ascii", "ignore").decode().replace("\n", " ") for row in rows]
            pyreadstat.write_por(frame.drop(columns="when").rename(columns={"respondent": "person"}), str(path))
        else:
            labels = {"n": {1.0: "often", 2.0: "never"}}
            missing = {"n": [9.0]}
            pyreadstat.write_sav(
                frame, str(path), column_labels=[*header, "", ""], variable_value_labels=labels, missing_ranges=missing,
                compress=form == "zsav",
            )  # fmt: skip
        return [path.read_bytes()]


def _documents() -> list[bytes]:
    import docx

    document = docx.Document()
    document.add_heading("An answer")
    document.add_paragraph(f"They {CANARY} rang back.\tThen\nnothing.")
    document.add_table(2, 2).cell(0, 0).text = "in a table"
    out = io.BytesIO()
    document.save(out)
    return [out.getvalue()]


def _plain_texts() -> list[bytes]:
    return [f"They {CANARY} rang back.\n\nThen nothing. ".encode() * 4, f"naïve {CANARY}".encode("cp1252")]


@cache
def _small_study() -> Path:
    """Return the folder of a small study that has been run, made once."""
    import atexit
    import tempfile

    from small_study import build_study

    place = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    build_study(place / "study")
    return place / "study"


def _books(form: str) -> Callable[[], list[bytes]]:
    def books() -> list[bytes]:
        import tempfile

        from pipeline.codebook.codebook import read_codebook, write_codebook

        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / f"a.{form}"
            write_codebook(read_codebook(_small_study() / "codebook.csv"), path)
            return [path.read_bytes()]

    return books


def _sheets(form: str) -> Callable[[], list[bytes]]:
    def sheets() -> list[bytes]:
        import tempfile

        from pipeline.exchange.sheets.pack import pack
        from pipeline.study.study import load_study

        with tempfile.TemporaryDirectory() as place:
            path, _ = pack(load_study(_small_study()), n=8, out=Path(place) / f"a.{form}", reviewer="Ana")
            return [path.read_bytes(), *([_filled(path)] if form == "xlsx" else [])]

    return sheets


def _filled(path: Path) -> bytes:
    from openpyxl import load_workbook

    book = load_workbook(path)
    for row, code in enumerate(("Too little time", "trust", "no such code", None), start=2):
        book["review"].cell(row, 5, code)
        book["review"].cell(row, 11, f"a note {CANARY}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _projects() -> list[bytes]:
    import tempfile

    from bombs import archive
    from refi_files import coding, place, project_xml, text_source

    from pipeline.report import export
    from pipeline.study.study import load_study

    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(_small_study(), Path(folder) / "study")
        study = load_study(Path(folder) / "study")
        export(study, to=["qdpx"])
        ours = next(study.exports.glob("*.qdpx")).read_bytes()
    theirs = project_xml([(1, "Time")], [(2, "Ana")], text_source(3, place(4, 0, 12, coding(5, 1, 2)), path="internal://a.txt"))
    words = f"Ten minutes is no time to think. {CANARY}"
    return [ours, archive({"project.qde": theirs.encode(), "Sources/a.txt": words.encode()})]


def _table(columns: tuple[str, ...], *rows: tuple[str, ...]) -> bytes:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode("utf-8-sig")


def _loops() -> list[bytes]:
    from pipeline.study.actions import COLUMNS

    said = ("time", "too little time", "2026-01-02", "more staff", "Ana", "2026-02-01", "hire", "", "2026-05-01", "", "", "", "")
    return [_table(COLUMNS, said)]


def _easy() -> list[bytes]:
    from pipeline.study.easy_read import COLUMNS

    return [_table(COLUMNS, ("Time", "We need more time. They said.", "a clock", ""))]


def _used() -> list[bytes]:
    from pipeline.study.quote_uses import COLUMNS

    return [_table(COLUMNS, ("abcdef0123456789", "the report", "3", "2026-03-01", "Ana"))]


_CSV_TOKENS = ('"', '""', ",", ";", "\t", "\r\n", "\r", "sep=;", "\x00", "\ufeff", "QID1", '{"ImportId":"QID1"}')
_SHEET_TOKENS = (
    "<c ",
    "</c>",
    ' r="XFD1048576"',
    ' t="e"',
    ' t="s"',
    "<v>",
    "</v>",
    "<f>",
    "<row ",
    "mergeCell",
    "<is><t>",
    "1e999",
)
_ODS_TOKENS = (
    "table:number-columns-repeated=", "table:number-rows-repeated=", '"1000000"', "<table:table-row>", "office:value-type=",
    '"date"', '"float"', '"percentage"', "<text:p>", "office:value=",
)  # fmt: skip
_XML_TOKENS = (
    "<Code ",
    "</Code>",
    ' isCodable="true"',
    ' guid="',
    "<!DOCTYPE x>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "&amp;",
    "&#0;",
    "xmlns=",
)
_PROJECT_TOKENS = (
    *_XML_TOKENS, ' startPosition="', ' endPosition="', ' plainTextPath="internal://', "<PlainTextContent>", "<Coding ",
    ' creatingUser="', ' creationDateTime="', "<CodeRef targetGUID=", "<TextSource ", "<PlainTextSelection ",
)  # fmt: skip
_WORD_TOKENS = (
    "<w:p>",
    "</w:p>",
    "<w:t>",
    "<w:tab/>",
    "<w:br/>",
    "<w:del>",
    "<mc:AlternateContent>",
    "<mc:Fallback>",
    "xmlns:w=",
)
_TABLE_TOKENS = ('"', ",", ";", "\t", "'", "=", "2026-03-31", "yes", "partly", "theme 3", "\ufeff", "|")

TARGETS: dict[str, Target] = {
    "csv": Target("a.csv", _export, _csvs, "*.csv", _CSV_TOKENS),
    "tsv": Target("a.tsv", _export, lambda: [_text("\t")], "", _CSV_TOKENS),
    "xlsx": Target("a.xlsx", _export, _workbooks, "*.xlsx", _SHEET_TOKENS, is_zip=True),
    "xls": Target("a.xls", _export, _old_workbooks, "*.xls"),
    "ods": Target("a.ods", _export, _ods, "", _ODS_TOKENS, is_zip=True),
    "sav": Target("a.sav", _export, lambda: _spss("sav"), "*.sav"),
    "zsav": Target("a.zsav", _export, lambda: _spss("zsav"), "*.zsav"),
    "por": Target("a.por", _export, lambda: _spss("por"), "*.por"),
    "docx": Target("a.docx", _folder, _documents, "", _WORD_TOKENS, is_zip=True),
    "txt": Target("a.txt", _folder, _plain_texts, "*.md"),
    "codebook.csv": Target("codebook.csv", _codebook, _books("csv"), "", _TABLE_TOKENS),
    "codebook.xlsx": Target("codebook.xlsx", _codebook, _books("xlsx"), "", _SHEET_TOKENS, is_zip=True),
    "codebook.qdc": Target("codebook.qdc", _codebook, _books("qdc"), "*.qdc", _XML_TOKENS),
    "codebook reworded": Target("codebook.csv", _reword, _books("csv"), "", _TABLE_TOKENS),
    "sheet.xlsx": Target("sheet.xlsx", _sheet, _sheets("xlsx"), "", _SHEET_TOKENS, needs_study=True, is_zip=True),
    "sheet.csv": Target("sheet.csv", _sheet, _sheets("csv"), "", _CSV_TOKENS, needs_study=True),
    "qdpx": Target("theirs.qdpx", _project, _projects, "", _PROJECT_TOKENS, needs_study=True, is_zip=True),
    "loop.csv": Target("loop.csv", _loop, _loops, "", _TABLE_TOKENS, needs_study=True),
    "easyread.csv": Target("easyread.csv", _ideas, _easy, "", _TABLE_TOKENS, needs_study=True),
    "quotes_used.csv": Target("quotes_used.csv", _uses, _used, "", _TABLE_TOKENS, needs_study=True),
}


def seeds_of(name: str) -> list[bytes]:
    """Return files of one kind to begin with: our own, and of the shared data those that are small, where it is there."""
    target = TARGETS[name]
    shared = sorted((SHARED / "data" / "formats").rglob(target.shared)) if target.shared and SHARED.is_dir() else []
    return [*target.seeds(), *(path.read_bytes() for path in shared if path.stat().st_size < 50_000)]
