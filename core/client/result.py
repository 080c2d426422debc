"""How a job is, as a record that does not change any more: ask for a new one to hear news."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..errors import WrongState
from ..lazy import LazyModule
from ..models import Job
from ..states import ENDED, State

if TYPE_CHECKING:
    from .. import results
    from ..results import Expt
else:  # h5py and numpy are imported by whoever loads
    results = LazyModule("jobyard.core.results")

HARDWARE, MULTIPHOTON = "hardware_config", "multiphoton_config"


@dataclass(frozen=True)
class JobResult:
    """How a job was when it was asked for. Times are of this machine's zone; paths are absolute.

    ``status`` is pending, running, completed, failed, cancelled or skipped; ``reason`` says why it still waits,
    ``error_message`` why it did not end well; ``configs`` are the versions that it ran with, by type. ``job`` is all
    that is known of it.
    """

    job_id: str
    status: str
    user: str
    experiment_class: str | None
    experiment_module: str | None
    experiment_config: dict[str, Any]
    priority: int
    queue: str
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    data_file_path: str | None
    error_message: str | None
    queue_position: int | str | None  # among the pending of its queue, 1 = next; ">=1000" beyond
    reason: str
    configs: dict[str, str]
    hardware_config_version_id: str | None
    multiphoton_config_version_id: str | None
    job: Job = field(repr=False)

    def __repr__(self) -> str:
        what = f" {self.experiment_class}" if self.experiment_class else ""
        rest = self.data_file_path or self.error_message or (self.reason if self.status == "pending" else "")
        return f"<JobResult {self.job_id}{what} {self.status}" + (f": {rest}>" if rest else ">")

    def is_done(self) -> bool:
        """Whether it has ended, however."""
        return self.job.state in ENDED

    def is_successful(self) -> bool:
        """Whether it completed: then its data is there, closed and checked."""
        return self.job.state is State.COMPLETED

    def load_expt(self) -> Expt:
        """Its data: ``.data["avgi"]`` (numpy arrays by name), ``.cfg.expt.reps``. Raises WrongState, BadFile."""
        return results.load(self._file())

    def load_config(self) -> dict[str, Any]:
        """The full config that its data file keeps. Raises WrongState, BadFile."""
        return results.config_of(self._file())

    def _file(self) -> str:
        if self.data_file_path:
            return self.data_file_path
        why = self.error_message or ("It leaves none" if self.is_successful() else f"It was {self.status} when asked")
        raise WrongState(f"{self.job_id} has no data", why, f'See: client.get_output("{self.job_id}")')


def result_of(job: Job, position: int | str | None) -> JobResult:
    """The record of a job, which stands at *position* in its queue (None: it does not wait)."""
    fields = job.fields if job.kind == "experiment" else {}
    configs = {link.type: link.version for attempt in job.attempts[-1:] for link in attempt.configs}
    return JobResult(
        job_id=job.id, status=job.state.value, user=job.user, experiment_class=fields.get("class"),
        experiment_module=fields.get("module"), experiment_config=dict(fields.get("config") or {}),
        priority=job.priority, queue=job.queue if job.session == "default" else f"{job.session}/{job.queue}",
        created_at=moment(job.created_at), started_at=_or_none(job.started_at), completed_at=_or_none(job.ended_at),
        data_file_path=job.data_file or None, error_message=trouble(job.state, job.message), queue_position=position,
        reason=job.reason, configs=configs, hardware_config_version_id=configs.get(HARDWARE),
        multiphoton_config_version_id=configs.get(MULTIPHOTON), job=job,
    )  # fmt: skip


def trouble(state: State, message: str) -> str | None:
    """Why a job in that state did not end well; None for one that did, or has not ended."""
    return message or state.value if state in ENDED and state is not State.COMPLETED else None


def moment(at: float) -> datetime:
    """Seconds since the epoch as a time of this machine's zone."""
    return datetime.fromtimestamp(at, UTC).astimezone()


def _or_none(at: float | None) -> datetime | None:
    return None if at is None else moment(at)
