"""Predict how long a first run takes on this machine, and how much memory, before it starts."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.runtime.executors import is_distributed
from pipeline.runtime.executors.local import MOST
from pipeline.runtime.resources import cpu_count
from pipeline.study.study_settings import Settings
from pipeline.workflow.checks.check_context import CheckContext, Problem
from pipeline.workflow.open_answers import open_columns


@dataclass(frozen=True)
class Rate:
    """What a stage costs on one core of the reference machine: seconds to begin, and for each 1,000 texts."""

    start: float
    per_thousand: float
    is_arithmetic: bool = False
    """Whether a processor that multiplies matrices faster does it faster."""


@dataclass(frozen=True)
class Prediction:
    """How long a run is expected to take, and the most memory it is expected to need."""

    minutes: float
    memory_mb: float


# Processor seconds on one core (OMP_NUM_THREADS=1) of a Xeon that multiplies bf16 in hardware (AMX), from the manifests
# of runs over 515 and 2,782 texts of the sample study and over 5,460 shorter texts of another survey; cluster from runs of
# 2,598 and 5,400 texts on two otherwise idle cores (16.6 s and 22.2 s).
RATES = {
    "intake": Rate(0.2, 0.03),
    "read and clean": Rate(3.0, 1.6),
    "segment": Rate(0.25, 0.09),
    "embed": Rate(3.8, 1.3, is_arithmetic=True),
    "cluster": Rate(8.0, 3.4, is_arithmetic=True),
    "code": Rate(1.0, 0.35, is_arithmetic=True),
    "match to count": Rate(0.2, 0.02),
}
FEWEST_IN_A_THEME = 2
"""With more themes than so many texts each would allow, most would hold one text, which is no theme."""
FITTED = 4_000
"""Themes are found in so many texts at most; the others join the nearest."""
STATIC_EMBED = Rate(0.3, 0.05)
FP32_SLOWER = 3.3
"""How much longer embedding takes in fp32 than in bf16 with hardware for it (243 against 804 texts a second)."""
REFERENCE_GFLOPS = 150.0
"""What the probe below measures on one core of the reference machine."""
WORDS_PER_TEXT = 10
"""Words of answers for each text that is coded: 10.4 in the sample study, 9.7 in the other survey."""
BASE_MB, STATIC_BASE_MB, MB_PER_THOUSAND = 1140.0, 850.0, 20.0
"""The most memory of the same runs; it grows so as long as themes are found in all texts."""
HELPER_MB, MB_PER_THOUSAND_MORE = 350.0, 0.55
"""What another process that reads answers takes, and each 1,000 texts beyond: runs of 5,000, 50,000 and a million answers."""

_SLOWEST = 4.0
_PROBE_SIZE = 768
_PROBE_SECONDS = 0.15


def predict(context: CheckContext) -> Prediction:
    """Predict the minutes and the memory of a first run, from the answers and from how fast this machine is."""
    # Other programs may hold the probe up, which says little of a run of minutes.
    slowness = min(_SLOWEST, REFERENCE_GFLOPS / probe())
    return predict_for(n_texts(context), context.study.settings, slowness=slowness)


def predict_for(texts: float, settings: Settings, *, slowness: float) -> Prediction:
    """Predict a run over so many texts on a machine so many times slower than the reference machine."""
    is_static = settings.embed.model == "static"
    rates = RATES | ({"embed": STATIC_EMBED} if is_static else {})
    seconds = 0.0
    for stage, rate in rates.items():
        n = min(texts, FITTED) if stage == "cluster" else texts
        # The rest of the work is done on one core whatever the processor, so only slowness counts there.
        factor = slowness if rate.is_arithmetic else max(1.0, slowness)
        if stage == "embed" and not is_static and not _has_bf16(settings):
            factor *= FP32_SLOWER
        seconds += (rate.start + rate.per_thousand * n / 1000) * factor
    memory = (STATIC_BASE_MB if is_static else BASE_MB) + _growing_mb(texts, settings)
    return Prediction(round(seconds / 60, 2), round(memory))


def _growing_mb(texts: float, settings: Settings) -> float:
    n_more = texts - min(texts, FITTED)
    is_helped = settings.run.engine == "local" and is_distributed(int(texts))
    helpers = min((settings.run.workers or cpu_count()) - 1, MOST) if is_helped else 0
    return (MB_PER_THOUSAND * (texts - n_more) + MB_PER_THOUSAND_MORE * n_more) / 1000 + HELPER_MB * helpers


def n_texts(context: CheckContext) -> float:
    """Return about how many texts the answers are split into; the same answer given twice is one text."""
    n_answers = n_words = 0
    for _, answers in open_columns(context.plan, context.frame):
        words = answers.drop_duplicates().str.count(r"\S+")
        n_answers, n_words = n_answers + int((words > 0).sum()), n_words + int(words.sum())
    return max(n_answers, n_words / WORDS_PER_TEXT)


def check_n_themes(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem where more themes are asked for than the answers could be told apart into."""
    asked, texts = context.study.settings.cluster.n_themes, n_texts(context)
    most = max(1, int(texts / FEWEST_IN_A_THEME))
    if asked is not None and asked > most:
        text = f"{asked:,} themes are asked for, and the export holds about {round(texts):,} different texts."
        yield Problem("error", f"study.toml, [cluster] n_themes: {text} Ask for {most:,} at most, or leave it out.")


def probe() -> float:
    """Return how many thousand million operations a second this machine does at its best on a matrix product."""
    rows = np.ones((_PROBE_SIZE, _PROBE_SIZE), dtype=np.float32)
    rows @ rows  # the first product wakes the threads
    taken: list[float] = []
    begin = time.perf_counter()
    while time.perf_counter() - begin < _PROBE_SECONDS or len(taken) < 3:
        start = time.perf_counter()
        rows @ rows
        taken.append(time.perf_counter() - start)
    return 2 * _PROBE_SIZE**3 / 1e9 / min(taken)


def in_words(prediction: Prediction) -> str:
    """Say a prediction as precisely as it is known: "about 1 minute, about 1.3 GB"."""
    seconds, gigabytes = prediction.minutes * 60, prediction.memory_mb / 1000
    if seconds < 50:
        long = f"about {max(5, round(seconds / 5) * 5)} seconds"
    elif prediction.minutes < 1.5:
        long = "about 1 minute"
    elif prediction.minutes < 90:
        long = f"about {round(prediction.minutes)} minutes"
    else:
        long = f"about {prediction.minutes / 60:.1f} hours"
    return f"{long}, about {gigabytes:.1f} GB of memory"


def _has_bf16(settings: Settings) -> bool:
    if settings.embed.precision != "auto":
        return settings.embed.precision == "bf16"
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
