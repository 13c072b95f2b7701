"""Say in which languages people answered, what that means for masking and themes, and in which columns masking changed much."""

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from pipeline.errors import DataError
from pipeline.methods.embedding.embedders import EMBEDDERS
from pipeline.methods.embedding.model_files import MULTILINGUAL, is_installed
from pipeline.methods.text.language import UNKNOWN, languages_of
from pipeline.runtime.plurals import n_of
from pipeline.study.study import Study
from pipeline.survey.columns.column import shown
from pipeline.tables.parquet import TABLES, read_column
from pipeline.workflow.checks.check_context import CheckContext, Problem
from pipeline.workflow.open_answers import open_columns


_ENGLISH = "en"
_LOOKED_AT = 2000
"""How many answers of a column are looked at: all in nearly every study, and seconds in the largest."""
MUCH = 0.05
"""From which share of a column's answers on it is said that masking changed them."""
_NAMES = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "cy": "Welsh", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French", "ga": "Irish", "gd": "Scottish Gaelic",
    "gu": "Gujarati", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "it": "Italian", "ku": "Kurdish", "lt": "Lithuanian",
    "lv": "Latvian", "nl": "Dutch", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "si": "Sinhala", "sk": "Slovak", "so": "Somali", "sq": "Albanian", "sw": "Swahili", "ta": "Tamil",
    "ti": "Tigrinya", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip


def check_answer_languages(context: CheckContext) -> Iterator[Problem]:
    """Yield what people should know of answers in other languages than English: which are set aside, and which are read how."""
    languages = context.study.settings.clean.languages
    if not languages:
        return
    read, n_looked_at = Counter[str](), 0
    for column, answers in _open_columns(context):
        # Spread over the export, which is often sorted, by language among other things.
        looked_at = answers.iloc[:: max(1, -(-len(answers) // _LOOKED_AT))]
        detected = pd.Series(languages_of(looked_at.tolist(), expected=languages), index=looked_at.index, dtype="str")
        among = "" if len(looked_at) == len(answers) else f" of {len(looked_at):,} that were looked at"
        for language, n in sorted(Counter(detected).items(), key=lambda item: (-item[1], item[0])):
            if language not in (UNKNOWN, *languages):
                rows = detected.index[detected == language]
                yield Problem("warning", _set_aside(context, column, language, rows, among))
            elif language not in (UNKNOWN, _ENGLISH):
                read[language] += n
        n_looked_at += len(looked_at)
    for language, n in read.most_common():
        yield Problem("warning", _read_otherwise(context, language, n, n_looked_at))


def check_masking(context: CheckContext) -> Iterator[Problem]:
    """Yield a warning for each question of which the last run masked something in more than one answer in twenty."""
    for question, (n_masked, n_answers) in masked_by_question(context).items():
        if n_masked > MUCH * n_answers:
            asked = shown(context.plan.wording(question))
            text = f"{asked}: masking changed {n_masked:,} of {n_of(n_answers, 'answer')} in the last run"
            advice = "Look some of them up in the review, and see whether names were masked or ordinary words"
            yield Problem("warning", f"{text} ({n_masked / n_answers:.0%}). {advice}.")


def masked_by_question(context: CheckContext) -> dict[str, tuple[int, int]]:
    """Return of each open question how many answers the last run changed by masking, and how many it kept; empty before a run."""
    path = context.study.folder / TABLES["comments"].file
    if not path.is_file():
        return {}
    try:
        columns = {name: read_column("comments", name, path).to_pandas() for name in ("question", "redactions", "set_aside")}
    except DataError:
        # A table that is damaged is told of, and made again, by the next run.
        return {}
    comments = pd.DataFrame(columns)
    kept = comments[comments["set_aside"].isna()]
    masked = (kept["redactions"] > 0).groupby(kept["question"], sort=False).agg(["sum", "size"])
    return {str(question): (int(n_masked), int(n)) for question, n_masked, n in masked.itertuples()}


def _open_columns(context: CheckContext) -> Iterator[tuple[str, "pd.Series[str]"]]:
    """Yield each column of answers with its answers that are not blank and may be analysed."""
    plan, frame = context.plan, context.frame
    refused = pd.Series(data=False, index=frame.index)
    if plan.consent is not None and plan.consent.column in frame:
        options = [option.strip().casefold() for option in plan.consent.none]
        refused = frame[plan.consent.column].str.casefold().isin(options)
    for column, cells in open_columns(plan, frame):
        yield column, cells[(cells != "") & ~refused.loc[cells.index]]


def _set_aside(context: CheckContext, column: str, language: str, rows: pd.Index, among: str) -> str:
    place = context.place(rows=rows, column=column)
    seem, they_are = ("seems", "it is") if len(rows) == 1 else ("seem", "they are")
    return (
        f"{place}{n_of(len(rows), 'answer')}{among} {seem} to be in {_name(language)}, which [clean] languages does not name, "
        f'so {they_are} set aside unread. Add "{language}" to have such answers read, or have them translated.'
    )


def _read_otherwise(context: CheckContext, language: str, n: int, n_answers: int) -> str:
    seem = "seems" if n == 1 else "seem"
    return (
        f"{context.place()}{n:,} of {n_of(n_answers, 'answer')} {seem} to be in {_name(language)}. Names in them are masked "
        f"where the program's lists or [clean] known_names have them, and others stay; {_how_read(context.study)} "
        "Have somebody who reads the language check them."
    )


def _how_read(study: Study) -> str:
    model = study.settings.embed.model
    if model == MULTILINGUAL:
        return "they are in the same themes as English ones and are given the same codes, but no theme is named by their words."
    less = "the language model groups and codes them less surely than English."
    if model not in EMBEDDERS or not is_installed(MULTILINGUAL):
        return less
    is_found = (study.folder / TABLES["themes"].file).is_file()
    again = " Themes are then found anew: do not change it once people have checked them." if is_found else ""
    return f'{less} [embed] model = "{MULTILINGUAL}" reads both alike.{again}'


def _name(language: str) -> str:
    return f"{_NAMES[language]} ({language})" if language in _NAMES else f"the language {shown(language)}"
