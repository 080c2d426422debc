"""What a worker carries from turn to turn: news that are not committed yet, and when something is due."""

from __future__ import annotations

from collections.abc import Callable

from .errors import JobyardError
from .runners.base import Ended

BACK_OFF = 1.0  # seconds after a store or keeper that could not be used
BURY = 2.0  # seconds between looks for workers that died
BACK = 1.0  # seconds by which a wall clock is set back before anybody looks what that means


class Inbox:
    """What the runner told and the store does not know yet; kept until a commit has it."""

    def __init__(self) -> None:
        self.started: list[tuple[str, int, float]] = []
        self.returned: list[str] = []
        self.notes: list[tuple[str, str]] = []
        self.ends: dict[str, Ended] = {}

    def __bool__(self) -> bool:
        return bool(self.started or self.returned or self.notes or self.ends)

    def lasting(self) -> list[tuple[str, int, float]]:
        """The starts whose ends are not known yet; an end tells of its start too."""
        return [start for start in self.started if start[0] not in self.ends]

    def clear_all_but_ends(self) -> None:
        """After a commit; ends go one by one, since a commit takes only so many."""
        self.started, self.returned, self.notes = [], [], []


class Timers:
    """When something is due. Durations by the monotonic clock, ``wall`` by the store's."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}
        self._data_version = -1
        self.reconnect = False
        self.readopt = float("inf")
        self.wall: float | None = None
        self._claims_from = float("-inf")
        self._ahead = float("inf")  # the wall clock, before the one that only goes on

    def due(self, name: str, every: float) -> bool:
        """Whether *every* seconds have passed since it was due last."""
        now = self._clock()
        if now - self._last.get(name, now - every - 1) < every:
            return False
        self._last[name] = now
        return True

    def wall_due(self, now: float) -> bool:
        """Whether a delayed job or a paused queue has come due."""
        return self.wall is not None and now >= self.wall

    def went_back(self, now: float) -> bool:
        """Whether the wall clock, which shows *now*, has been set back since it was followed last; true at first."""
        return now - self._clock() < self._ahead - BACK

    def follow_wall(self, now: float) -> None:
        """What that means has been done."""
        self._ahead = now - self._clock()

    def pause_claims(self, seconds: float) -> None:
        """Claim nothing for a while."""
        self._claims_from = self._clock() + seconds

    def claims_paused(self) -> bool:
        """Whether nothing may be claimed yet."""
        return self._clock() < self._claims_from

    def pause_over(self) -> bool:
        """Whether a pause of the claims has just ended; true once."""
        over = self._claims_from > float("-inf") and not self.claims_paused()
        if over:
            self._claims_from = float("-inf")
        return over

    def next_in(self, now: float) -> float:
        """Seconds until something is due."""
        waits = [BURY, self.readopt - self._clock()]
        if self._claims_from > float("-inf"):
            waits.append(self._claims_from - self._clock())
        if self.wall is not None:
            waits.append(self.wall - now)
        if self.reconnect:
            waits.append(BACK_OFF)
        return max(0.0, min(waits))

    def data_changed(self, database: object) -> bool:
        """Whether another connection has committed since the last call."""
        try:
            version = database.data_version()  # type: ignore[attr-defined]
        except JobyardError:
            return False  # the next turn meets the same trouble, and deals with it
        changed = version != self._data_version
        self._data_version = version
        return bool(changed)
