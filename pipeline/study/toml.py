"""Write `study.toml` with a comment on each setting, so that people can read it and change it."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.study.compact_settings import Inline, compacted


_WIDTH = 106
_LONGEST_LINE = 400
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_START = (
    "Settings of a Many Voices study. Lines that begin with # are comments. Everything under [intake] was guessed from the "
    "export: please read it, and change what is wrong. `themes check` says whether the settings fit the export."
)
_COMMENTS = {
    "codebook": "The codes and what they mean; a file beside this one.",
    "intake": "Where the export is, and what its columns mean.",
    "intake.file": "The export, copied into the vault, which never leaves this machine.",
    "intake.sheet": "The sheet of the workbook.",
    "intake.layout": "wide: a row for each person. long: a row for each answer.",
    "intake.id": "The column that tells people apart.",
    "intake.text": "The column of answers.",
    "intake.question": "The column of questions.",
    "intake.attributes": "What is known of people: groups to compare, and words for captions.",
    "intake.group_options": "What was offered, where people wrote something else, too, which is counted as “Other”.",
    "intake.weight": "The survey weight of each person.",
    "intake.received": "When the answer came in.",
    "intake.leave_out": "Rows that are nobody's answers, such as previews: a column, and what stands in it there.",
    "intake.consent": "What people allow. Answers named nowhere here, and blanks, allow analysis only.",
    "intake.questions": "Open questions. frame: good, better or neutral. write_ins: beside which closed question's options.",
    "intake.ratings": "Closed questions. scale: lowest and highest score. labels: scores of words. options: what was offered.",
    "intake.grids": "Closed questions that have the same answers. Each is called by its grid and number, such as grid_1_2.",
    "segment": "What is coded: each idea of an answer, or each paragraph.",
    "clean": "How answers are prepared before a model sees them.",
    "clean.languages": 'Languages people answered in, such as "en" and "cy"; answers in others are set aside.',
    "clean.known_names": "Names to mask wherever they stand, such as those of staff.",
    "embed": "The language model, which runs on this machine.",
    "embed.model": "voices; multilingual (also for other languages than English); minilm (not taught about services); static "
    "(faster, less exact); or a sentence-transformers folder.",
    "cluster": "How themes are found. n_themes, left out here, sets their number; late, what share may join them later.",
    "code": "How codes are suggested. Below min_precision the model keeps silent.",
    "code.written_examples": "Whether the coder also learns from invented answers, where there are some for your codes.",
    "review": "How people check the coding. coders: how many read each excerpt, blind to each other.",
    "count": "Which groups are compared, and from which size on figures are shown.",
    "count.profile": "strict: groups of 7 or fewer are not shown, and figures are rounded to 5; standard; or small.",
}  # fmt: skip
_EXAMPLES = {
    "intake.id": 'id = "respondent"',
    "intake.consent": 'consent = { column = "May we quote you?", quote = ["Yes"], paraphrase = ["Reworded"], analyse = ["No"] }',
    "intake.questions": 'questions = { better = { column = "What could be better?", frame = "better" } }',
}  # fmt: skip


def write_settings(settings: Mapping[str, Any], *, why: Mapping[str, str], unused: Sequence[str] = ()) -> str:
    """Return the text of `study.toml`, with what each setting means and why it was guessed."""
    lines = [*_comment(_START), ""]
    settings, why = compacted(settings, why)
    lines += _section(settings, place="", why=why)
    if unused:
        lines += ["", "# What else the export holds:"]
        lines += [line for sentence in unused for line in _comment(f"- {sentence}")]
    return "\n".join(lines) + "\n"


def basic_string(text: str) -> str:
    """Return a TOML basic string: JSON's, except that TOML wants the delete character escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _section(values: Mapping[str, Any], *, place: str, why: Mapping[str, str]) -> Iterator[str]:
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping) and not isinstance(value, Inline)}
    for key, value in values.items():
        if key not in tables:
            yield from _comments_on(_dotted(place, key), why)
            yield from _setting(key, value)
    yield from _unset(place, values, why)
    # Tables last: whatever stands below a table's heading in TOML belongs to that table.
    for key, table in tables.items():
        inside = f"{place}.{_key(key)}" if place else _key(key)
        yield from ("", *_comments_on(_dotted(place, key), why))
        if any(not isinstance(value, Mapping) or isinstance(value, Inline) for value in table.values()):
            yield f"[{inside}]"
        yield from _section(table, place=inside, why=why)


def _setting(key: str, value: Any) -> Iterator[str]:
    line = f"{_key(key)} = {_value(value)}"
    if len(line) <= _LONGEST_LINE or isinstance(value, str | Mapping):
        yield line
        return
    # An array may go over several lines, a table on one line may not.
    yield f"{_key(key)} = ["
    packed = ""
    for item in map(_value, value):
        if packed and len(packed) + len(item) > _LONGEST_LINE:
            yield f"  {packed}"
            packed = ""
        packed += f"{' ' if packed else ''}{item},"
    yield from ([f"  {packed}"] if packed else [])
    yield "]"


def _unset(place: str, values: Mapping[str, Any], why: Mapping[str, str]) -> Iterator[str]:
    """Say why a setting was left out, and how to set it."""
    for dotted, reason in why.items():
        section, _, key = dotted.rpartition(".")
        if section == place and key not in values:
            yield from _comment(reason)
            yield f"# {_EXAMPLES.get(dotted, f'{key} = …')}"


def _comments_on(dotted: str, why: Mapping[str, str]) -> Iterator[str]:
    yield from _comment(_COMMENTS.get(dotted, ""))
    yield from _comment(why.get(dotted, ""))


def _comment(text: str) -> list[str]:
    # A heading of the export with a line end in it would end the comment, and its rest would be read as a setting.
    line = _UNSEEN.sub(" ", text)
    return [f"# {part}" for part in textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)]


def _dotted(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else basic_string(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return basic_string(value)
    # Before numbers, since a bool is one in Python.
    if isinstance(value, bool):
        return "true" if value else "false"
    # 4 and not 4.0, as a person would write it.
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {_value(item)}' for key, item in value.items())} }}" if value else "{}"
    return f"[{', '.join(_value(item) for item in value)}]"
