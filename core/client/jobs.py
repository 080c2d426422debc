"""The client of notebooks: submit, look, wait, cancel, by the names of the original job server, and in general."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, overload

from ..errors import Ambiguous, BadInput, Unknown, WrongState, YardError
from ..lab import reach
from ..logbook import Streams
from ..models import Blocker, Change, Dependency, Job, JobFilter, JobGraph, JobRow, JobSpec, Sort, Submitted
from ..names import check_user, split_queue
from ..states import ENDED, After, State, parse_state
from ..text import one_line, people_duration, quoted
from ..yard import Yard, access
from . import notebook, output, tables
from .configs import Configs
from .datafiles import DataFiles
from .result import JobResult, result_of
from .watching import Line, Tell, Watch, place

if TYPE_CHECKING:
    from ..results import SweepData

Ref = str | int  # an id, a name, a number of today, "last"
Refs = Ref | Iterable[Ref]

EXPERIMENTS = "experiments"  # the queue of experiments unless another is named; exclusive, made at need
UNDER_WAY = frozenset({State.PENDING, State.RUNNING})
LISTED = 1000  # jobs of a queue that are listed


class JobClient:
    """A yard, for notebooks and scripts. It is opened directly: there is no server to start.

    *home* is the yard's folder (default: ``JOBYARD_HOME``, else the account's own). *user* labels the jobs that are
    submitted through this client; who really submitted them the audit knows. Raises YardError.
    """

    def __init__(self, home: Path | str | None = None, *, user: str | None = None, verbose: bool = True) -> None:
        self.yard = Yard.open(_folder(home), face="client")
        self.user = check_user(user) if user else ""
        self.verbose = verbose
        self._warned = False

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        self.yard.close()

    def __enter__(self) -> JobClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"JobClient({str(self.yard.home)!r})"

    @cached_property
    def config(self) -> Configs:
        """Versions of configs: ``client.config.push("hardware_config", "hardware.yml")``."""
        return Configs(self.yard)

    @cached_property
    def data(self) -> DataFiles:
        """What runs left: ``client.data.find("expt.reps=1000")``, ``client.data.load(job_id)``."""
        return DataFiles(self.yard)

    # -- experiments ----------------------------------------------------------------------------

    def health_check(self) -> dict[str, Any]:
        """How the yard is: ``status`` (healthy, or no worker), pending_jobs, running_jobs, workers, yard."""
        counts = self.yard.counts()
        working = [worker.name for worker in self.yard.workers() if worker.starts]
        return {
            "status": "healthy" if working else "no worker",
            "database_connected": True,
            "pending_jobs": counts.get(State.PENDING, 0),
            "running_jobs": counts.get(State.RUNNING, 0),
            "workers": working,
            "yard": str(self.yard.home),
        }

    def submit_job(
        self,
        experiment_class: str,
        experiment_module: str,
        expt_config: Mapping[str, Any] | None = None,
        user: str | None = None,
        priority: int = 0,
        *,
        queue: str = "",
        python: str | None = None,
        paths: str | Path | Sequence[str | Path] | None = None,
        configs: Mapping[str, str] | None = None,
        save: bool = True,
        analyze: bool = True,
        display: bool = False,
        progress: bool = True,
        station: str = "",
        sweep: Mapping[str, Any] | None = None,
        zip: bool = False,
        **options: Any,
    ) -> str:
        """Submit an experiment: *experiment_class* of *experiment_module*, *expt_config* is its ``cfg.expt``; its id.

        It goes to the exclusive queue ``experiments``, which is made at need, unless *queue* names another. It runs
        with *python* (default: the queue's, else this interpreter) and finds modules in *paths* (default: where this
        process finds them). *configs* says which versions it runs with where that is not the main one: type: a
        version's id or a file. *save*, *analyze*, *display* and *progress* are what its ``go`` is called with.
        *sweep* and *zip*: see `submit_sweep`. *options*: see `submit`. Raises BadInput, and whatever else is wrong is
        told before it waits.
        """
        fields = {
            "module": experiment_module, "class": experiment_class, "config": expt_config or {},
            "paths": [str(path) for path in (self._paths() if paths is None else _each(paths))],
            "python": self._python(_text(queue) or EXPERIMENTS) if python is None else python,
            "save": save, "analyze": analyze, "display": display, "progress": progress, "station": station,
            **({"sweep": {"axes": swept(sweep), "zip": zip}} if sweep is not None else {}),
        }  # fmt: skip
        return self._submitted(fields, "experiment", queue, user=user, priority=priority, configs=configs, **options)

    def submit_sweep(
        self,
        experiment_class: str,
        experiment_module: str,
        expt_config: Mapping[str, Any] | None = None,
        sweep: Mapping[str, Any] = MappingProxyType({}),
        zip: bool = False,
        user: str | None = None,
        priority: int = 0,
        **options: Any,
    ) -> str:
        """Submit an experiment for each point of a sweep, all or none; the id of them all, ``JOB-…[1-22]``.

        *sweep* are values by key: ``{"amp": np.linspace(0, 1, 11), "pulse.gain": [1, 2], "f": "4.8:4.9:5"}``. Each is
        combined with each, the first changing slowest; with *zip* they go together. Each job's config is *expt_config*
        with the values of its point. *options*: see `submit_job`; ``array="%2"`` lets two run at a time. What the id
        means everywhere: `wait`, `cancel`, `load_sweep`. Raises BadInput.
        """
        return self.submit_job(
            experiment_class, experiment_module, expt_config, user, priority, sweep=sweep, zip=zip, **options
        )

    def load_sweep(self, sweep_id: Ref) -> SweepData:
        """What the jobs of a sweep have left: ``.points``, ``["avgi"]`` of shape (points, …), ``.grid("avgi")``.

        Nothing is waited for: see `wait`. Raises Unknown, Ambiguous.
        """
        try:
            return self.yard.data_sweep(sweep_id)
        except Unknown as error:
            raise self._one_job(sweep_id) or error from None

    def _one_job(self, ref: Ref) -> Unknown | None:
        """What is wrong where a sweep was meant and *ref* is a single job."""
        try:
            id = self.yard.job(ref).id
        except (Unknown, Ambiguous):
            return None
        return Unknown(f"{id} is one job, no sweep", "", f'Its data: client.data.load("{id}")')

    def _python(self, queue: str) -> str:
        """This interpreter, unless the queue has one."""
        with contextlib.suppress(Unknown):
            if self.yard.queue(queue).python:
                return ""
        return sys.executable

    def _paths(self) -> Sequence[str]:
        """This process's search path; of a group yard without what its owner, who runs the jobs, cannot read."""
        owner = access.of(self.yard.home).owner
        return [path for path in notebook.here() if path == os.getcwd() or reach.reachable(path, owner)]

    def get_status(self, job_id: Ref) -> JobResult:
        """How a job is now. Raises Unknown, Ambiguous."""
        job = self.yard.job(job_id)
        return result_of(job, self.yard.standing(job.row).position if job.state is State.PENDING else None)

    def wait_for_completion(
        self,
        job_id: Ref,
        timeout: float | None = None,
        *,
        poll_interval: float | None = None,
        verbose: bool | None = None,
        progress: Tell | None = None,
    ) -> JobResult:
        """Wait until a job has ended, and say how it ended, how far it is meanwhile; *progress* hears that instead.

        It sleeps until something happens (*poll_interval* is accepted and not needed). Raises TimeoutError after
        *timeout* seconds; the job goes on. Ctrl-C cancels a job of yours that still waits, and leaves one that runs.
        """
        row = self.yard.job(job_id).row
        line = Line() if progress is None and (self.verbose if verbose is None else verbose) else None
        tell = progress or (line.show if line else _unheard)
        self._warn_without_worker(row)
        try:
            watch = Watch(self.yard, row, tell, lambda: self._warn_without_worker(row, line))
            job = self.yard.wait([row], timeout, watch.heard)[0]
        except KeyboardInterrupt:
            self._interrupted(row, line)
            raise
        if job.state not in ENDED:
            raise TimeoutError(_still(job, timeout or 0.0))
        if line:
            line.end(_outcome(job))
        return result_of(job, None)

    def _interrupted(self, row: int, line: Line | None) -> None:
        """Ctrl-C: what has not started and is one's own is cancelled; anything else goes on."""
        job = self.yard.job(row)
        own = not self.yard.looks and job.account == self.yard.user and self.user in ("", job.user)
        if own and self.yard.cancel([row], only_pending=True).done:
            told = f"{job.id} cancelled: it had not started."
        else:
            job = self.yard.job(row)
            todo = f'client.cancel_job("{job.id}"{", running=True" if job.state is State.RUNNING else ""})'
            goes = f"{job.id} is {job.state.value} and goes on. To stop it: {todo}"
            told = f"{job.id} {job.state.value}." if job.state in ENDED else goes
        (line or Line()).end(told)

    def list_queue(self, queue: str = "") -> dict[str, Any]:
        """What runs and waits, in the order in which it starts: running_jobs, running_job (the first), pending_jobs,
        total_pending; at most 1,000 of them, as dicts with ``queue_position``."""
        some = self._entries(JobFilter(states=UNDER_WAY, queues=self._queues(queue)))
        counts = self.yard.queue(queue).counts if queue else self.yard.counts()
        running = [job for job in some if job["status"] == "running"]
        return {
            "running_jobs": running,
            "running_job": running[0] if running else None,
            "pending_jobs": [job for job in some if job["status"] == "pending"],
            "total_pending": counts.get(State.PENDING, 0),
            "total_running": counts.get(State.RUNNING, 0),
        }

    def print_queue(self, queue: str = "") -> None:
        """Print what runs and waits, with positions and why."""
        found = self.list_queue(queue)
        total = found["total_pending"] + found["total_running"]
        print(*tables.lines(found["running_jobs"] + found["pending_jobs"], time.time(), total), sep="\n")

    def cancel_job(self, job_id: Ref, *, running: bool = False) -> bool:
        """Cancel a job that waits, with *running* also stop one that runs. Raises WrongState, Unknown, Ambiguous."""
        change = self.yard.cancel([job_id], only_pending=not running)
        if not change.done:
            self._refused(change, job_id)
        return True

    def _refused(self, change: Change, job_id: Ref) -> None:
        job = self.yard.job(job_id)
        todo = f'To stop it: client.cancel_job("{job.id}", running=True)' if job.state is State.RUNNING else ""
        raise WrongState(f"{job.id} was not cancelled", f"It is {job.state.value}", todo)

    def get_history(self, user: str | None = None, status: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """The newest jobs, newest first, as dicts; of a *user* (a label), in a *status*. Raises BadInput."""
        state = parse_state(status) if status else None
        if status and state is None:
            names = ", ".join(one.value for one in State)
            raise BadInput(f"There is no status {quoted(status)}", "", f"Use one of {names}")
        states = frozenset([state]) if state else frozenset[State]()
        return self._entries(JobFilter(states=states, user=user or "", sort=Sort("submitted", True)), limit)

    @overload
    def get_output(
        self, job_id: Ref, follow: Literal[False] = False, *, stream: Streams = "both", attempt: int | None = None,
        limit: int | None = None,
    ) -> str: ...  # fmt: skip

    @overload
    def get_output(
        self, job_id: Ref, follow: Literal[True], *, stream: Streams = "both", attempt: int | None = None,
        limit: int | None = None,
    ) -> Iterator[str]: ...  # fmt: skip

    def get_output(
        self, job_id: Ref, follow: bool = False, *, stream: Streams = "both", attempt: int | None = None,
        limit: int | None = None,
    ) -> str | Iterator[str]:  # fmt: skip
        """What a job has written; of very much the first quarter and the end of *limit* bytes (default 1 MiB).

        *follow*: its lines as they come, until it has ended: ``for line in client.get_output(id, follow=True)``.
        """
        row = self.yard.job(job_id).row
        if follow:
            return output.follow(self.yard, row, stream, attempt)
        return output.text(self.yard, row, stream, attempt, limit)

    # -- jobs of every kind ---------------------------------------------------------------------

    def submit(self, command: str | Sequence[str], *, queue: str = "", **options: Any) -> str:
        """Submit a command, words or a line for a shell; its id (of an array ``ID[1-9]``).

        *options*: ``after``, ``after_any``, ``after_fail`` (ids or names, one or many) and all arguments of a
        `JobSpec`: name, priority, time_limit, estimate (seconds), retries, needs, cwd, env, user, unique, array, …
        Raises BadInput, Unknown, Ambiguous, Cycle.
        """
        words = command if isinstance(command, str) else [str(word) for word in command]
        return self._submitted({"command": words}, "exec", queue, **options)

    def submit_many(self, jobs: Iterable[JobSpec | Mapping[str, Any]]) -> list[str]:
        """Submit many, all or none: JobSpecs, or mappings with the keys of ``jobyard submit --file``; their ids."""
        from ..jobkeys import SpecMaker

        maker = SpecMaker(JobSpec(fields={}, queue=""), time.time())
        specs = [job if isinstance(job, JobSpec) else maker.make(self._here(job)) for job in jobs]
        ids = self.yard.submit_many(spec._replace(user=spec.user or self.user) for spec in specs)
        self._warn_without_worker()
        return ids

    def _here(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """The job; an experiment that names neither interpreter nor folders has this process's."""
        if job.get("kind") != "experiment":
            return job
        return {"python": self._python(str(job.get("queue") or EXPERIMENTS)), "paths": list(self._paths()), **job}

    def _submitted(self, fields: Mapping[str, Any], kind: str, queue: str, **options: Any) -> str:
        spec = spec_of(fields, kind, queue, options)
        answer = self.yard.submit(spec._replace(user=spec.user or self.user))
        if kind == "experiment" and self.verbose:
            print(_accepted(answer), *_misspelt(fields), sep="\n", file=place(), flush=True)
        if answer.state is State.PENDING:
            self._warn_without_worker()
        return answer.id

    def wait(self, refs: Refs, timeout: float | None = None) -> list[JobResult]:
        """Wait until all of these have ended. Raises TimeoutError after *timeout* seconds; the jobs go on."""
        jobs = self.yard.wait(_many(refs), timeout)
        left = [job for job in jobs if job.state not in ENDED]
        if left:
            raise TimeoutError(_still(left[0], timeout or 0.0))
        if self.verbose and len(jobs) > 1:
            counts = Counter(job.state.value for job in jobs)
            print(", ".join(f"{count:,} {state}" for state, count in counts.items()), file=place(), flush=True)
        return [result_of(job, None) for job in jobs]

    def jobs(self, filter: str = "", limit: int | None = 100) -> list[JobRow]:
        """What a filter shows: ``client.jobs("state:failed user:ada age<2d")``. Raises BadFilter."""
        return self.yard.list(self.yard.filter(filter), limit)

    def job(self, ref: Ref) -> Job:
        """All that is known of a job."""
        return self.yard.job(ref)

    def why(self, ref: Ref) -> tuple[Blocker, ...]:
        """Everything that keeps a pending job waiting."""
        return self.yard.job(ref).blockers

    def logs(self, ref: Ref, *, stream: str = "both", lines: int = 200, attempt: int | None = None) -> list[str]:
        """The last lines that a job wrote, safe to print."""
        return self.yard.tail(ref, stream, lines, attempt)

    def graph(self, refs: Refs, *, whole: bool = False) -> JobGraph:
        """All that these wait for and all that waits for them; *whole*: whatever is connected."""
        return self.yard.graph(_many(refs), whole=whole)

    def cancel(self, refs: Refs) -> Change:
        """Cancel what waits and stop what runs of these."""
        return self.yard.cancel(_many(refs))

    def requeue(self, refs: Refs, *, cascade: bool = False) -> Change:
        """Run ended jobs again; *cascade*: and what depends on them."""
        return self.yard.requeue(_many(refs), cascade)

    # -- behind them ----------------------------------------------------------------------------

    def _queues(self, queue: str) -> frozenset[int]:
        return frozenset([self.yard.queue(queue).id]) if queue else frozenset()

    def _entries(self, where: JobFilter, limit: int = LISTED) -> list[tables.Entry]:
        found = self.yard.list(where, limit)
        return tables.entries(found, self.yard.briefs([job.row for job in found]))

    def _warn_without_worker(self, row: int | None = None, line: Line | None = None) -> None:
        """Say once that nothing will start, and how to change that; *row*: unless that job has ended."""
        if self._warned or self.yard.worker_alive():
            return
        state = State.PENDING if row is None else self.yard.rows([row])[row].state
        if state in ENDED:
            return
        self._warned = True
        waits = "nothing starts" if state is State.PENDING else "how it ends is not recorded"
        todo = "jobyard worker start" if self.yard.mine else f"only {self.yard.owner} can start one"
        told = f"jobyard: No worker lives here: {waits} until one does. To start one: {todo}"
        if line:
            line.end(told)
        else:
            print(told, file=sys.stderr)


def swept(sweep: Mapping[str, Any]) -> list[list[Any]]:
    """The axes, keys with values; a range becomes a list."""
    return [[key, [*values] if isinstance(values, range) else values] for key, values in sweep.items()]


def spec_of(fields: Mapping[str, Any], kind: str, queue: str, options: Mapping[str, Any]) -> JobSpec:
    """The job that arguments describe. Raises BadInput for one that there is not."""
    given = {name: value for name, value in options.items() if value is not None}
    dependencies = (*given.pop("dependencies", ()), *_dependencies(given))
    session, name = split_queue(_text(queue)) if queue else ("default", "")  # "" = that of the kind
    unknown = [name for name in given if name not in JobSpec._fields or name in ("fields", "kind", "session")]
    if unknown:
        from ..words import nearest

        near = nearest(unknown[0], JobSpec._fields)
        raise BadInput(f"A job has no {quoted(unknown[0])}", "", f"Did you mean {near}?" if near else "See: JobSpec")
    return JobSpec(fields, kind=kind, session=session, queue=name, dependencies=dependencies, **given)


def _dependencies(given: dict[str, Any]) -> Iterator[Dependency]:
    """What the three words for waiting say; they are taken out of *given*."""
    for word, after in (("after", After.OK), ("after_any", After.ANY), ("after_fail", After.FAIL)):
        for parent in _many(given.pop(word, ())):
            yield Dependency(str(parent), after)


def _text(queue: object) -> str:
    """The name of a queue. Raises BadInput for what is no text."""
    if isinstance(queue, str):
        return queue
    raise BadInput(f"The queue {quoted(queue)} cannot be used", "It is no text", "See: jobyard queue list")


def _each(paths: str | Path | Sequence[str | Path]) -> Sequence[str | Path]:
    """One folder is a list of one."""
    return [paths] if isinstance(paths, (str, Path)) else paths


def _many(refs: Refs) -> list[Ref]:
    return [refs] if isinstance(refs, (str, int)) else list(refs)


def _folder(home: Path | str | None) -> Path | str | None:
    """The yard's folder. Raises BadInput for the address of a server."""
    if isinstance(home, str) and "://" in home:
        what = f"{quoted(home)} is the address of a server, and there is none"
        raise BadInput(what, "A client opens the yard directly, on its own machine", "Leave it out, or give a folder")
    return home


def _misspelt(fields: Mapping[str, Any]) -> Iterator[str]:
    """A line for each parameter that is probably misspelt: the experiment would run without it."""
    from ..yard import experimenting

    keys = [*fields["config"], *(key for key, _ in fields.get("sweep", {}).get("axes", ()))]
    with contextlib.suppress(YardError):
        for key, near in experimenting.misspelt(fields, keys):
            yield one_line(f"{fields['class']} is not known to take {key}. Did you mean {near}?")


def _accepted(answer: Submitted) -> str:
    where = f"position {answer.position}: {answer.reason}" if answer.state is State.PENDING else ""
    return f"{answer.id} {answer.state.value}" + (f", {where}" if where else "")


def _outcome(job: Job) -> str:
    took = f" in {people_duration(job.ended_at - job.started_at)}" if job.ended_at and job.started_at else ""
    rest = job.data_file if job.state is State.COMPLETED else job.message
    return f"{job.id} {job.state.value}{took}" + (f": {rest}" if rest else "")


def _still(job: Job, timeout: float) -> str:
    return f"{job.id} has not ended within {people_duration(timeout)}. It is {job.state.value} and goes on."


def _unheard(standing: object) -> None:
    """Nobody wants to know how far it is."""
