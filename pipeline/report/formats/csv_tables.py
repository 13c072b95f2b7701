"""Results as CSV files whose cells no spreadsheet takes for a formula."""

from pathlib import Path

import pandas as pd

from pipeline.methods.disclosure.quotable_words import quotable_ids, with_shared_words, without_private_words
from pipeline.report.draft_mark import DRAFT
from pipeline.report.placed_themes import with_shown_figures
from pipeline.report.theme_tone import SHARES, shown_tone
from pipeline.runtime.files import write_atomically
from pipeline.tables.csv_files import write_csv
from pipeline.workflow.results import RunResults


README = "README.txt"
_WHAT = {
    "response_rates.csv": "how many people were asked and answered, by question and group",
    "accounts.csv": "what became of the answers",
    "counts.csv": "how many people spoke of a code, as people decided; a share only where people have read all",
    "estimates.csv": "shares of codes, where people have read all, or excerpts drawn at random",
    "closed.csv": "closed questions, by group",
    "themes.csv": "themes, and how many people spoke of each",
    "theme_codes.csv": "which code a theme stands for, or lies near",
    "voices.csv": "how many people of each group spoke of a theme",
    "theme_ranks.csv": "the order of themes within each group",
}
FIGURES = ["n", "share", "estimate", "low", "high", "elsewhere"]


def write_tables(source: RunResults, folder: Path) -> None:
    """Write the tables of figures, themes.csv, theme_codes.csv, voices.csv and theme_ranks.csv, and what to know of them."""
    allowed = quotable_ids(source["segments"], source["comments"])
    shared = with_shared_words(source["themes"], source["segments"], source["comments"])
    themes = without_private_words(shared, source["members"], allowed)
    private = themes.loc[themes["title"] == "", "theme_id"]
    places = source["theme_codes"]
    places = places.assign(proposed=places["proposed"].mask(places["theme_id"].isin(private), ""))
    write_csv(without_suppressed(source["response_rates"]), folder / "response_rates.csv")
    write_csv(source["accounts"], folder / "accounts.csv")
    # A share of what people have read so far is no share of what was said.
    shares = {name: source["counts"][name].where(_all_read(source)) for name in ("share", "low", "high")}
    write_csv(without_suppressed(source["counts"].assign(**shares)), folder / "counts.csv")
    write_csv(without_suppressed(source["estimates"]), folder / "estimates.csv")
    write_csv(without_suppressed(source["closed"]), folder / "closed.csv")
    # Ids of exemplars are hashes of words: whoever guesses a sentence could test it.
    shown = with_shown_figures(themes, source.profile)
    # Shares of excerpts would tell more of few people than numbers that are rounded; the word for them is all that is shown.
    shown = shown.assign(mostly=[shown_tone(row) for row in shown.to_dict("records")])
    shown = shown.drop(columns=["withheld", "exemplars", *SHARES], errors="ignore")
    figures = {name: shown[name].astype(object).mask(shown[name] == 0) for name in ("n_people", "n_texts")}
    write_csv(shown.assign(**figures), folder / "themes.csv")
    write_csv(places, folder / "theme_codes.csv")
    write_csv(without_suppressed(source["voices"]).drop(columns="total_shown"), folder / "voices.csv")
    write_csv(source["theme_ranks"], folder / "theme_ranks.csv")
    write_atomically(folder / README, lambda path: path.write_text(_readme(source), encoding="utf-8"))


def _readme(source: RunResults) -> str:
    # A table of figures has no place in which it could say itself that it is a draft.
    lines = [
        f"{source.study.settings.name}: tables of figures",
        *([DRAFT.upper(), source.draft] if source.draft else []),
        f"How figures are protected: {source.profile.rule}. An empty cell is a figure that is not shown.",
        *source.notes,
        "\n".join(f"{file}: {what}" for file, what in _WHAT.items()),
    ]
    return "\n\n".join(lines) + "\n"


def _all_read(source: RunResults) -> "pd.Series[bool]":
    methods = source["estimates"].groupby("question")["method"].first()
    read: pd.Series[bool] = source["counts"]["question"].map(methods).eq("all read")
    return read


def without_suppressed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every figure of a suppressed row blank, whatever the row holds."""
    columns = [column for column in FIGURES if column in table]
    return table.assign(**{column: table[column].mask(table["suppressed"]) for column in columns})
