"""A linear model with whole numbers in it, and HiGHS, which solves it. What the variables mean is not asked here.

One thread and limits in nodes, not seconds: the same model gives the same answer on any machine. HiGHS is
imported when a model is solved, for it takes a third of a second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

INFINITY = float("inf")
MOST_NODES = 2_000
"""Nodes of one search: the deterministic limit."""

Terms = list[tuple[int, float]]
"""A linear sum: (variable, factor)."""


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The run was stopped by a person: there is no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Values of all variables, the objective reached, and a bound that no answer passes."""

    values: Sequence[float]
    objective: float
    bound: float
    nodes: int = 0

    def of(self, terms: Terms) -> float:
        """The value of a linear sum."""
        return sum(self.values[place] * factor for place, factor in terms)


@dataclass(slots=True)
class Model:
    """Variables with bounds and rows with bounds, in the order in which they were added."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[float, Terms, float]] = field(default_factory=list)

    def add(self, upper: float = INFINITY, *, least: float = 0.0, whole: bool = False) -> int:
        """A variable from `least` to `upper`; returns its place."""
        self.lower.append(least)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.lower) - 1

    def keep(self, terms: Terms, *, least: float = -INFINITY, most: float = INFINITY) -> None:
        """A row: the sum of `terms` lies between `least` and `most`."""
        self.rows.append((least, terms, most))


class Solver:
    """Minimises sums over one model, again and again; rows and fixed variables may be added in between.

    `is_asked_to_stop` is asked often. After `seconds` in all the best answer so far is taken, and the run is
    not repeatable any more.
    """

    def __init__(
        self, model: Model, *, seed: int, seconds: float, is_asked_to_stop: Callable[[], bool]
    ) -> None:
        import highspy
        import numpy as np

        self.model, self.nodes, self.is_repeatable = model, 0, True
        self._seconds, self._stop, self._cancelled = seconds, is_asked_to_stop, False
        # HiGHS is typed in parts only
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._np: Any = np
        self._kinds: Any = highspy
        for name, value in {
            "output_flag": False,
            "threads": 1,
            "random_seed": seed % 2**31,
            "mip_max_nodes": MOST_NODES,
        }.items():
            self._highs.setOptionValue(name, value)
        self._highs.cbMipInterrupt += self._look
        self._highs.cbIpmInterrupt += self._look
        self._highs.passModel(self._matrix())

    def _look(self, event: Any) -> None:
        if self._cancelled or self._stop():
            self._cancelled = True
            event.interrupt()

    def _matrix(self) -> Any:
        model, np, kinds = self.model, self._np, self._kinds
        lp = kinds.HighsLp()
        lp.num_col_, lp.num_row_ = len(model.lower), len(model.rows)
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = np.array(model.lower), np.array(model.upper)
        lp.row_lower_ = np.array([least for least, _, _ in model.rows])
        lp.row_upper_ = np.array([most for _, _, most in model.rows])
        lp.a_matrix_.format_ = kinds.MatrixFormat.kRowwise
        lengths = [len(terms) for _, terms, _ in model.rows]
        lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        flat = [term for _, terms, _ in model.rows for term in terms]
        lp.a_matrix_.index_ = np.array([place for place, _ in flat], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([factor for _, factor in flat], dtype=float)
        integer, real = kinds.HighsVarType.kInteger, kinds.HighsVarType.kContinuous
        lp.integrality_ = [integer if whole else real for whole in model.whole]
        return lp

    def keep(self, terms: Terms, *, most: float) -> None:
        """One more row."""
        places = self._np.array([place for place, _ in terms], dtype=self._np.int32)
        factors = self._np.array([factor for _, factor in terms], dtype=float)
        self._highs.addRow(-self._kinds.kHighsInf, most, len(terms), places, factors)

    def fix(self, places: Sequence[int], values: Sequence[float]) -> None:
        """Give variables a value each."""
        self._bounds(places, values, values)

    def release(self, places: Sequence[int]) -> None:
        """Let variables move again as far as the model lets them."""
        model = self.model
        self._bounds(places, [model.lower[p] for p in places], [model.upper[p] for p in places])

    def _bounds(
        self, places: Sequence[int], lower: Sequence[float], upper: Sequence[float]
    ) -> None:
        np = self._np
        where = np.array(places, dtype=np.int32)
        self._highs.changeColsBounds(
            len(places), where, np.array(lower, dtype=float), np.array(upper, dtype=float)
        )

    def minimise(
        self, goal: Terms, *, gap: float = 0.0, near: float = 0.0, start: Answer | None = None
    ) -> Answer | None:
        """The best answer in whole numbers, within `gap` (a share) or `near` (absolute); None: there is none."""
        self._goal(goal)
        self._options(solve_relaxation=False, solver="choose", run_crossover="on")
        self._options(mip_rel_gap=gap, mip_abs_gap=max(near, 1e-6))
        if start is not None:
            guess = self._kinds.HighsSolution()
            guess.col_value = list(start.values)
            self._highs.setSolution(guess)
        return self._run()

    def relax(self, goal: Terms, *, exact: bool = False) -> Answer | None:
        """The best answer when parts of doctors count: a bound. `exact` by simplex, else by interior points."""
        self._goal(goal)
        how = ("choose", "on") if exact else ("ipm", "off")
        self._options(solve_relaxation=True, solver=how[0], run_crossover=how[1])
        return self._run(relaxed=True)

    def _goal(self, goal: Terms) -> None:
        np, count = self._np, self._highs.getNumCol()
        costs = np.zeros(count)
        for place, factor in goal:
            costs[place] += factor
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), costs)

    def _options(self, **options: object) -> None:
        for name, value in options.items():
            self._highs.setOptionValue(name, value)

    def _run(self, *, relaxed: bool = False) -> Answer | None:
        if self._stop():
            raise Cancelled
        if not self.model.lower:
            return Answer((), 0.0, 0.0)  # HiGHS has no answer for a model without variables
        left = max(1.0, self._seconds - self._highs.getRunTime())
        self._options(time_limit=self._highs.getRunTime() + left)
        self._highs.run()
        if self._cancelled:
            raise Cancelled
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        if status == self._kinds.HighsModelStatus.kTimeLimit:
            self.is_repeatable = False
        if info.primal_solution_status != self._kinds.SolutionStatus.kSolutionStatusFeasible:
            return None
        self.nodes += max(0, info.mip_node_count)
        value = info.objective_function_value
        bound = value if relaxed else info.mip_dual_bound
        return Answer(tuple(self._highs.getSolution().col_value), value, bound, self.nodes)
