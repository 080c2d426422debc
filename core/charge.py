"""What a worker answers for: attempts by token, which of them have not started, and how long jobs took lately."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Set
from statistics import median

from . import kinds
from .errors import Unknown
from .launch import held_of
from .models import Result
from .runners.base import Held, StartSpec
from .store.workers import Running

REMEMBERED = 9  # durations of a queue's last jobs
LATELY = 2.0  # seconds; what ended earlier says nothing of what ends next


class Charge:
    """The attempts of one worker. Nothing here outlives it: the store and the keeper know them too."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.held: dict[str, Held] = {}
        self.waiting: set[str] = set()  # of these, handed to the keeper and not started
        self.leaving: dict[str, str] = {}  # those whose kind leaves something: its name
        self._queue_of: dict[str, int] = {}
        self._recent: dict[int, deque[tuple[float, float]]] = {}  # when it ended, how long it took

    def __contains__(self, token: object) -> bool:
        return token in self.held

    def __len__(self) -> int:
        return len(self.held)

    def beside(self, leaving: Set[str]) -> int:
        """How many remain once *leaving* (some of which may be others') are gone."""
        return len(self.held.keys() - leaving)

    def take(self, spec: StartSpec, queue: int, kind: str) -> None:
        """One that was claimed and is about to be handed to the keeper."""
        self._see(spec.token, kind)
        self.held[spec.token] = held_of(spec)
        self.waiting.add(spec.token)
        self._queue_of[spec.token] = queue

    def adopt(self, held: Iterable[Held]) -> None:
        """Some that others, or the store, knew before."""
        self.held.update((one.token, one) for one in held)

    def belong(self, known: Iterable[Running]) -> None:
        """Whose queue's they are, and which have not started as far as the store knows."""
        for running in known:
            self._queue_of[running.token] = running.queue_id
            self._see(running.token, running.kind)
            if not running.started:
                self.waiting.add(running.token)

    def _see(self, token: str, kind: str) -> None:
        if leaves(kind):
            self.leaving[token] = kind

    def drop(self, tokens: Collection[str], results: Iterable[Result]) -> None:
        """These are over; how long they took is remembered."""
        for result in results:
            self._remember(result)
        for token in tokens:
            self.held.pop(token, None)
            self.waiting.discard(token)
            self._queue_of.pop(token, None)
            self.leaving.pop(token, None)

    def _remember(self, result: Result) -> None:
        queue = self._queue_of.get(result.token)
        if queue is not None and result.started_at is not None:
            recent = self._recent.setdefault(queue, deque(maxlen=REMEMBERED))
            recent.append((self._clock(), max(0.0, result.ended_at - result.started_at)))

    def medians(self) -> dict[int, float]:
        """How long a queue's jobs have taken lately (seconds), by queue; none where none has ended lately."""
        since = self._clock() - LATELY
        lately = {queue: [took for at, took in recent if at >= since] for queue, recent in self._recent.items()}
        return {queue: median(some) for queue, some in lately.items() if some}


def leaves(kind: str) -> bool:
    """Whether attempts of this kind leave something that decides over their end."""
    try:
        return kinds.get(kind).leaves
    except Unknown:  # of another version of jobyard: its start has told
        return False
