"""Write what was measured as tables that can be read: docs/benchmarks.md from the content of docs/benchmarks.json."""

from collections.abc import Sequence
from itertools import groupby
from math import inf
from typing import Any


Row = dict[str, Any]

DECISIONS = ("codebook", "0", "themes", "100", "250", "500", "1000", "all")
SAID = {
    "codebook": "codebook only",
    "0": "codebook and unread answers",
    "themes": "the same, and each theme's code",
    "all": "all answers",
}
# The goals of the project on the shared answers, with the codebook only standing for both rows without decisions.
GOALS = {
    "lrap": {"codebook": 0.75, "0": 0.75, "themes": 0.75, "100": 0.84, "500": 0.86, "all": 0.89},
    "micro_f1": {"codebook": 0.60, "0": 0.60, "themes": 0.60, "100": 0.70, "500": 0.73, "all": 0.77},
    "macro_f1": {"codebook": 0.52, "0": 0.52, "themes": 0.52, "100": 0.58, "500": 0.62, "all": 0.70},
}
MEASURES = {
    "lrap": ("Ranking (LRAP)", "how near the top of each answer's list its codes stand; 1 is all at the top"),
    "micro_f1": (
        "Micro-F1, threshold chosen inside the training folds",
        "over all answers and codes; a fold's threshold is the best one on its decided answers, held out, or, without any, "
        "the one to be expected best from the probabilities. Empty: scores that are no probabilities, with nothing to choose by",
    ),
    "macro_f1": (
        "Macro-F1, threshold chosen inside the training folds",
        "the mean of the codes, so that rare ones count as much",
    ),
    "micro_f1_best": (
        "Micro-F1 at the best fixed threshold",
        "chosen on the tested answers themselves, which flatters everybody alike",
    ),
    "macro_f1_best": ("Macro-F1 at the best fixed threshold", "likewise"),
}
TRUST = {
    "ece": "calibration error, all pairs",
    "ece_first": "calibration error, likeliest code",
    "precision": "suggestions right",
    "coverage": "answers with a suggestion",
    "recall": "codes found by suggestions",
}
SPEEDS = {
    "before and after": "Before and after, in one session",
    "runs": "`themes run`, each time a fresh process",
    "peer": "Beside vanilla BERTopic on the same texts, from fresh processes",
    "embedding": "Embedding: share of the arithmetic bound",
    "engines": "In one process and on workers of the same machine: equal letters under tables are equal tables",
    "whole": "All stages, static model, as answers grow; with dask, on a worker for each of two cores",
    "whole, by stage": "Where the time of a million answers goes",
    "growth": "Growth of each stage, static model, a process for each stage (its start is in cpu s)",
}
SPEED = {
    "fit_s": "learning, s (a fold)",
    "train_s": "learning, s (all folds)",
    "times_svc": "times the SVC's seconds",
    "suggest_texts_per_s": "suggestions a second, vectors given",
}
THEMES_SAID = (
    "With each theme's code: no answer is decided, but the code that most answers of a theme bear, if four in ten do, is taken "
    "as what people who read the themes would have said. That is one choice a theme from the codes the figures are measured by."
)
TIMED = "The coder's seconds include embedding the parts of answers it reads; peers' include scoring, and finding topics once."


def as_markdown(found: dict[str, Any]) -> str:
    """Return the page."""
    intro = "Made by `make bench`; every figure, and more, is in `benchmarks.json`. Peers are measured on the same answers."
    lines = ["# Benchmarks", "", intro]
    for name, part in found.items():
        told = part["machine"]
        machine = f"{told['processor']}, Python {told['python']}; {told['versions']}"
        lines += ["", f"## {name[0].upper()}{name[1:]}", "", machine]
        if "measured" in part["rows"][0]:
            lines += speed(part)
        else:
            lines += coding(part["rows"]) if name.startswith("coding") and "who" in part["rows"][0] else plain(part["rows"])
    return "\n".join(lines) + "\n"


def speed(part: Row) -> list[str]:
    """Return a table for each thing that was timed; rows with other figures than those before them get a table of their own."""
    lines = ["", part["how"]] if "how" in part else []
    for name in dict.fromkeys(row["measured"] for row in part["rows"]):
        lines += ["", f"### {SPEEDS.get(name, name)}"]
        rows = [
            {key: value for key, value in row.items() if key != "measured"} for row in part["rows"] if row["measured"] == name
        ]
        for _, alike_rows in groupby(rows, key=lambda row: "exponent" in row):
            lines += plain(list(alike_rows))
    return lines


def coding(rows: Sequence[Row]) -> list[str]:
    """Return the tables of the coding part."""
    names = list(dict.fromkeys(row["who"] for row in rows))
    columns = [name for name in names if name.startswith("ours")] + [name for name in names if not name.startswith("ours")]
    about = rows[0]
    lines = ["", f"{about['data']}: {about['texts']:,} answers, {about['scored_codes']} codes, five folds by the text's hash."]
    few = sorted(
        {f"{row['who']} at {row['decisions']} (folds: {row['folds']})" for row in rows if row["decided"] > 0 and row["folds"] < 5}
    )
    lines += [f"Not all folds: {', '.join(few)}."] if few else []
    lines += [THEMES_SAID] if any(row["decisions"] == "themes" for row in rows) else []
    goals = GOALS if about["data"].startswith("NHS") else {}
    for measure, (title, meaning) in MEASURES.items():
        lines += ["", f"### {title}", "", f"{meaning[0].upper()}{meaning[1:]}.", ""]
        lines += by_decisions(rows, columns, measure, goals.get(measure.removesuffix("_best"), {}))
    mine = [row for row in rows if row["who"].startswith("ours")]
    lines += ["", "### Suggestions that can be trusted", "", *across(mine, TRUST)]
    lines += ["", "### Time", "", TIMED, "", *across(rows, SPEED)]
    lines += ["", "### Rare codes", "", *rare(rows)]
    return lines + [line for row in largest(mine) for line in ("", *codes(row))]


