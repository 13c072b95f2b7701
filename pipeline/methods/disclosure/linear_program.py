"""Ask one system of inequalities for the lowest value of many sums, each found from where the last one was."""

from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from pipeline.methods.disclosure.profiles import Floats


class LinearProgram:
    """What x can be, where `matrix @ x` is `ends` or less and each x lies within its bounds.

    The system is handed to HiGHS (Huangfu and Hall 2018) once. A new goal leaves the last solution possible, so the simplex
    method goes on from there, and needs a part of the steps that it would need from nothing. The same goals in the same order
    have the same solutions.

    Parameters
    ----------
    matrix : sparse matrix, (n_rows, n_columns)
    ends : array, (n_rows,)
    bounds : array, (n_columns, 2)
        The lowest and the highest that each x can be.
    least : array, (n_rows,), optional
        What `matrix @ x` is at least; nothing is asked of it if None.
    """

    def __init__(self, matrix: sparse.csr_matrix, ends: Floats, bounds: Floats, least: Floats | None = None) -> None:
        self.matrix, self.ends, self.bounds, self.least = matrix, ends, bounds, least
        self.columns = np.arange(matrix.shape[1], dtype=np.int32)

    def lowest(self, goal: Floats) -> tuple[Floats, Floats] | None:
        """Return the x, (n_columns,), whose product with a goal is lowest, and the price of each row, (n_rows,).

        The price is how much lower the goal would be if the row allowed one more: 0 for a row that stops nothing. None where
        no x is possible.
        """
        from highspy import HighsModelStatus

        solver = self._solver
        solver.changeColsCost(len(self.columns), self.columns, np.ascontiguousarray(goal, dtype=np.float64))
        solver.run()
        if solver.getModelStatus() != HighsModelStatus.kOptimal:
            return None
        solution = solver.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual)

    @cached_property
    def _solver(self) -> Any:
        from highspy import Highs, HighsLp, MatrixFormat

        n_rows, n_columns = self.matrix.shape
        system = HighsLp()
        system.num_col_, system.num_row_ = n_columns, n_rows
        system.col_cost_ = np.zeros(n_columns)
        system.col_lower_, system.col_upper_ = self.bounds[:, 0], self.bounds[:, 1]
        system.row_lower_ = np.full(n_rows, -np.inf) if self.least is None else self.least
        system.row_upper_ = self.ends
        system.a_matrix_.format_ = MatrixFormat.kRowwise
        system.a_matrix_.start_ = self.matrix.indptr.astype(np.int32)
        system.a_matrix_.index_ = self.matrix.indices.astype(np.int32)
        system.a_matrix_.value_ = self.matrix.data.astype(np.float64)
        solver: Any = Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        # One thread, so that two runs go the same way.
        solver.setOptionValue("parallel", "off")
        solver.setOptionValue("threads", 1)
        solver.passModel(system)
        return solver
