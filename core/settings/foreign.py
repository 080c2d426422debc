"""The variables of the programs that jobyard takes the place of: what each means here, or why it means nothing.

The README's table of compatibility quotes this one. Each is also accepted with ``JOBYARD_`` before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..errors import BadInput
from . import values
from .environment import OURS, Given, read
from .table import BY_NAME

SPACK, EXECUTR = "Spack installer", "Executr"


class Foreign(NamedTuple):
    """A variable: whose it was, the setting that it stands for ("" for none), and what to know of it."""

    name: str
    program: str
    key: str
    note: str = ""


_NO_POLL = "a worker is woken the moment something changes"
_NO_SERVER = "there is no server: the yard is a folder, see --yard and JOBYARD_HOME"
_NO_CACHE = "this version runs no binaries by their hash"
_TOLD = "jobyard tells what matters on stderr and in run/worker.log; there are no levels"
_FLAG = "say it on the command line: "

FOREIGN: tuple[Foreign, ...] = (
    Foreign("SPACK_SETUP_SCRIPT", SPACK, "spack_setup"),
    Foreign("SPACK_INSTALLER_DB_URL", SPACK, "", "the store is a file in the yard, see --yard and JOBYARD_HOME"),
    Foreign("WORKER_CHECK_INTERVAL", SPACK, "", _NO_POLL),
    Foreign("WORKER_HEARTBEAT_INTERVAL", SPACK, "heartbeat"),
    Foreign("JOB_TIMEOUT_MULTIPLIER", SPACK, "time_limit_factor"),
    Foreign("MAX_WORKER_HEARTBEAT_AGE", SPACK, "hung_after"),
    Foreign("EXECUTR_JOB_RETENTION", EXECUTR, "retention"),
    Foreign("EXECUTR_HEARTBEAT_INTERVAL", EXECUTR, "heartbeat"),
    Foreign("EXECUTR_HEARTBEAT_TIMEOUT", EXECUTR, "hung_after"),
    Foreign("EXECUTR_MAX_OUTPUT_SIZE", EXECUTR, "kept_output"),
    Foreign("EXECUTR_MAX_JOBS", EXECUTR, "max_jobs"),
    Foreign("EXECUTR_CLEANUP_INTERVAL", EXECUTR, "", "workers clean up when they come up and every hour"),
    Foreign("EXECUTR_POLL_INTERVAL", EXECUTR, "", _NO_POLL),
    Foreign("EXECUTR_NETWORK_TIMEOUT", EXECUTR, "", _NO_SERVER),
    Foreign("EXECUTR_DB_URL", EXECUTR, "", _NO_SERVER),
    Foreign("EXECUTR_SERVER_URL", EXECUTR, "", _NO_SERVER),
    Foreign("EXECUTR_HOST", EXECUTR, "", _NO_SERVER),
    Foreign("EXECUTR_PORT", EXECUTR, "", _NO_SERVER),
    Foreign("EXECUTR_NAME", EXECUTR, "", _FLAG + "jobyard worker start --name NAME"),
    Foreign("EXECUTR_PRIORITY", EXECUTR, "", _FLAG + "jobyard submit -p background"),
    Foreign("EXECUTR_OUTPUT", EXECUTR, "", _FLAG + "--json"),
    Foreign("EXECUTR_TYPE", EXECUTR, "", _FLAG + "jobyard submit -n NAME"),
    Foreign("EXECUTR_WORK_DIR", EXECUTR, "", _FLAG + "jobyard submit --cwd DIR"),
    Foreign("EXECUTR_BINARY_URL", EXECUTR, "", _NO_CACHE),
    Foreign("EXECUTR_BINARY_SHA256", EXECUTR, "", _NO_CACHE),
    Foreign("EXECUTR_CACHE_DIR", EXECUTR, "", _NO_CACHE),
    Foreign("EXECUTR_MAX_CACHE_SIZE", EXECUTR, "", _NO_CACHE),
    Foreign("EXECUTR_LOG_LEVEL", EXECUTR, "", _TOLD),
    Foreign("EXECUTR_LOG_FORMAT", EXECUTR, "", _TOLD),
)


class Heard(NamedTuple):
    """A foreign variable that is set: what has become of it, in a few words."""

    variable: str
    program: str
    key: str  # "" where it means nothing here
    fate: str


def given(environ: Mapping[str, str]) -> dict[str, Given]:
    """The settings that foreign variables give."""
    return {key: one for key, one, _ in _meant(environ) if one is not None}


def heard(environ: Mapping[str, str]) -> list[Heard]:
    """What has become of every foreign variable that is set."""
    ours = read(environ)
    found = [Heard(name, one.program, "", f"is not needed: {one.note}") for one, name in _set(environ) if not one.key]
    for key, one, told in _meant(environ):
        if one is not None and ours[key].variable != one.variable:
            told = told._replace(fate=f"{ours[key].variable} comes before it")
        found.append(told)
    return found


def _set(environ: Mapping[str, str]) -> Iterator[tuple[Foreign, str]]:
    for one in FOREIGN:
        for name in (one.name, OURS + one.name):
            if name in environ:
                yield one, name


def _meant(environ: Mapping[str, str]) -> Iterator[tuple[str, Given | None, Heard]]:
    """Each that is set and stands for a setting, in the order in which a later one wins."""
    for one, name in _set(environ):
        if one.key:
            try:
                value = values.parse(BY_NAME[one.key], environ[name])
            except BadInput as error:
                yield one.key, None, Heard(name, one.program, one.key, f"is left out: {error.line()}")
            else:
                yield one.key, Given(value, name), Heard(name, one.program, one.key, f"taken for {one.key}")
