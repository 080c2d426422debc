"""What an experiment registers with atexit in a warm station: it runs at the end of its attempt, as in a process.

The station's own, and what libraries register for themselves, wait for the end of the station.
"""

from __future__ import annotations

import atexit
import sys
from typing import Any, Callable, Dict, List, Tuple

from . import guards

Function = Callable[..., Any]


class Farewell:
    """Stands in for ``atexit.register`` and ``unregister``. *goes*: whether a module goes with its attempt."""

    def __init__(self, goes: Callable[[str], bool]) -> None:
        self._goes = goes
        self._functions: List[Tuple[Function, Tuple[Any, ...], Dict[str, Any]]] = []
        self._register, self._unregister = atexit.register, atexit.unregister

    def stand_in(self) -> None:
        """From now on, for good."""
        atexit.register, atexit.unregister = self.register, self.unregister  # type: ignore[assignment]

    def register(self, function: Function, *args: Any, **kwargs: Any) -> Function:
        """As atexit does it; what a module of the attempt registers runs with :meth:`run`."""
        if self._goes(str(sys._getframe(1).f_globals.get("__name__"))):
            self._functions.append((function, args, kwargs))
            return function
        return self._register(function, *args, **kwargs)

    def unregister(self, function: Function) -> None:
        """As atexit does it."""
        self._functions = [one for one in self._functions if one[0] != function]
        self._unregister(function)

    def run(self) -> None:
        """Run them, the last one first; what one raises is told."""
        while self._functions:
            function, args, kwargs = self._functions.pop()
            try:
                function(*args, **kwargs)
            except BaseException as error:
                guards.tell(error)
