"""Why a job waits: every blocker, the first one first, and what can be done about each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from jobyard.core.models import Blocker, Job, JobRow
from jobyard.core.states import State

from ..foretelling import is_news
from ..foretelling import told as foretold
from ..format import duration, plural, short_prose, when
from ..text import plain
from .dossier import Dossier
from .rows import Frame, Link, Row, Rows, bulleted, sentence

FEW = 8  # blockers beside everything else


def why(dossier: Dossier, frame: Frame, most: int | None = FEW) -> Rows:
    """The reasons why it waits."""
    job = dossier.job
    if job.state is not State.PENDING:
        return
    for blocker in job.blockers[:most]:
        yield from bulleted("· ", told(blocker), "warning", frame, link_of(blocker, job))
        for text in advice(blocker, dossier, frame):
            yield from bulleted("  → ", text, "dim", frame)
    left = len(job.blockers) - len(job.blockers[:most])
    if left:
        yield Row([(f"· and {plural(left, 'reason')} more", "warning")], Link("section", "why"))
    if not job.blockers:
        yield from bulleted("· ", plain(short_prose(job.reason)) or "nothing stands in its way", "warning", frame)
    yield from expected(dossier, frame)


def expected(dossier: Dossier, frame: Frame) -> Rows:
    """When it will start and end, once that has been asked."""
    deeper = dossier.deeper
    if deeper is None or deeper.expected is None or dossier.job.ended_at is not None:
        return
    if is_news(deeper.expected, dossier.job):
        text = foretold(deeper.expected, frame.now, deeper.behind)
        yield from bulleted("· ", text, "dim", frame)


def alone(dossier: Dossier, frame: Frame) -> Rows:
    """The whole tab: all of them; of a job that does not wait, that it does not."""
    if dossier.job.state is not State.PENDING:
        yield from sentence(f"It does not wait: it {NOW[dossier.job.state]}.", frame)
        yield from expected(dossier, frame)
    yield from why(dossier, frame, None)


NOW = {
    State.RUNNING: "runs",
    State.COMPLETED: "has completed",
    State.FAILED: "has failed",
    State.CANCELLED: "was cancelled",
    State.SKIPPED: "was skipped",
}


def told(blocker: Blocker) -> str:
    """The blocker in words; what to do about it on a command line is left out, since here there are keys."""
    text = blocker.text.partition("; ")[0] if blocker.rule in ("held", "worker") else blocker.text
    return plain(short_prose(text))


# -- where it leads --------------------------------------------------------------------------------

WAITS_LONGER = ("dependency", "time", "held", "ended")  # than for its turn
ACTS = {"held": "hold", "paused": "pause", "worker": "worker"}  # rule → the action that lifts it
SAYS = {
    "time": "Nothing but time: it may start then.",
    "ended": "What has ended starts nothing more. A copy may go to another queue.",
    "disk": "Nothing starts until there is room on the disk; jobyard cleanup makes some.",
    "next": "It starts as soon as the worker comes to it.",
    "batch": "It is still being submitted, with others.",
}


def link_of(blocker: Blocker, job: Job) -> Link:
    """A blocker leads to what stands in the way, or does what lifts it, or says that there is nothing to do."""
    if (name := resource_of(blocker, job)) is not None:
        return Link("resource", name)
    if blocker.job:
        return Link("job", blocker.job)
    if blocker.rule in ACTS:
        return Link("act", ACTS[blocker.rule])
    if blocker.rule == "slot":
        return Link("queue", str(job.queue_id))
    return Link("say", SAYS.get(blocker.rule, "Nothing can be done about it here."))


def resource_of(blocker: Blocker, job: Job) -> str | None:
    """The resource that a blocker speaks of; None if it does not, or means a job's turn in its array."""
    if blocker.rule not in ("resource", "locked"):
        return None
    said = blocker.text.partition("(")[0]
    return next((name for name in job.resources if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", said)), None)


# -- what can be done ------------------------------------------------------------------------------


def advice(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    """Since when, by whom, and which key lifts it."""
    tell = ADVICE.get(blocker.rule)
    return [text for text in tell(blocker, dossier, frame) if text] if tell else []


def _held(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    job, deeper = dossier.job, dossier.deeper
    hands = [event for event in deeper.events if "held" in (event.after or {})] if deeper is not None else []
    by = _by(hands[-1].user, hands[-1].at, frame) if hands else _by(job.user, job.created_at, frame) if deeper else ""
    return [by, f"{frame.key('hold')} releases it"]


def _by(user: str, at: float, frame: Frame) -> str:
    return f"by {plain(user)} since {when(at, frame.now)}"


def _paused(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    event = dossier.paused
    by = _by(event.user, event.at, frame) if event is not None else ""
    return [by, f"{frame.key('pause')} resumes the queue"]


def _time(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    moment = dossier.job.not_before
    return [f"in {duration(moment - frame.now)}"] if moment is not None and moment > frame.now else []


def _dependency(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    parent = dossier.near.get(blocker.job)
    return [_parent(parent, frame)] if parent is not None else []


def _parent(parent: JobRow, frame: Frame) -> str:
    if parent.state is State.RUNNING and parent.started_at is not None:
        ran = frame.now - parent.started_at
        left = f", about {duration(parent.estimate - ran)} left" if parent.estimate and parent.estimate > ran else ""
        return f"running since {when(parent.started_at, frame.now)} ({duration(ran)}){left}"
    if parent.state is State.PENDING and parent.reason:
        return f"it waits itself: {plain(short_prose(parent.reason))}"
    return ""


def _locked(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    name = resource_of(blocker, dossier.job)
    return [f"enter: who has it · {frame.key('palette')}, unlock resource: jobs may have it again"] if name else []


def _resource(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    return ["enter: who has it, who waits for it"] if resource_of(blocker, dossier.job) else []


def _slot(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    first_already = re.search(r"\bposition 1\b", blocker.text)
    if first_already or any(other.rule in WAITS_LONGER for other in dossier.job.blockers):
        return []  # it would not start sooner
    keys = (("raise", "raises its priority"), ("move-top", "puts it first"))
    return [" · ".join(f"{key} {does}" for action, does in keys if (key := frame.keys.get(action)))]


def _worker(blocker: Blocker, dossier: Dossier, frame: Frame) -> list[str]:
    return [f"{frame.key('worker')} starts one"]


Tell = Callable[[Blocker, Dossier, Frame], list[str]]
ADVICE: Mapping[str, Tell] = {
    "held": _held,
    "paused": _paused,
    "time": _time,
    "dependency": _dependency,
    "locked": _locked,
    "resource": _resource,
    "slot": _slot,
    "worker": _worker,
}
