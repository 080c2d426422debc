"""The registry: everything that can be done, once. Bindings, footer, help and palette are made from it.

An action is an id, its keys, a label, a sentence, when it is possible, and what it does. What it does is
a function of the screen it is done on; the functions live in ``verbs``, the whole list in ``registry``. An
action that is not possible is faint in the footer and does nothing but say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from jobyard.core.labmodels import ConfigKind, ConfigVersion, Run
from jobyard.core.models import JobRow, QueueInfo, ResourceInfo, WorkerInfo
from jobyard.core.states import ENDED, State

from .keynames import key_name

if TYPE_CHECKING:
    from textual.binding import BindingsMap

TABLE, TREE, PANE, FILTER, LOG, ASKING = "table", "tree", "pane", "filter", "log", "asking"  # who has the keys
CREW, CREW_JOB = "crew", "crew job"  # the same, on the Workers screen: with and without a job
CONFIGS = "configs"  # and on the Configs screen
RESULTS, RUN_FILTER = "results", "run filter"  # and on the Results screen
RUN = "run"  # and on the page of a run
ELSEWHERE = "the list of queues has the keys"


class Context(NamedTuple):
    """What decides whether an action is possible: a snapshot, no widget."""

    job: JobRow | None = None
    queue: QueueInfo | None = None
    marked: int = 0
    shown: int = 0
    ranging: bool = False
    filtered: bool = False
    read_only: bool = False
    embedded: bool = False  # this app runs the worker
    headless: bool = False  # another worker lives
    watched: bool = False  # somebody is to be told of the job's end
    member: bool = False  # the yard is somebody else's, who alone runs workers
    focus: str = TABLE
    session: str = ""  # of the queue, or the chosen one
    elsewhere: bool = False  # another app runs the worker
    worker: WorkerInfo | None = None  # that is chosen, where workers are listed
    resource: ResourceInfo | None = None  # that is chosen, where resources are
    config: ConfigKind | None = None  # the type that is chosen, where configs are
    version: ConfigVersion | None = None  # and of it the version
    run: Run | None = None  # that is chosen, where data are shown
    drawn: bool = False  # and something of it is


class Action(NamedTuple):
    """One thing that can be done. ``footer``: its rank there, 1 first to stay; 0: not shown there."""

    id: str
    keys: tuple[str, ...]
    label: str
    tooltip: str
    group: str
    run: Callable[[Any], None]  # Any: the screen it is done on, each has its own actions
    when: Callable[[Context], bool] = lambda context: True
    footer: int = 0
    relabel: Callable[[Context], str] | None = None

    @property
    def shown_key(self) -> str:
        """Its first key, as people write it; "" where somebody has taken its keys away."""
        return key_name(self.keys[0]) if self.keys else ""

    @property
    def all_keys(self) -> str:
        """All its keys, as people write them."""
        return " ".join(key_name(key) for key in self.keys)

    def label_in(self, context: Context) -> str:
        """What it is called just now: ``release`` instead of ``hold``."""
        return self.relabel(context) if self.relabel else self.label


def why_not(action: Action, context: Context) -> str:
    """Why an action cannot be done just now, "" where it can."""
    if action.when(context):
        return ""
    if context.read_only and action.when(context._replace(read_only=False)):
        return "this app is read-only"
    if context.member and action.when(context._replace(member=False)):
        return "the yard is somebody else's, who alone runs its jobs"
    if context.focus == TREE and _means_jobs(action, context._replace(focus=TABLE)):
        return ELSEWHERE
    return _not_for(action, context)


def _means_jobs(action: Action, context: Context) -> bool:
    """Whether it would be possible in the table, on this job or on one in another state."""
    return action.when(context) or any(action.when(one) for one in _in_any_state(context))


def _in_any_state(context: Context) -> Iterable[Context]:
    if (job := context.job) is not None:
        for state in State:
            yield context._replace(job=job._replace(state=state))


def _not_for(action: Action, context: Context) -> str:
    """The state of the job where that alone is the reason."""
    job = context.job
    if action.group == "Configs":
        return _not_for_config(context)
    if action.group == "Results":
        none = "it has left no data" if context.focus == RUN else "no run is selected"
        return none if context.run is None else "nothing of it is drawn"
    if action.group == "Workers":
        if context.worker is not None and not context.worker.alive:
            return "the chosen worker has left: choose one that lives in the panel of workers"
        return "not for what is selected" if context.worker or context.resource else "no worker is selected"
    if context.focus == TREE and context.queue is None and action.group == "Yard":
        return "this line is not a queue"
    if job is not None and job.state in ENDED and action.when(context._replace(job=job._replace(state=State.RUNNING))):
        return f"not for a {job.state.value} job, it has ended"
    if job is not None and any(action.when(one) for one in _in_any_state(context)):
        return f"not for a {job.state.value} job"
    return "not for what is selected" if job is not None else "no job is selected"


def _not_for_config(context: Context) -> str:
    if context.config is None:
        return "no type is selected"
    if not context.config.file:
        return "choose a version; jobyard.yml names no file of this type"
    return "no version is selected" if context.version is None else "not for what is selected"


def with_keys(lines: Iterable[str], actions: Iterable[Action]) -> tuple[str, ...]:
    """These lines, with ``{help}`` as the key of help; an action without a key is called by its name."""
    keys = {action.id: action.shown_key or action.label for action in actions}
    return tuple(line.format_map(keys) for line in lines)


def bindings(actions: Iterable[Action]) -> BindingsMap:
    """Textual's bindings for these actions."""
    from textual.binding import Binding, BindingsMap

    return BindingsMap(
        Binding(key, f"act('{action.id}')", action.label, show=False) for action in actions for key in action.keys
    )


# -- when ------------------------------------------------------------------------------------------


def at_jobs(context: Context) -> bool:
    """The keys mean jobs: they are not in the list of queues, whence nobody looks at the job under the cursor."""
    return context.focus != TREE


def any_job(context: Context) -> bool:
    """There is a job under the cursor, or there are marks."""
    return at_jobs(context) and (context.job is not None or context.marked > 0)


def editable(context: Context) -> bool:
    """There are jobs, and this app may change them."""
    return any_job(context) and not context.read_only


def single(*states: State) -> Callable[[Context], bool]:
    """Several jobs (the facade says which it left), or one in any of *states*; and this app may change them."""

    def possible(context: Context) -> bool:
        if not editable(context):
            return False
        return context.marked > 0 or (context.job is not None and context.job.state in states)

    return possible


unended = single(State.PENDING, State.RUNNING)
pending = single(State.PENDING)
ended = single(*ENDED)
