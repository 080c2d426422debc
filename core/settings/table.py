"""The one table of settings: name, kind of value, default, help, and whether a change counts at once.

From it come the values (:mod:`.values`), the JSON Schema (:mod:`.schema`), the commented file that ships
(:mod:`.template`) and what ``config-check`` prints. Durations are seconds, sizes bytes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..capture import KEPT

LARGEST = 10_000_000.0


class Key(NamedTuple):
    """One setting. ``kind`` is one of :data:`jobyard.core.settings.values.KINDS`."""

    name: str
    kind: str
    default: Any
    help: str
    live: bool = True  # a change counts from the next job on; else from the next start
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = LARGEST

    @property
    def variable(self) -> str:
        """The environment variable that overrides the file."""
        return "JOBYARD_" + self.name.upper()


KEYS: tuple[Key, ...] = (
    Key(
        "synchronous", "choice", "FULL",
        "FULL: what was accepted survives a power cut. NORMAL may lose the last commits by one.",
        live=False, choices=("FULL", "NORMAL", "OFF", "EXTRA"),
    ),
    Key("kill_grace", "duration", 5.0, "Between asking a job to end (SIGTERM) and making it (SIGKILL)."),
    Key("log_cap", "size", 256 << 20, "The most that each stream of an attempt keeps on disk; its middle goes first."),
    Key("kept_output", "size", 1 << 20, "The most of each stream that is kept as a job's result: its head and tail."),
    Key("disk_floor", "size", 64 << 20, "Below this room on the yard's disk nothing new starts."),
    Key("heartbeat", "duration", 5.0, "How often a worker tells that it is well.", least=0.1, most=3600),
    Key("hung_after", "duration", 15.0, "A worker silent for so long is shown as hung.", least=0.2, most=86_400),
    Key("max_jobs", "count", 0, "Jobs that one worker runs at a time; 0: the queues' slots decide.", live=False),
    Key(
        "time_limit_factor", "factor", 2.0,
        "Estimate times this is the time limit, where a kind or a queue (limit_factor: true) asks for that rule.",
        least=0.001,
    ),
    Key("retries", "count", 0, "How often a failed job that says nothing of it is tried again.", most=1000),
    Key("retry_delay", "duration", 60.0, "Before the first new try."),
    Key("retry_factor", "factor", 2.0, "The delay grows by it with every attempt.", least=1),
    Key("retry_max", "duration", 3600.0, "The longest delay."),
    Key("retention", "duration", 7 * 86_400.0, "Ended jobs are purged after so long, with their logs; never: none."),
    Key("on_end", "text", "", "A shell command run after every job that names none, with its JSON on standard input."),
    Key(
        "captured_environment", "words", KEPT,
        "In a yard of a group: the variables that a job takes from whoever submits it (* stands for anything).",
    ),
    Key("provenance_git", "flag", True, "Record the git revision and the uncommitted changes of a job's folder."),
    Key("station_idle", "duration", 1800.0, "A warm station without an experiment for so long leaves.", least=0.1),
    Key("spack_setup", "text", "", "Spack's setup-env.sh; empty: looked for where it usually is."),
)  # fmt: skip

QUEUE_KEYS: tuple[Key, ...] = (
    Key("slots", "count", None, "Jobs at a time (default: one a core).", least=1, most=100_000),
    Key("exclusive", "flag", False, "One at a time: slots 1."),
    Key("session", "text", "default", "The session that it belongs to; also written SESSION/QUEUE."),
    Key("policy", "choice", "fifo", "Which comes first among equals.", choices=("fifo", "shortest", "chain")),
    Key("paused", "flag", False, "Whether its jobs wait until somebody resumes it."),
    Key("time_limit", "duration", None, "For jobs that bring neither a limit nor an estimate.", least=0.001),
    Key(
        "limit_factor", "factor or flag", None, "Estimate times this is the limit; true: time_limit_factor.",
        least=0.001,
    ),
    Key("retention", "duration", None, "Ended jobs of it are purged after so long (default: retention, above)."),
    Key("instructions", "text", "", "Shown to whoever works on it."),
    Key("python", "path", "", "The interpreter of its experiments (default: that of whoever submits)."),
    Key("station", "class", "", "MODULE:CLASS, made before an experiment: the connections to its instruments."),
    Key("warm", "flag", False, "Keep the station (and what it imported) from one experiment to the next."),
)  # fmt: skip

RESOURCE_KEYS: tuple[Key, ...] = (
    Key("capacity", "count", None, "How many units there are; of mem a size, like 64G.", most=1_000_000),
    Key("note", "text", "", "What people should know of it."),
)
MEMORY_KEYS: tuple[Key, ...] = (RESOURCE_KEYS[0]._replace(kind="size"), *RESOURCE_KEYS[1:])  # of the resource mem

CONFIG_KEYS: tuple[Key, ...] = (
    Key("code", "text", "", "2 to 4 capitals or digits in the ids of its versions: CFG-CODE-20261122-00001."),
    Key("file", "text", "", "The file that is watched for how it differs from main; from the folder of this file on."),
    Key("schema", "text", "", "A JSON Schema (JSON or YAML) that a version must hold to."),
)

BY_NAME: dict[str, Key] = {key.name: key for key in KEYS}
SECTIONS: dict[str, tuple[Key, ...]] = {"queues": QUEUE_KEYS, "resources": RESOURCE_KEYS, "configs": CONFIG_KEYS}
SECTION_HELP = {
    "queues": "Queues that shall exist. What is changed by hand wins, until: jobyard queue set NAME --as-declared",
    "resources": "What jobs may ask for with --need NAME=N: instruments, licences; or cpus, mem, gpus.",
    "configs": (
        "Types of configs, versioned by: jobyard config push. hardware_config, multiphoton_config, "
        "floquet_storage_swap and man1_storage_swap are there anyway."
    ),
}
