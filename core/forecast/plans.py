"""What each policy of a queue would give, by playing all of them; which is best, and what can never start.

The best is the one under which jobs wait least on average, among those under which the last one ends hardly later
(:data:`HARDLY`) than under the quickest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..errors import Cycle
from ..graph import find_cycle, topological_order
from . import forecast
from .facts import Facts, Forecast, Task, Wait

POLICIES = ("fifo", "shortest", "chain")
HARDLY = 1.1  # times as long until the last job ends
WORTH = 0.99  # of the time under the present policy: what is not even so much better is as good
COMPARED = 8  # queues, those in which most jobs wait


class Rules(NamedTuple):
    """How a policy orders jobs: the weight of one by its estimate, and the seconds of one without in a chain."""

    weight: Callable[[str, float | None], float]
    without: float


class Outcome(NamedTuple):
    """What a policy would give a queue: seconds until its last job ends, and that its jobs wait on average from now."""

    policy: str
    makespan: float
    mean_wait: float


class Choice(NamedTuple):
    """A queue, its present policy, what each would give, and which is best (its present one where none is better)."""

    queue: int
    present: str
    outcomes: tuple[Outcome, ...]
    best: str

    def of(self, policy: str) -> Outcome:
        """What a policy would give."""
        return next(one for one in self.outcomes if one.policy == policy)


class Plan(NamedTuple):
    """What is expected, a choice for each queue that has one, and a cycle of rows, each waiting for the next.

    ``more`` queues have a choice too. ``idle`` says why nothing starts just now; it is planned as if something did.
    """

    forecast: Forecast
    choices: tuple[Choice, ...]
    cycle: tuple[int, ...] = ()
    more: int = 0
    idle: str = ""


def plan(facts: Facts, present: Mapping[int, str], estimates: Mapping[int, float | None], rules: Rules) -> Plan:
    """Play the yard as it is, and again for each other policy of each queue in *present*, the others being as now."""
    now = forecast(facts)
    waiting: dict[int, list[Task]] = defaultdict(list)
    for task in facts.tasks:
        if now.of(task.row).start is not None and task.queue in present:
            waiting[task.queue].append(task)
    queues = sorted((queue for queue in waiting if len(waiting[queue]) > 1), key=lambda queue: -len(waiting[queue]))
    choices = [_choice(facts, now, queue, present[queue], estimates, rules) for queue in queues[:COMPARED]]
    return Plan(now, tuple(choices), _cycle(facts.waits), len(queues[COMPARED:]))


def _choice(
    facts: Facts, now: Forecast, queue: int, present: str, estimates: Mapping[int, float | None], rules: Rules
) -> Choice:
    played = {present: now}
    for policy in POLICIES:
        if policy not in played:
            played[policy] = forecast(facts._replace(tasks=_weighed(facts, queue, policy, estimates, rules)))
    rows = [task.row for task in facts.tasks if task.queue == queue]
    common = [row for row in rows if all(one.of(row).start is not None for one in played.values())]
    outcomes = tuple(_outcome(policy, played[policy], common) for policy in POLICIES)
    return Choice(queue, present, outcomes, best(outcomes, present))


def _outcome(policy: str, found: Forecast, rows: Sequence[int]) -> Outcome:
    known = [found.of(row) for row in rows]
    waits = [(one.start or 0.0) - found.now for one in known]
    return Outcome(
        policy,
        max((one.end or 0.0) - found.now for one in known) if known else 0.0,
        sum(waits) / len(waits) if waits else 0.0,
    )


def best(outcomes: Sequence[Outcome], present: str) -> str:
    """The policy to have."""
    quickest = min(one.makespan for one in outcomes)
    some = [one for one in outcomes if one.makespan <= HARDLY * quickest]
    found = min(some, key=lambda one: one.mean_wait)
    now = next(one for one in outcomes if one.policy == present)
    worth = found.mean_wait < WORTH * now.mean_wait or found.makespan < WORTH * now.makespan
    return found.policy if worth else present


def _weighed(facts: Facts, queue: int, policy: str, estimates: Mapping[int, float | None], rules: Rules) -> list[Task]:
    """The tasks, those of a queue ordered by a policy."""
    chains = chain_lengths(facts.tasks, facts.waits, estimates, rules.without) if policy == "chain" else {}

    def weight(row: int) -> float:
        return -chains.get(row, 0.0) if policy == "chain" else rules.weight(policy, estimates.get(row))

    return [task._replace(weight=weight(task.row)) if task.queue == queue else task for task in facts.tasks]


def chain_lengths(
    tasks: Sequence[Task], waits: Sequence[Wait], estimates: Mapping[int, float | None], without: float
) -> dict[int, float]:
    """Of each task the seconds of the longest chain that it begins; none where some wait for each other."""
    rows = {task.row for task in tasks}
    parents: dict[int, list[int]] = {row: [] for row in rows}
    for wait in waits:
        if wait.child in rows and wait.parent in rows:
            parents[wait.child].append(wait.parent)
    try:
        order = topological_order(parents)
    except Cycle:
        return {}
    longest = dict.fromkeys(rows, 0.0)
    found: dict[int, float] = {}
    for row in reversed(order):
        estimate = estimates.get(row)
        found[row] = longest[row] + (without if estimate is None else estimate)
        for parent in parents[row]:
            longest[parent] = max(longest[parent], found[row])
    return found


def _cycle(waits: Sequence[Wait]) -> tuple[int, ...]:
    """Rows that wait for each other, each for the next one, the first again at the end; none in a sound yard."""
    parents: dict[int, list[int]] = defaultdict(list)
    for wait in waits:
        parents[wait.child].append(wait.parent)
    return tuple(find_cycle(parents) or ())
