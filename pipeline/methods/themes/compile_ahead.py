"""Find themes in invented answers, so that what numba compiles on the way is kept and the first survey need not wait for it."""

import numpy as np

from pipeline.methods.themes import ThemeFinder


N_ANSWERS = 60

if __name__ == "__main__":
    vectors = np.random.default_rng(0).standard_normal((N_ANSWERS, 8))
    ThemeFinder().fit([f"invented answer {number}" for number in range(N_ANSWERS)], vectors)
