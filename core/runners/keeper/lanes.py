"""Lanes: how many attempts of a queue run at once, and which wait, first come first served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..base import StartSpec


@dataclass(slots=True)
class Lane:
    """One queue, over all workers."""

    slots: int
    running: int = 0
    waiting: dict[str, StartSpec] = field(default_factory=dict)


class Lanes:
    """All lanes that hold something."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}
        self._lane_of: dict[str, str] = {}

    def __contains__(self, token: str) -> bool:
        return token in self._lane_of

    @property
    def waiting(self) -> bool:
        """Whether anything waits."""
        return bool(self._lane_of)

    def tokens(self) -> list[str]:
        """Those that wait."""
        return list(self._lane_of)

    def find(self, token: str) -> StartSpec | None:
        """What waits under *token*."""
        name = self._lane_of.get(token)
        return None if name is None else self._lanes[name].waiting[token]

    def add(self, spec: StartSpec) -> None:
        """Let *spec* wait at the end of its lane."""
        self._at(spec.lane, spec.lane_slots).waiting[spec.token] = spec
        self._lane_of[spec.token] = spec.lane

    def remove(self, token: str) -> StartSpec | None:
        """Take *token* out of its lane, if it still waits."""
        name = self._lane_of.pop(token, None)
        if name is None:
            return None
        spec = self._lanes[name].waiting.pop(token)
        self._tidy(name)
        return spec

    def set(self, name: str, slots: int) -> None:
        """The number of a lane's slots has changed; a lane that holds nothing hears it with its next start."""
        if name in self._lanes:
            self._lanes[name].slots = slots

    def enter(self, name: str, slots: int) -> None:
        """One more runs in the lane, whether there is room or not (an adopted one runs already)."""
        self._at(name, slots).running += 1

    def leave(self, name: str) -> None:
        """One of the lane has ended."""
        self._lanes[name].running -= 1
        self._tidy(name)

    def take(self, limit: int) -> Iterator[StartSpec]:
        """Up to *limit* attempts that may start now. Each has entered its lane; it leaves if it cannot start."""
        for lane in list(self._lanes.values()):
            while lane.waiting and lane.running < lane.slots:
                if limit <= 0:
                    return
                limit -= 1
                lane.running += 1
                token = next(iter(lane.waiting))
                del self._lane_of[token]
                yield lane.waiting.pop(token)

    def ready(self) -> bool:
        """Whether anything could start at once."""
        return any(lane.waiting and lane.running < lane.slots for lane in self._lanes.values())

    def _at(self, name: str, slots: int) -> Lane:
        lane = self._lanes.setdefault(name, Lane(slots))
        lane.slots = slots
        return lane

    def _tidy(self, name: str) -> None:
        lane = self._lanes[name]
        if not lane.waiting and lane.running <= 0:
            del self._lanes[name]
