"""From a problem to a proposed plan: goal by goal, in their order, then blocks, reserves and what stays unmet.

How the goals are put in order, measured in docs/adr/0020: the first in whole numbers; the next three relaxed,
each with the ones before it kept, which takes tenths of a second; then the plan with the fewest changes that
falls short of none of them by more than a tolerance.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracker.domain.plancheck import check_plan
from tracker.domain.plangoals import figures_of
from tracker.domain.planproblem import PlanProblem, PlanSolution
from tracker.planner import goals
from tracker.planner.blocks import Plan, plan_of, with_exam_types
from tracker.planner.department import Department, department_of
from tracker.planner.reserves import with_reserves
from tracker.planner.rules import RULES
from tracker.planner.solver import Answer, Cancelled, Model, Solver, Terms
from tracker.planner.unmet import unmet_needs

STEPS = 5
PROVEN = 5e-4
"""The first goal is looked for until it is this close to its bound."""
TOLERANCES = (1e-4, 2e-3, 2e-3, 2e-3)
"""What a goal may give up for the later ones: a share of the minutes asked for."""
EXCESS = (50.0, 10.0, 5.0, 1.0)
"""What a minute of a goal beyond its tolerance costs, in changed blocks: the earlier goal always comes first."""
FEW = 1.5
"""A plan with one changed block more than the fewest is good enough."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Step `step` of STEPS begins; `nodes` were looked at. `met`: share of the minutes asked for, once known."""

    step: int
    nodes: int = 0
    met: float | None = None


Watch = Callable[[Progress], None]


def _nothing(_progress: Progress) -> None:
    pass


def propose(
    problem: PlanProblem,
    *,
    watch: Watch = _nothing,
    is_asked_to_stop: Callable[[], bool] = lambda: False,
    seconds: float = 600.0,
) -> PlanSolution:
    """The best plan for the problem, proven by the domain's checker.

    `watch` is told each step; `is_asked_to_stop` is asked often and raises Cancelled. After `seconds` the best
    plan so far is taken and is not repeatable. Raises UnsoundPlanError: a mistake of the planner.
    """
    watch(Progress(1))
    before = _as_it_is(problem, is_asked_to_stop)
    department, later, excess = _modelled(problem)
    solver = Solver(
        department.model, seed=problem.seed, seconds=seconds, is_asked_to_stop=is_asked_to_stop
    )
    solver.fix(excess, [0.0] * len(excess))
    search = _Search(department, solver, watch, later, excess)
    best, bound = search.first_goal()
    search.later_goals()
    answer = search.fewest_changes(best)
    plan = plan_of(department, _polished(department, solver, answer, later))
    return _solution(problem, plan, before, bound=bound, solver=solver)


def _solution(
    problem: PlanProblem, plan: Plan, before: Plan, *, bound: float, solver: Solver
) -> PlanSolution:
    plan = with_exam_types(problem, plan)
    blocks = with_reserves(problem, plan.blocks, plan.served)
    after = figures_of(problem, blocks, plan.served)
    solution = PlanSolution(
        blocks=blocks,
        served=plan.served,
        before=figures_of(problem, before.blocks, before.served),
        after=after,
        bound=bound,
        unmet=unmet_needs(problem, blocks, plan.served),
        is_repeatable=solver.is_repeatable,
        nodes=solver.nodes,
        present=before.blocks,
        present_served=before.served,
    )
    check_plan(problem, solution)
    return solution


def _modelled(problem: PlanProblem) -> tuple[Department, list[Terms], list[int]]:
    """The model with its rules, the later goals, and a variable of excess for each goal."""
    department = department_of(problem)
    for rule in RULES:
        rule.add_to(department)
    later = [goals.commoner(department), goals.fasting_late(department), goals.unfair(department)]
    return department, later, [department.model.add() for _ in TOLERANCES]


