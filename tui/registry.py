"""All actions of every screen, in the order of the help."""

from __future__ import annotations

from .actions import Action
from .verbs.choosing import CHOOSING
from .verbs.columns import LIST
from .verbs.configs import CONFIGS
from .verbs.copying import COPYING
from .verbs.detail import DETAIL
from .verbs.everywhere import EVERYWHERE
from .verbs.graph import GRAPH
from .verbs.jobs import JOBS
from .verbs.lanes import LANES
from .verbs.logs import LOGS
from .verbs.moving import MOVING
from .verbs.ordering import ORDERING
from .verbs.panes import PANES
from .verbs.places import PLACE_ACTIONS
from .verbs.results import RESULTS
from .verbs.runpage import PAGE, RUNPAGE
from .verbs.submitting import SUBMITTING
from .verbs.timeline import TIMELINE
from .verbs.undoing import UNDOING
from .verbs.views import LEAVING, VIEWS
from .verbs.watching import WATCHING
from .verbs.workers import WORKERS
from .verbs.yard import YARD

ACTIONS: tuple[Action, ...] = (
    *MOVING,
    *PANES,
    *CHOOSING,
    *LIST,
    *SUBMITTING,
    *JOBS,
    *ORDERING,
    *UNDOING,
    *VIEWS,
    *COPYING,
    *DETAIL,
    *WATCHING,
    *YARD,
    *LANES,
    *PLACE_ACTIONS,
    PAGE,
    *EVERYWHERE,
    *LEAVING,
)
GOING = tuple(action for action in CHOOSING if action.id == "go")
ONE_JOB = tuple(action for action in SUBMITTING if action.id in ("new", "edit"))
EXPERIMENT = tuple(action for action in SUBMITTING if action.id == "experiment")  # its key is another's in a log
# What can be done with the selected job on every screen that shows jobs, and what can be done on every screen.
ITS_LOG = tuple(action for action in VIEWS if action.id == "log")
ON_A_JOB: tuple[Action, ...] = (
    *GOING, *ONE_JOB, *EXPERIMENT, *JOBS, *ORDERING, *COPYING, *WATCHING[:1], *ITS_LOG,
)  # fmt: skip
ON_A_PLACE: tuple[Action, ...] = (*UNDOING, *PLACE_ACTIONS, PAGE, *EVERYWHERE, *LEAVING)
# Reading a log has keys of its own for T and y, and q leads up before it leads out.
LOGS_ACTIONS: tuple[Action, ...] = (
    *MOVING, *LOGS, *GOING, *ONE_JOB, *JOBS, *WATCHING[:1], *UNDOING, *PLACE_ACTIONS, PAGE,
    *EVERYWHERE,
)  # fmt: skip
GRAPH_ACTIONS: tuple[Action, ...] = (*MOVING, *GRAPH, *ON_A_JOB, *ON_A_PLACE)
_SHARED = ("filter", "open", "back")  # of the list of jobs; what they do is the screen's own
TIMELINE_ACTIONS: tuple[Action, ...] = (
    *MOVING[:-2], *TIMELINE, *(action for action in (*CHOOSING, *VIEWS) if action.id in _SHARED), *ON_A_JOB,
    *ON_A_PLACE,
)  # fmt: skip
WORKERS_ACTIONS: tuple[Action, ...] = (
    *MOVING, *WORKERS, *(action for action in VIEWS if action.id in ("open", "back")),
    *(action for action in YARD if action.id == "worker"), *ON_A_JOB, *ON_A_PLACE,
)  # fmt: skip
CONFIGS_ACTIONS: tuple[Action, ...] = (
    *MOVING, *CONFIGS, *(action for action in VIEWS if action.id in ("open", "back", "log")), *GOING,
    *EXPERIMENT, *ON_A_PLACE,
)  # fmt: skip
RESULTS_ACTIONS: tuple[Action, ...] = (
    *MOVING, *RESULTS, *(action for action in VIEWS if action.id in ("open", "back")), *GOING, *ONE_JOB, *EXPERIMENT,
    *(action for action in JOBS if action.id in ("requeue", "cascade")), *WATCHING[:1], *ON_A_PLACE,
)  # fmt: skip
RUN_ACTIONS: tuple[Action, ...] = (
    *MOVING, *RUNPAGE, *(action for action in VIEWS if action.id in ("open", "back")), *GOING, *ONE_JOB, *EXPERIMENT,
    *(action for action in JOBS if action.id in ("requeue", "cascade", "hold", "priority")), *WATCHING[:1],
    *(action for action in ON_A_PLACE if action is not PAGE),
)  # fmt: skip
SCREENS = {
    "jobs": ACTIONS,
    "logs": LOGS_ACTIONS,
    "graph": GRAPH_ACTIONS,
    "timeline": TIMELINE_ACTIONS,
    "workers": WORKERS_ACTIONS,
    "configs": CONFIGS_ACTIONS,
    "results": RESULTS_ACTIONS,
    "run": RUN_ACTIONS,
}  # an action that is in several has one id and the same keys in all
