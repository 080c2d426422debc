"""What the fields of a job once more hold at first."""

from __future__ import annotations

from jobyard.core.errors import BadInput
from jobyard.core.models import JobSpec
from jobyard.core.units import format_size
from jobyard.core.yard import format_duration, shell_join

from ..text import plain
from . import shellwords
from .fields import YES
from .reading import UNITS


def texts_of(spec: JobSpec) -> dict[str, str]:
    """What the fields of a job once more hold at first."""
    others = [name if units == 1 else f"{name}={units}" for name, units in spec.needs.items() if name not in UNITS]
    needs = {
        key: format_size(units) if key == "mem" else str(units) for key, units in spec.needs.items() if key in UNITS
    }
    texts = {
        "command": command_text(spec.fields.get("command", "")),
        "queue": spec.queue if spec.session == "default" else f"{spec.session}/{spec.queue}",
        "name": spec.name,
        "priority": str(spec.priority) if spec.priority else "",
        "time_limit": _span(spec.time_limit),
        "estimate": _span(spec.estimate),
        "retries": str(spec.retries) if spec.retries > 0 else "",
        "retry_delay": _span(spec.retry_delay),
        "retry_factor": f"{spec.retry_factor:g}",
        "retry_max": _span(spec.retry_most),
        "idempotent": YES if spec.idempotent else "",
        **needs,
        "needs": ", ".join(others),
        "cwd": spec.cwd,
        "stdin": spec.stdin,
        "configs": ", ".join(f"{type}={wish}" if wish else type for type, wish in (spec.configs or {}).items()),
        "umask": f"{spec.umask:03o}",
        "on_end": spec.on_end,
    }
    return {key: plain(text) for key, text in texts.items() if text}  # what is left as it stands here is not passed on


def command_text(command: str | list[str]) -> str:
    """A command as it is typed: a line for the shell as it is, words as a shell would read them. Printable."""
    if isinstance(command, str):
        plain_words = command.isprintable() and command == command.strip()
        return command if plain_words else shell_join((*shellwords.SHELL, command))
    line = command[2] if tuple(command[:2]) == shellwords.SHELL and len(command) == 3 else ""
    return line if line and _shell_reads(line) else shell_join(command)


def _shell_reads(line: str) -> bool:
    """Whether a shell is needed for it, so that the same line makes the same words again."""
    try:
        return line.isprintable() and line == line.strip() and shellwords.command(line).shell
    except BadInput:
        return False


def _span(seconds: float | None) -> str:
    return "" if seconds is None or seconds < 0 else format_duration(seconds)
