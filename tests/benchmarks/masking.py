"""Score the Redactor on labelled answers and print the figures as one line of JSON.

Run `python tests/benchmarks/masking.py --shared ../shared`; the scorer and the answers are read from there.

Your own answers are scored by `--answers FILE`, a line of JSON each: `id`, `text`, `kind` and `spans`, each with `start`, `end`,
`tier` ("direct" or "quasi") and `label`. That prints figures only, so that answers nobody has looked at stay so.
"""

import argparse
import importlib.util
import json
import re
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline.methods.redact import Redactor, Span
from pipeline.methods.redact.answer import read_answers
from pipeline.methods.redact.name_context import KIN


Rows = list[dict[str, Any]]
_ORIGINS = ("english", "welsh", "celtic", "s_asian", "african", "e_europe", "other")


def main() -> None:
    """Score what is masked at once and what is masked or flagged."""
    parser = argparse.ArgumentParser(description=__doc__)
    answers = parser.add_mutually_exclusive_group(required=True)
    answers.add_argument("--shared", type=Path, help="folder with bench/pii_score.py and data/pii")
    answers.add_argument("--answers", type=Path, help="a file of labelled answers, one a line as JSON")
    parser.add_argument("--languages", default="en,cy", help="of the answers in that file, with commas between them")
    parser.add_argument("--smoke", action="store_true", help="a quarter of the answers, to see that it works")
    parser.add_argument("--misses", action="store_true", help="also list, on stderr, what was missed")
    options = parser.parse_args()
    if options.answers:
        _score_file(options.answers, options.languages.split(","), misses=options.misses)
        return
    scorer = _scorer(options.shared / "bench" / "pii_score.py")
    lines = (options.shared / "data" / "pii" / "uk-pii.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines[:: 4 if options.smoke else 1]]
    start, start_cpu = time.perf_counter(), time.process_time()
    redactor = Redactor()
    redactor.find("My support worker is called Olwen.")
    loaded, loaded_cpu = time.perf_counter(), time.process_time()
    found = redactor.find_all([row["text"] for row in rows])
    seconds, seconds_cpu = time.perf_counter() - loaded, time.process_time() - loaded_cpu
    figures = {
        "texts": len(rows),
        "load_s": round(loaded - start, 2),
        "load_cpu_s": round(loaded_cpu - start_cpu, 2),
        "texts_per_s": round(len(rows) / seconds),
        "texts_per_cpu_s": round(len(rows) / seconds_cpu),
        "peak_mb": _peak_mb(),
        "masked": _figures(scorer, rows, found, lambda span: not span.flagged_only),
        "masked_or_flagged": _figures(scorer, rows, found, lambda span: True),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    if options.misses:
        _list_misses(scorer, rows, found)


_TITLES = re.compile(r"(?:(?:mr|mrs|ms|miss|dr|mx|sister|nurse|cllr|councillor|sgt|pc)\b\.?\s*)+", re.IGNORECASE)
_LITTLE = frozenset({"the", "of", "a", "an", "in", "on", "at", "from", "and", "s"})


def _score_file(path: Path, languages: Sequence[str], *, misses: bool) -> None:
    """Print what is masked and flagged of each tier, kind and label, and how many words that should stay are not left."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    answers = read_answers([row["text"] for row in rows], redactor=Redactor(), languages=languages)
    covered: dict[str, list[list[bool]]] = defaultdict(list)
    stays: dict[str, list[list[bool]]] = defaultdict(list)
    for row, answer in zip(rows, answers, strict=True):
        if answer.text != row["text"]:
            raise SystemExit(f"{row['id']}: its characters were mended, so that the places of its labels are wrong.")
        masked, seen = (_places(answer.spans, flags=flags) for flags in (False, True))
        # "our" before a name stays in the token: "[our, name 1]".
        kept = {place for span in answer.spans if span.label == "name" for place in _kin(row["text"], span)}
        labelled: set[int] = set()
        for span in row["spans"]:
            words = _words(row["text"], span["start"], span["end"])
            labelled.update(range(span["start"], span["end"]))
            result = [words <= masked, words <= seen, bool(words & seen)]
            for key in (span["tier"], f"{span['tier']}/{span['label']}", f"{span['tier']}/{row['kind']}"):
                covered[key].append(result)
            if misses and not result[span["tier"] == "quasi"]:
                sys.stderr.write(f"{'flagged' if result[1] else 'MISSED'} {span['label']}: {span['text']} | {row['text']}\n")
        for word in re.finditer(r"[^\W_]+", row["text"]):
            place = set(range(*word.span()))
            if not place & labelled:
                result = [bool(place & (masked - kept)), bool(place & seen)]
                stays["all"].append(result)
                stays[row["kind"]].append(result)
                if misses and result[1]:
                    what = "MASKED" if result[0] else "flagged"
                    sys.stderr.write(f"wrongly {what}: {word[0]} | {row['text']}\n")
    figures = {
        "texts": len(rows),
        "labelled (n, masked, masked or flagged, touched)": {key: _shares(results) for key, results in sorted(covered.items())},
        "words that should stay (n, masked, masked or flagged)": {
            key: _shares(results) for key, results in sorted(stays.items())
        },
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


def _places(spans: Sequence[Span], *, flags: bool) -> set[int]:
    return {place for span in spans if flags or not span.flagged_only for place in range(span.start, span.end)}


def _kin(text: str, span: Span) -> range:
    kin = re.compile(rf"{KIN}(?=\s)", re.IGNORECASE).match(text, span.start, span.end)
    return range(kin.start(), kin.end()) if kin else range(0)


def _words(text: str, start: int, end: int) -> set[int]:
    """Return the places of the letters and figures of a label, but of titles and little words."""
    title = _TITLES.match(text, start, end)
    start = title.end() if title and title.end() < end else start
    words = list(re.finditer(r"[^\W_]+", text[start:end]))
    telling = [word for word in words if word[0].lower() not in _LITTLE] or words
    return {place for word in telling for place in range(start + word.start(), start + word.end())}


def _shares(results: Sequence[Sequence[bool]]) -> list[float]:
    return [len(results), *(round(sum(column) / len(results), 4) for column in zip(*results, strict=True))]


def _peak_mb() -> int:
    """Read this process's own peak: getrusage counts the parent's before a program is started."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return (peaks[0] if peaks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024


def _scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("pii_score", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _spans(rows: Rows, found: list[tuple[Span, ...]], keep: Callable[[Span], bool]) -> dict[str, list[tuple[int, int]]]:
    pairs = zip(rows, found, strict=True)
    return {row["id"]: [(span.start, span.end) for span in spans if keep(span)] for row, spans in pairs}


def _figures(scorer: ModuleType, rows: Rows, found: list[tuple[Span, ...]], keep: Callable[[Span], bool]) -> dict[str, object]:
    """Compute the figures of the scorer for the spans that are kept."""
    by, masks, characters, texts, without, _ = scorer.evaluate(rows, _spans(rows, found, keep))
    full = {"/".join(key): round(hit / n, 3) for key, (hit, _, n) in sorted(by.items()) if n}
    origins = [full[f"origin/{origin}"] for origin in _ORIGINS if f"origin/{origin}" in full]
    return {
        "direct": full["tier/direct"],
        "direct_interval": [round(edge, 3) for edge in scorer.wilson(by["tier", "direct"][0], by["tier", "direct"][2])],
        "indirect": full["tier/quasi"],
        "precision": round(masks[0] / max(1, masks[1]), 3),
        "precision_characters": round(characters[0] / max(1, characters[1]), 3),
        "answers_leaking": round(texts[0] / texts[1], 3),
        "worst_origin": min(origins),
        "origin_gap": round(max(origins) - min(origins), 3),
        "without_identifiers_masked": round(without[0] / max(1, without[1]), 3),
        "without_identifiers_characters": round(without[2] / max(1, without[3]), 4),
        "by": {key: value for key, value in full.items() if key.split("/")[0] in ("origin", "noise", "label", "form")},
    }


def _list_misses(scorer: ModuleType, rows: Rows, found: list[tuple[Span, ...]]) -> None:
    missed = scorer.evaluate(rows, _spans(rows, found, lambda span: not span.flagged_only))[5]
    for label, original, row in missed:
        sys.stderr.write(f"missed {label}: {original} ({row})\n")
    for row, spans in zip(rows, found, strict=True):
        for span in spans:
            if not any(gold["start"] < span.end and span.start < gold["end"] for gold in row["spans"]):
                kind = "flagged" if span.flagged_only else "masked"
                sys.stderr.write(f"wrongly {kind} {span.label}: {row['text'][span.start : span.end]} ({row['id']})\n")


if __name__ == "__main__":
    main()
