"""Let probabilities follow how often each code is used in answers to one kind of question, as far as the answers show it."""

import numpy as np

from pipeline.methods.coder.kernel_ridge import Matrix


# Chosen on invented co-production answers to three questions, each with other codes in front: from 0.7 to 1 did alike.
_FOLLOWED, _ROUNDS = 0.85, 15
# The shares among all texts count like this many answers.
_PRIOR = 30.0
_LEAST = 1e-6


def shifts_by_frame(chances: Matrix, frames: Matrix) -> Matrix:
    """Return how far each code's log odds move for answers to each kind of question, float (n_frames, n_codes).

    Parameters
    ----------
    chances : float (n_texts, n_codes)
        What the coder thinks of texts that nobody has read.
    frames : float (n_texts, n_frames)
        1 where a text answers that kind of question; a text may answer none.

    Notes
    -----
    Expectation maximisation for classes whose shares have changed (Saerens, Latinne and Decaestecker 2002), damped. The shares
    that a frame begins with are those among all texts, so that a study with one kind of question stays as it is.
    """
    shifts = np.zeros((frames.shape[1], chances.shape[1]))
    usual = chances.mean(axis=0) if len(chances) else shifts.mean(axis=0)
    for frame, among in enumerate(frames.T > 0):
        own = moved = chances[among]
        for _ in range(_ROUNDS if among.any() else 0):
            shares = (moved.sum(axis=0) + _PRIOR * usual) / (len(own) + _PRIOR)
            shifts[frame] = _FOLLOWED * (_log_odds(shares) - _log_odds(usual))
            moved = shifted(own, shifts[frame])
    return shifts


def shifted(chances: Matrix, shifts: Matrix) -> Matrix:
    """Return probabilities whose log odds are moved by the shifts."""
    from scipy.special import expit

    return np.asarray(expit(_log_odds(chances) + shifts))


def _log_odds(chances: Matrix) -> Matrix:
    inside = np.clip(chances, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(inside / (1 - inside)))
