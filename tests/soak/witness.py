"""What really ran: every job appends to one file; nothing of jobyard's own is believed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

# $1 the witness, $2 the exit code, $3 seconds, $4 (exclusive jobs) a file that nobody else may hold.
# A short line is appended by one write, which O_APPEND makes whole; so the witness costs no process.
SCRIPT = """\
exec 9>>"$1"
echo "begin $JOBYARD_JOB $JOBYARD_ATTEMPT" >&9
if [ -n "$4" ]; then
    exec 8>>"$4"
    flock -n 8 || echo "clash $JOBYARD_JOB $JOBYARD_ATTEMPT" >&9
fi
[ "$3" = 0.0 ] || sleep "$3"
echo "end $JOBYARD_JOB $JOBYARD_ATTEMPT" >&9
exit "$2"
"""


@dataclass(slots=True)
class Seen:
    """What the witness saw of a job: the tokens of its attempts as often as they began and ended."""

    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    clashes: int = 0


def command(script: Path, witness: Path, code: int = 0, seconds: float = 0.0, alone: Path | None = None) -> list[str]:
    """The command of a job that leaves its traces in *witness*."""
    return ["sh", str(script), str(witness), str(code), str(seconds), str(alone or "")]


def read(witness: Path) -> dict[str, Seen]:
    """Everything seen, by job id."""
    seen: dict[str, Seen] = defaultdict(Seen)
    for line in witness.read_text().splitlines() if witness.exists() else []:
        what, job, token = line.split()
        if what == "clash":
            seen[job].clashes += 1
        else:
            (seen[job].begun if what == "begin" else seen[job].ended).append(token)
    return seen
