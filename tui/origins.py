"""Where an attempt came from, as names and values: for the command line and the app."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.core.models import GitState, Provenance
from jobyard.core.yard import one_line, visible

NEW_FILES_SHOWN = 10
Facts = Iterator[tuple[str, str]]


def program(came: Provenance) -> Facts:
    """What was run, where, by which interpreter."""
    yield "command", visible(one_line(came.argv))
    yield "folder", visible(came.cwd)
    yield "umask", f"{came.umask:03o}"
    yield from ((name, visible(value)) for name, value in came.interpreter.items())


def repository(git: GitState, more: str = "") -> Facts:
    """Where the code stood. *more* says where the whole diff is."""
    yield "repository", visible(git.root)
    yield "revision", visible(" ".join(filter(None, (git.revision, f"({git.branch})" if git.branch else ""))))
    if git.revision and not git.why:
        yield "uncommitted", _diff_size(git, more)
        names = [visible(name) for name in git.untracked[:NEW_FILES_SHOWN]]
        left_out = git.more or len(git.untracked) > len(names)
        yield "new files", "\n".join([*names, "and more"] if left_out else names)
    yield "git", visible(git.why)


def _diff_size(git: GitState, more: str) -> str:
    """``42 lines of diff``."""
    if not git.diff:
        return "none"
    lines = git.diff.count("\n")
    return f"{lines} line{'' if lines == 1 else 's'} of diff{', cut off there' if git.cut else ''}{more}"


def changed_lines(diff: str) -> tuple[int, int]:
    """How many lines a unified diff adds and takes away."""
    heads = ("+++", "---")
    lines = [line for line in diff.splitlines() if not line.startswith(heads)]
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def surroundings(came: Provenance) -> Facts:
    """On which host, as whom, with what of the resources."""
    yield "host", visible(came.host)
    yield "kernel", visible(came.kernel)
    yield "user", visible(came.user)
    yield "jobyard", visible(came.version)
    yield "granted", visible(", ".join(f"{name}={units}" for name, units in came.grants.items()))
