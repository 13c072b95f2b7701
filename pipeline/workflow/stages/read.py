"""Read each different answer by itself: its words mended, their language, and what in them is to be masked."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.methods.redact import Redactor
from pipeline.methods.redact.answer import Answer, as_row, read_answers
from pipeline.runtime.executors import Executor, Parts
from pipeline.tables.lazy import Rows, batches, concat_or_stream, take
from pipeline.tables.parquet import empty_table
from pipeline.workflow.stages.distinct import Numbers, as_id, as_numbers, different_answers


def read(
    responses: Rows, *, settings: SimpleNamespace, engine: Executor = map, earlier: Rows | None = None
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return what each different answer holds, in the order in which they first come.

    Answers that stand in `earlier`, what was read before, are not read again.
    """
    plan = settings.clean
    places, ids = different_answers(responses)
    work = partial(read_answers, redactor=Redactor(plan.known_names), languages=plan.languages)
    read_those = partial(_read, work=work, engine=engine)
    new = _new(responses, places, ids)
    return concat_or_stream(map(read_those, new) if earlier is None else _with_earlier(new, ids, earlier, read_those), responses)


def _new(responses: Rows, places: NDArray[np.intp], ids: Numbers) -> Iterator[pd.DataFrame]:
    """Yield of each part of the responses the ids and words of answers that stand in no part before it."""
    # Different answers are numbered as they first come, so those of a part that are new are the next numbers.
    start = done = 0
    for part in batches(responses):
        different, rows = np.unique(places[start : start + len(part)], return_index=True)
        rows = rows[different >= done]
        upto = done + len(rows)
        yield pd.DataFrame({"answer_id": [as_id(number) for number in ids[done:upto]], "text": part["text"].iloc[rows].tolist()})
        start, done = start + len(part), upto


def _read(new: pd.DataFrame, *, work: Callable[..., list[Answer]], engine: Executor) -> pd.DataFrame:
    answers = chain.from_iterable(engine(work, Parts(new["text"])))
    rows = [
        (answer_id, *as_row(text, answer)) for answer_id, text, answer in zip(new["answer_id"], new["text"], answers, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(empty_table("answers")), dtype="str")


def _with_earlier(
    new: Iterator[pd.DataFrame], ids: Numbers, earlier: Rows, read_those: Callable[[pd.DataFrame], pd.DataFrame]
) -> Iterator[pd.DataFrame]:
    before = pd.Index(np.concatenate([as_numbers(part["answer_id"]) for part in batches(earlier)])).get_indexer(ids)
    for part in new:
        earlier_rows, before = before[: len(part)], before[len(part) :]
        rows = pd.concat([take(earlier, earlier_rows[earlier_rows >= 0]), read_those(part[earlier_rows < 0])])
        # Back from what was known and what was read to the order in which they come.
        yield rows.iloc[np.argsort(np.argsort(earlier_rows < 0, kind="stable"), kind="stable")]
