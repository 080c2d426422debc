"""How two runs differ. Pure: records in, differences out, each with both sides as people read them.

What went in and how it ended counts; what was measured (time, memory, output) is told and does not count, since no
two runs agree on it. Of a secret only that it changed is told.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..masking import MASK, hides
from ..models import Attempt, Comparison, Difference, GitState, Job, Provenance
from ..text import people_duration, people_size, shell_join
from ..units import format_duration

LONGEST = 4000  # lines of a text that are compared line by line
GOING = ("station", "save", "analyze", "display", "progress")  # fields of an experiment that its outcome depends on
RESTLESS = frozenset({"_", "SHLVL", "OLDPWD"})  # variables that every shell changes


class Run(NamedTuple):
    """An attempt of a job; ``frozen`` is whether its provenance is known, or what was wished stands for it."""

    job: Job
    attempt: Attempt | None
    came: Provenance
    frozen: bool


def wished(job: Job, environment: Mapping[str, str]) -> Provenance:
    """What a job that was never started would be started with, as far as is known."""
    return Provenance(
        0, (), job.cwd, job.umask, environment, "", "", "", "", "", {}, GitState(why="never started"), None, {}
    )


def compare(one: Run, other: Run) -> Comparison:
    """Everything that is not the same."""
    found = [*_inputs(one, other), *_files(one, other), *_outcome(one, other), *_measured(one, other)]
    return Comparison(
        one.job.id, one.came.number, other.job.id, other.came.number, tuple(found),
        same=not any(each.counts for each in found),
    )  # fmt: skip


# -- what went in ---------------------------------------------------------------------------------------


def _inputs(one: Run, other: Run) -> Iterator[Difference]:
    yield from _text("command", _command(one), _command(other))
    yield from _parameters(one.job.fields, other.job.fields)
    yield from _plain("kind", one.job.kind, other.job.kind)
    yield from _plain("folder", one.came.cwd, other.came.cwd)
    yield from _plain("umask", f"{one.came.umask:03o}", f"{other.came.umask:03o}")
    yield from _plain("stdin", one.job.stdin, other.job.stdin)
    yield from _environment(one.came.environment, other.came.environment)
    yield from _configs(one, other)
    yield from _plain("resources", _wants(one.job), _wants(other.job))
    yield from _plain("time limit", _limit(one.job.time_limit), _limit(other.job.time_limit))
    if one.frozen and other.frozen:
        for name in ("host", "kernel", "user"):
            yield from _plain(name, getattr(one.came, name), getattr(other.came, name))
        yield from _plain("jobyard", one.came.version, other.came.version)


def _command(run: Run) -> str:
    """The code of a snippet, the class of an experiment, else the command line."""
    fields = run.job.fields
    if "module" in fields and "class" in fields:
        return f"{fields['module']}:{fields['class']}"  # its command line has the folder of the attempt in it
    code = fields.get("code")
    return code if isinstance(code, str) else shell_join(run.came.argv) if run.came.argv else run.job.command


def _parameters(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    """What an experiment was asked with, value by value: ``expt.amp``; and how it was to go."""
    before, after = (dict(_leaves(fields.get("config") or {}, "expt")) for fields in (one, other))
    for path in {**before, **after}:
        yield from _plain(path, before.get(path, ""), after.get(path, ""))
    for name in GOING:
        sides = [_told(fields[name]) if name in fields else "" for fields in (one, other)]
        yield from _plain(name, sides[0], sides[1])


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inside in value.items():
            yield from _leaves(inside, f"{path}.{key}")
    elif path != "expt":
        yield path, _told(value)


def _told(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)


def _configs(one: Run, other: Run) -> Iterator[Difference]:
    """The version of each type: that it ran with, or that is asked for."""
    sides = [_versions(run) for run in (one, other)]
    for type in sorted({*sides[0], *sides[1]}):
        yield from _plain(f"config {type}", sides[0].get(type, ""), sides[1].get(type, ""))


def _versions(run: Run) -> dict[str, str]:
    if run.attempt is not None:
        return {link.type: link.version for link in run.attempt.configs}
    return {type: wish or "main" for type, wish in (run.job.configs or {}).items()}


def _wants(job: Job) -> str:
    return ", ".join(f"{name}={units}" for name, units in sorted(job.resources.items()))


def _limit(seconds: float | None) -> str:
    return "" if seconds is None else format_duration(seconds)


def _environment(one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted({*one, *other}):
        before, after = one.get(name), other.get(name)
        if before == after:
            continue
        if hides(name, before or "") or hides(name, after or ""):
            before, after = (None if value is None else MASK for value in (before, after))
        yield Difference(f"environment {name}", before, after, name not in RESTLESS)


# -- what files told ------------------------------------------------------------------------------------


def _files(one: Run, other: Run) -> Iterator[Difference]:
    if not (one.frozen and other.frozen):
        return
    before, after = one.came.interpreter, other.came.interpreter
    for name in ("program", "interpreter", "real", "python"):
        yield from _plain(name, before.get(name, ""), after.get(name, ""))
    yield from _git(one.came.git, other.came.git)


def _git(one: GitState, other: GitState) -> Iterator[Difference]:
    yield from _plain("repository", one.root or one.why, other.root or other.why)
    yield from _plain("revision", one.revision, other.revision)
    yield from _plain("branch", one.branch, other.branch)
    before, after = _chunks(one.diff), _chunks(other.diff)
    for name in sorted({*before, *after}):
        yield from _text(f"uncommitted {name}", before.get(name), after.get(name))
    yield from _plain("new files", "\n".join(one.untracked), "\n".join(other.untracked))


def _chunks(diff: str) -> dict[str, str]:
    """A diff's part for each file, by the file's name."""
    found: dict[str, str] = {}
    for part in ("\n" + diff).split("\ndiff --git ")[1:]:
        head = part.partition("\n")[0]
        found[head.rpartition(" b/")[2] or head] = part
    return found


# -- what came out --------------------------------------------------------------------------------------


def _outcome(one: Run, other: Run) -> Iterator[Difference]:
    sides = [_ended(run) for run in (one, other)]
    for name in ("state", "cause", "exit code", "signal", "message"):
        yield from _plain(name, sides[0][name], sides[1][name], counts=name != "message")


def _ended(run: Run) -> dict[str, str]:
    end: Attempt | Job = run.attempt or run.job
    state = run.job.state if run.attempt is None else run.attempt.state
    return {
        "state": state.value, "cause": end.cause.value if end.cause else "", "exit code": _shown(end.exit_code),
        "signal": _shown(end.signal), "message": end.message,
    }  # fmt: skip


def _measured(one: Run, other: Run) -> Iterator[Difference]:
    sides = [_figures(run.attempt) for run in (one, other)]
    for name in {**sides[0], **sides[1]}:
        yield from _plain(name, sides[0].get(name, ""), sides[1].get(name, ""), counts=False)


def _figures(attempt: Attempt | None) -> dict[str, str]:
    if attempt is None:
        return {}
    figures = {}
    if attempt.started_at is not None and attempt.ended_at is not None:
        figures["time"] = people_duration(attempt.ended_at - attempt.started_at)
    if attempt.cpu_seconds is not None:
        figures["cpu"] = people_duration(attempt.cpu_seconds)
    sizes = {"memory": attempt.max_rss, "stdout": attempt.stdout_bytes, "stderr": attempt.stderr_bytes}
    return figures | {name: people_size(size) for name, size in sizes.items() if size is not None}


# -- a difference ---------------------------------------------------------------------------------------


def _plain(what: str, one: str, other: str, counts: bool = True) -> Iterator[Difference]:
    if one != other:
        yield Difference(what, one or None, other or None, counts)


def _text(what: str, one: str | None, other: str | None) -> Iterator[Difference]:
    """A text of several lines is compared line by line."""
    if one == other:
        return
    before, after = (one or "").splitlines(), (other or "").splitlines()
    long = max(len(before), len(after))
    if long <= 1 or long > LONGEST:
        yield Difference(what, _head(before), _head(after), True)
    else:
        lines = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
        yield Difference(what, _head(before), _head(after), True, tuple(lines))


def _head(lines: list[str]) -> str | None:
    if len(lines) <= 1:
        return lines[0] if lines else None
    return f"{len(lines)} lines"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