def by_decisions(rows: Sequence[Row], columns: Sequence[str], measure: str, goals: dict[str, float]) -> list[str]:
    """Return a table of one measure: decisions down; the goal, ours and the peers across."""
    found = {(row["who"], row["decisions"]): row.get(measure) for row in rows}
    body = []
    for decisions in in_order({row["decisions"] for row in rows}):
        goal = [goals.get(decisions)] if goals else []
        body.append([SAID.get(decisions, decisions), *goal, *(found.get((name, decisions)) for name in columns)])
    return table(["people's decisions", *(["goal"] if goals else []), *columns], body)


def across(rows: Sequence[Row], figures: dict[str, str]) -> list[str]:
    """Return a table with a line for each run and a column for each figure."""
    ordered = [row for decisions in in_order({row["decisions"] for row in rows}) for row in rows if row["decisions"] == decisions]
    body = [[SAID.get(row["decisions"], row["decisions"]), row["who"], *(row.get(name) for name in figures)] for row in ordered]
    return table(["people's decisions", "who", *figures.values()], body)


def rare(rows: Sequence[Row], precision: float = 0.7) -> list[str]:
    """Return recall of rare and of common codes at the same precision, for the coder and the SVC."""
    meaning = (
        f"Recall of codes with few and with many answers, in each group at the lowest threshold from which on {precision:.0%} "
        "of its pairs of answer and code are right; in brackets the mean of its codes' recalls. It describes the ranking on "
        "the tested answers and is no setting that could have been chosen beforehand."
    )
    compared = [row for row in rows if row["who"].startswith(("ours", "TF-IDF")) and row["folds"] in (1, 5)]
    groups = list(dict.fromkeys(one["codes"] for row in compared for one in row["rare"]))
    body = []
    for decisions in in_order({row["decisions"] for row in compared}):
        for row in (row for row in compared if row["decisions"] == decisions):
            there = {one["codes"]: one for one in row["rare"] if one["precision"] == precision}
            cells = [f"{there[g]['recall']:.3f} ({there[g]['mean_recall']:.3f})" if g in there else None for g in groups]
            body.append([SAID.get(decisions, decisions), row["who"], *cells])
    sizes = {one["codes"]: one["n_codes"] for row in compared for one in row["rare"]}
    return [meaning, "", *table(["people's decisions", "who", *(f"{group} ({sizes[group]} codes)" for group in groups)], body)]


def codes(row: Row) -> list[str]:
    """Return a line for each code."""
    names = ("n", "average_precision", "precision", "recall", "suggested")
    body = [[one["code"], *(one.get(name) for name in names)] for one in row["codes"]]
    headings = ["code", "answers", "average precision", "suggestions right", "found by suggestions", "suggested"]
    return [f"### Codes: {row['who']}, decisions: {SAID.get(row['decisions'], row['decisions'])}", "", *table(headings, body)]


def largest(rows: Sequence[Row]) -> list[Row]:
    """Return each effort's row with 500 decisions, or with the most it has."""
    efforts = list(dict.fromkeys(row["who"] for row in rows))
    own = {name: [row for row in rows if row["who"] == name] for name in efforts}
    return [
        next((row for row in some if row["decisions"] == "500"), max(some, key=lambda row: row["decided"]))
        for some in own.values()
    ]


def plain(rows: Sequence[Row]) -> list[str]:
    """Return a table with a line for each run, and one for each group of figures inside a run."""
    flat = [{name: value for name, value in row.items() if not isinstance(value, dict | list)} for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    lines = ["", *table([name.replace("_", " ") for name in columns], [[row.get(name) for name in columns] for row in flat])]
    for row in rows:
        groups = {name: spread(value) for name, value in row.items() if isinstance(value, dict)}
        for names in alike(groups):
            figures = groups[names[0]]
            lines += [
                "",
                *table(
                    ["", *(name.replace("_", " ") for name in names)],
                    [[one, *(groups[n][one] for n in names)] for one in figures],
                ),
            ]
    return lines


def alike(groups: dict[str, Row]) -> list[list[str]]:
    """Return the groups' names, those with the same figures together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, figures in groups.items():
        found.setdefault(tuple(figures), []).append(name)
    return list(found.values())


def spread(value: Row, within: str = "") -> Row:
    """Return a row without rows inside it: `{"by": {"direct": 1}}` becomes `{"by direct": 1}`."""
    found: Row = {}
    for name, one in value.items():
        found |= spread(one, f"{within}{name} ") if isinstance(one, dict) else {f"{within}{name}": one}
    return found


def in_order(decisions: set[str]) -> list[str]:
    """Return numbers of decisions from none to all."""
    places = {"codebook": -1.0, "themes": 0.5, "all": inf}
    return sorted(decisions, key=lambda name: places[name] if name in places else float(name))


def table(headings: Sequence[str], body: Sequence[Sequence[object]]) -> list[str]:
    """Return the lines of a table; figures are aligned to the right."""
    figures = [all(row[place] is None or isinstance(row[place], int | float) for row in body) for place in range(len(headings))]
    ruler = "|" + "|".join("---:" if figure else "---" for figure in figures) + "|"
    return [line(headings), ruler, *(line([shown(cell) for cell in row]) for row in body)]


def line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def shown(value: object) -> str:
    """Return a figure with as many decimals as can be read."""
    if isinstance(value, float):
        decimals = 0 if value >= 1_000 else 1 if value >= 10 else 3
        return f"{value:,.{decimals}f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else "" if value is None else str(value)
