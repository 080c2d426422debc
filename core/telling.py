"""The words of a failure: how the process ended, and the line of its output that says most about it.

A worker looks before it records a failure, outside of any transaction, and for a few milliseconds a commit at most:
in a storm of failures some are recorded without that line, and whoever shows them looks for it then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from . import kinds
from .errors import Unknown
from .logs import tail
from .models import Result
from .states import Cause
from .store import Store, outcomes

BUDGET = 0.004  # seconds that explaining may take of a worker's turn
LINES = 60  # of each stream
BYTES = 1 << 15  # of each stream

TOLD_BY_OUTPUT = frozenset({Cause.EXIT, Cause.SIGNAL})


def explained(store: Store, results: list[Result], clock: Callable[[], float] = time.monotonic) -> list[Result]:
    """These results, failures among them with their telling lines."""
    told = [result.token for result in results if result.cause in TOLD_BY_OUTPUT and wrote(result)]
    if not told:
        return results
    until = clock() + BUDGET
    words: dict[str, str] = {}
    by_token = {result.token: result for result in results}
    for one in outcomes.ending(store, told):
        if clock() > until:
            break
        words[one.token] = explanation(by_token[one.token].message, one.kind, store.home / one.folder)
    return [result._replace(message=words[result.token]) if result.token in words else result for result in results]


def wrote(result: Result) -> bool:
    """Whether there is any output to look at; unknown sizes count as some."""
    return result.stdout_bytes != 0 or result.stderr_bytes != 0


def explanation(said: str, kind: str, folder: Path) -> str:
    """*said* with the telling line of the logs in *folder*; as it is where they cannot be read."""
    try:
        return kinds.get(kind).explain(said, last_lines(folder))
    except (OSError, Unknown):
        return said


def last_lines(folder: Path) -> Sequence[bytes]:
    """The ends of both streams, standard error last: it is the more telling one."""
    return [line for stream in ("stdout", "stderr") for line in tail(folder / stream, LINES, BYTES)]
