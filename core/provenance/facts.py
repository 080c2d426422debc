"""What files tell about an attempt when it starts, kept for a second: jobs of one submit share it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import gitdiff, gitfiles, interpreter

FRESH = 1.0  # seconds that an answer serves
SHARE = 0.1  # of one core that git may take while jobs keep starting
MOST_KEPT = 256  # answers


class Question(NamedTuple):
    """What the facts depend on: the command's first word, the folder, and the PATH."""

    word: str
    cwd: str
    path: str


class Facts(NamedTuple):
    """``told`` is plain JSON but for the diff, which is large and shared; taken at wall time *at* (seconds)."""

    told: dict[str, Any]
    diff: bytes
    at: float


class _Kept(NamedTuple):
    until: float
    repository: gitfiles.Repository | None
    watched: tuple[object, ...]
    facts: Facts


class _Diff(NamedTuple):
    until: float
    watched: tuple[object, ...]
    dirty: gitdiff.Dirty
    at: float


class FactFinder:
    """Finds facts, and remembers them for a second. Looking is for a thread of its own."""

    def __init__(
        self,
        wall: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        given_up: Callable[[], bool] = lambda: False,
        git: Callable[[], bool] = lambda: True,
    ) -> None:
        self._wall, self._clock, self._given_up, self._git = wall, clock, given_up, git
        self._kept: dict[Question, _Kept] = {}
        self._diffs: dict[str, _Diff] = {}

    def known(self, question: Question) -> Facts | None:
        """The facts, if they were found within the last second and nothing has been committed or added since."""
        kept = self._kept.get(question)
        if kept is None or self._clock() >= kept.until:
            return None
        if kept.repository is not None and gitfiles.watched(kept.repository) != kept.watched:
            return None
        return kept.facts

    def look(self, question: Question) -> Facts:
        """The facts, found now; git may take its time."""
        found = self.known(question)
        if found is not None:
            return found
        told: dict[str, Any] = {"interpreter": interpreter.program((question.word,), question.cwd, question.path)}
        repository = gitfiles.find(question.cwd) if self._git() else None
        watched = gitfiles.watched(repository) if repository else ()
        at = self._wall()
        diff = b""
        if repository is None:
            told["git"] = {"why": "not in a git repository" if self._git() else "switched off"}
        else:
            told["git"], diff, at = self._state(repository, watched)
        facts = Facts(told, diff, at)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[question] = _Kept(self._clock() + FRESH, repository, watched, facts)
        return facts

    def _state(
        self, repository: gitfiles.Repository, watched: tuple[object, ...]
    ) -> tuple[dict[str, Any], bytes, float]:
        head = gitfiles.head(repository)
        state: dict[str, Any] = {"root": repository.root, "revision": head.revision, "branch": head.branch}
        why, dirty, at = head.why, gitdiff.Dirty(), self._wall()
        if head.revision:
            dirty, at = self._dirty(repository.root, watched)
            why = dirty.why
        elif not why:
            why = "nothing is committed yet"
        state |= {"cut": dirty.cut, "untracked": list(dirty.untracked), "more": dirty.more, "why": why}
        return state, dirty.diff, at

    def _dirty(self, root: str, watched: tuple[object, ...]) -> tuple[gitdiff.Dirty, float]:
        """What is not committed; a repository that takes git long is asked less often."""
        kept = self._diffs.get(root)
        if kept is not None and self._clock() < kept.until and kept.watched == watched:
            return kept.dirty, kept.at
        began, at = self._clock(), self._wall()
        dirty = gitdiff.take(root, self._given_up)
        now = self._clock()
        if len(self._diffs) >= MOST_KEPT:
            self._diffs.clear()
        self._diffs[root] = _Diff(now + max(FRESH, (now - began) / SHARE), watched, dirty, at)
        return dirty, at


def question(argv: Sequence[str], cwd: str, path: str) -> Question:
    """The question that an attempt's facts answer."""
    return Question(argv[0] if argv else "", cwd, path)