@dataclass(slots=True)
class _Search:
    """The steps towards the plan; each adds to the model what the next ones have to keep."""

    department: Department
    solver: Solver
    watch: Watch
    later: list[Terms]
    excess: list[int]
    share: float | None = None

    @property
    def _asked(self) -> float:
        return sum(need.minutes for need in self.department.problem.needs)

    def first_goal(self) -> tuple[Answer, float]:
        """The best value of the first goal found, and the bound of any. Bookings keep their doctors first."""
        start = self._present()
        if staffed := self.department.staffed():
            start = self._asked_of(self.solver.minimise(_less(staffed), start=start))
            self.solver.keep(_less(staffed), most=-start.of(staffed) + 0.5)
        self.watch(Progress(2, self.solver.nodes))
        goal = _less(self.department.met())
        best = self._asked_of(self.solver.minimise(goal, gap=PROVEN, start=start))
        relaxed = self.solver.relax(goal, exact=True)
        bounds = [best.bound] + ([relaxed.bound] if relaxed is not None else [])
        self._keep(0, goal, best.objective)
        most = sum(need.minutes * need.weight for need in self.department.problem.needs)
        self.share = -best.objective / most if most else None
        return best, -max(bounds)

    def later_goals(self) -> None:
        """What the second, third and fourth goal can reach when the earlier ones are kept."""
        self.watch(Progress(3, self.solver.nodes, self.share))
        for place, goal in enumerate(self.later, start=1):
            reached = self.solver.relax(goal) or self.solver.relax(goal, exact=True)
            self._keep(place, goal, self._asked_of(reached).of(goal))

    def fewest_changes(self, best: Answer) -> Answer:
        """The plan with the fewest changes that keeps what the goals reach, as far as whole doctors can."""
        self.watch(Progress(4, self.solver.nodes, self.share))
        self.solver.release(self.excess)
        costs = list(zip(self.excess, EXCESS, strict=True))
        goal = _less(goals.kept(self.department)) + costs
        found = self.solver.minimise(goal, gap=0.01, near=FEW, start=best)
        self.watch(Progress(5, self.solver.nodes, self.share))
        return found or best

    def _keep(self, place: int, goal: Terms, reached: float) -> None:
        most = reached + TOLERANCES[place] * self._asked
        self.solver.keep([*goal, (self.excess[place], -1.0)], most=most)

    def _present(self) -> Answer | None:
        """The present plan as far as the rules allow it: where the search begins."""
        works = self.department.works
        now = set(_present_works(self.department))
        places = list(works.values())
        fixed = self.department.model.lower
        self.solver.fix(places, [max(fixed[p], float(p in now)) for p in places])
        answer = self.solver.relax(_less(self.department.met()), exact=True)
        self.solver.release(places)
        return answer

    def _asked_of(self, answer: Answer | None) -> Answer:
        assert (
            answer is not None
        )  # nobody anywhere is a plan too, so the rules alone can always be kept
        return answer


def _present_works(department: Department) -> Iterable[int]:
    for place, kind in enumerate(department.kinds):
        for stretch in kind.stretches:
            variable = department.works.get((place, stretch.block.operator_id))
            if not stretch.is_new and variable is not None:
                yield variable


def _as_it_is(problem: PlanProblem, is_asked_to_stop: Callable[[], bool]) -> Plan:
    """The present plan with what it serves at its best."""
    department = department_of(problem, only_present=True)
    for rule in RULES:
        rule.add_to(department)
    later = [goals.commoner(department), goals.fasting_late(department)]
    solver = Solver(department.model, seed=0, seconds=60, is_asked_to_stop=is_asked_to_stop)
    return plan_of(department, _served_best(department, solver, later))


def _polished(department: Department, solver: Solver, answer: Answer, later: list[Terms]) -> Answer:
    """The same doctors at the same machines, serving what is best."""
    places = list(department.works.values())
    solver.fix(places, [float(round(answer.values[place])) for place in places])
    return _served_best(department, solver, later[:2])


def _served_best(department: Department, solver: Solver, later: list[Terms]) -> Answer:
    goal = _less(department.met())
    best = solver.relax(goal, exact=True)
    assert best is not None  # serving nothing is always possible
    solver.keep(goal, most=best.objective + 1e-3)
    both = [(place, factor * 2) for place, factor in later[0]] + later[1]
    return solver.relax(both, exact=True) or best


def _less(terms: Terms) -> Terms:
    return [(place, -factor) for place, factor in terms]


__all__ = ["STEPS", "Cancelled", "Model", "Progress", "Watch", "propose"]
