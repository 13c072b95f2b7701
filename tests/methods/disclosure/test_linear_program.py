"""The solver of the attacks on tables: what it says of many goals in turn is what another one says of each alone."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from pipeline.methods.disclosure.linear_program import LinearProgram


@pytest.mark.parametrize("seed", range(12))
def test_the_lowest_value_of_each_goal_is_what_a_solver_that_begins_anew_finds(seed):
    draw = np.random.default_rng(seed)
    n_rows, n_columns = int(draw.integers(1, 25)), int(draw.integers(2, 30))
    matrix = draw.integers(-1, 2, (n_rows, n_columns)).astype(float)
    most = draw.integers(0, 40, n_columns).astype(float)
    # Something is possible: a world is drawn, and each row allows it and a little more.
    world = np.floor(draw.random(n_columns) * (most + 1))
    ends = matrix @ world + draw.integers(0, 5, n_rows)
    bounds = np.column_stack([np.zeros(n_columns), most])
    program = LinearProgram(sparse.csr_matrix(matrix), ends, bounds)
    for _ in range(20):
        goal = draw.integers(-1, 2, n_columns).astype(float)
        alone = linprog(goal, matrix, ends, bounds=bounds, method="highs")
        x, prices = program.lowest(goal)
        assert goal @ x == pytest.approx(alone.fun, abs=1e-6)
        assert (matrix @ x <= ends + 1e-6).all() and (x >= -1e-6).all() and (x <= most + 1e-6).all()
        # A row with a price stops the goal: it is used up.
        assert np.abs((matrix @ x - ends)[np.abs(prices) > 1e-6]).max(initial=0) < 1e-6


def test_what_is_impossible_is_said_to_be():
    nothing = LinearProgram(sparse.csr_matrix([[1.0, 1.0]]), np.array([-1.0]), np.array([[0.0, 5.0], [0.0, 5.0]]))
    assert nothing.lowest(np.array([1.0, 0.0])) is None
    equal = LinearProgram(sparse.csr_matrix([[1.0, 1.0]]), np.array([3.0]), np.array([[0.0, 2.0], [0.0, 5.0]]), np.array([3.0]))
    assert equal.lowest(np.array([0.0, 1.0]))[0] == pytest.approx([2.0, 1.0])
