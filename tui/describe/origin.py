"""Where the last attempt came from: code, interpreter, host, environment."""

from __future__ import annotations

from itertools import islice

from jobyard.core.models import GitState, Provenance

from ..format import plural, when
from ..origins import changed_lines, program, repository, surroundings
from ..text import plain
from .dossier import Dossier
from .rows import Frame, Row, Rows, blank, heading, labelled, sentence

DIFF_LINES = 1000
SHORT = 12  # characters of a revision or a hash that tell one from another
GATHERING = "being looked at …"


def origin(dossier: Dossier, frame: Frame) -> Rows:
    """The few facts that tell one run from another."""
    came = dossier.deeper.provenance if dossier.deeper is not None else None
    if came is None or not dossier.job.attempts:
        return
    yield heading("origin", frame, f"of attempt {came.number}")
    yield from labelled("git", git_text(came.git) if not dossier.unsure else GATHERING, frame)
    yield from labelled("program", program_text(came), frame)
    yield from labelled("host", plain(f"{came.host} · jobyard {came.version}"), frame)
    yield from labelled("environment", environment_text(came), frame)


def alone(dossier: Dossier, frame: Frame) -> Rows:
    """The whole tab: everything, and the changes that were not committed."""
    if dossier.deeper is None:
        yield from sentence("being read …", frame, "faint")
        return
    came = dossier.deeper.provenance
    if came is None:
        never = "It has not been started yet: it comes from nowhere so far."
        yield from sentence("Nothing is known of it." if dossier.job.attempts else never, frame)
        return
    yield from _whole(came, dossier, frame)


def _whole(came: Provenance, dossier: Dossier, frame: Frame) -> Rows:
    yield heading("attempt", frame, str(came.number))
    code = [("git", GATHERING)] if dossier.unsure else repository(came.git)
    looked = "" if came.taken_at is None else when(came.taken_at, frame.now)
    for name, value in (*program(came), *code, ("looked at", looked), *surroundings(came)):
        for number, line in enumerate(value.split("\n")):
            yield from labelled(plain(name) if number == 0 else "", plain(line), frame)
    yield from labelled("environment", environment_text(came), frame)
    yield from _diff(came.git)


def git_text(git: GitState) -> str:
    """``1a2b3c4d5e6f (main), +12 −3 not committed, 1 new file``."""
    if not git.revision or git.why:
        return plain(git.why)
    branch = f" ({plain(git.branch)})" if git.branch else ""
    return f"{plain(git.revision[:SHORT])}{branch}, {_dirty(git)}"


def _dirty(git: GitState) -> str:
    more, less = changed_lines(git.diff)
    parts = [f"+{more} −{less} not committed{', cut off' if git.cut else ''}"] if git.diff else []
    if git.untracked:
        parts.append(plural(len(git.untracked), "new file") + (" and more" if git.more else ""))
    return ", ".join(parts) or "all committed"


def program_text(came: Provenance) -> str:
    """The interpreter, and what it calls itself."""
    some = (came.interpreter.get(name, "") for name in ("program", "interpreter", "python"))
    return " · ".join(plain(text) for text in some if text)


def environment_text(came: Provenance) -> str:
    """``61 variables, hash 1a2b3c4d5e6f``."""
    count = plural(len(came.environment), "variable")
    return f"{count}, hash {plain(came.environment_hash[:SHORT])}" if came.environment_hash else ""


STYLES = {"+": "completed", "-": "failed", "@": "title"}


def _diff(git: GitState) -> Rows:
    if not git.diff:
        return
    yield blank()
    for line in islice(git.diff.splitlines(), DIFF_LINES):
        yield Row([(plain(line.expandtabs()), STYLES.get(line[:1], "dim"))])
    if git.cut or git.diff.count("\n") > DIFF_LINES:
        yield Row([("and more: jobyard show --provenance", "faint")])
