"""A warm station: one process that holds the connections to instruments, and runs one attempt after the other.

Its guard (core/lab/guard.py) starts it, hands it attempts, and ends it: after an attempt that failed or was stopped,
when files of its own have changed, and at once when the attempt's own process is killed. Nothing is asked of it then.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import threading
from typing import Any, Callable, Dict, Iterator, List

from . import finding, guards, hardware, wire
from .attrdict import AttrDict
from .farewell import Farewell
from .modules import Modules
from .request import Request
from .surroundings import Surroundings

Main = Callable[..., int]


def serve(control: int, main: Main) -> None:
    """Run what comes through the socket *control* with *main*, until its other end is closed."""
    with socket.socket(fileno=control) as guard:
        station = Station(guard, main)
        while True:
            order, fds = wire.receive(guard)
            if order is None:
                return
            station.attend(order, fds)


class Station:
    """What is kept from one attempt to the next."""

    def __init__(self, guard: socket.socket, main: Main) -> None:
        self._guard, self._main = guard, main
        self._surroundings, self._modules = Surroundings(), Modules()
        self._making = False  # what is registered with atexit meanwhile is the station's
        self._farewell = Farewell(lambda module: not self._making and self._modules.goes(module))
        self._farewell.stand_in()
        self._answering, self._answered = threading.Lock(), False
        self._name = ""
        self._threads = set(threading.enumerate())
        self._kept: List[Any] = []  # the station, once it is made

    def attend(self, order: Dict[str, Any], fds: List[int]) -> None:
        """Run the attempt of *order*, or say why the station has to be made anew for it."""
        answer: Dict[str, Any] = {}
        self._answered = False
        try:
            answer = self._answer(order, fds)
        finally:
            for fd in fds:
                os.close(fd)
        self._tell(answer)
        if "code" in answer:
            self._modules.forget()

    def _tell(self, answer: Dict[str, Any]) -> None:
        """Answer once."""
        with self._answering:
            if not self._answered:
                self._answered = True
                wire.send(self._guard, answer)

    def _answer(self, order: Dict[str, Any], fds: List[int]) -> Dict[str, Any]:
        changed = self._modules.changed()
        if changed:
            return {"again": f"{changed} has changed"}
        self._modules.begin()
        try:
            self._surroundings.enter(order, fds)
            finding.search_first(order["paths"])
            moved = self._modules.moved(self._name) if self._name else ""
            if moved:
                return {"again": f"its module is found in {moved} now"}
            code = self._run(order)
            self._part(code)
            return {"code": code, "left": self._threads_left()}
        except OSError as error:
            os.write(2, f"{error}\n".encode("utf-8", "replace"))
            return {"code": 1}
        finally:
            self._surroundings.leave()

    def _run(self, order: Dict[str, Any]) -> int:
        if not self._kept and order["station"]:
            self._import_first(order["station"].partition(":")[0])
        return self._main(order["request"], self._opened)

    def _part(self, code: int) -> None:
        """Run what the attempt has registered with atexit; when that takes too long the attempt ends without it."""
        late = {"code": code, "left": "what it registered with atexit, which does not end"}
        watch = threading.Timer(guards.PATIENCE, self._tell, [late])
        watch.daemon = True
        watch.start()
        self._farewell.run()
        watch.cancel()
        watch.join()

    def _threads_left(self) -> str:
        """A thread that the attempt has left behind, for people; it might go on measuring. "" where there is none."""
        found = [one.name for one in threading.enumerate() if one not in self._threads and not _is_harmless(one)]
        return f"a thread ({', '.join(found[:3])})" if found else ""

    def _import_first(self, module: str) -> None:
        """Import the station's modules before any of the experiment, so that what both use is known as the station's.

        What is wrong with them is told by the attempt, which imports them again.
        """
        try:
            with self._keeping():
                importlib.import_module(module)
        except Exception:
            return
        self._name = module
        self._modules.keep_new()

    def _opened(self, request: Request, config: AttrDict) -> Any:
        if request.mock and hardware.seed_of(config) is not None:  # every run is to have the same noise
            return hardware.open_station(request, config)
        if not self._kept:
            self._modules.note()
            with self._keeping():
                self._kept.append(hardware.open_station(request, config))
            self._modules.keep_new()
            self._threads.update(threading.enumerate())
            wire.send(self._guard, {"made": True})  # processes that live by now are the station's
            wire.receive(self._guard)
        return self._kept[0]

    @contextlib.contextmanager
    def _keeping(self) -> Iterator[None]:
        """What is set and registered in here is the station's."""
        self._making = True
        try:
            with self._surroundings.keeping():
                yield
        finally:
            self._making = False


def _is_harmless(thread: threading.Thread) -> bool:
    """A progress bar's own."""
    return type(thread).__module__.partition(".")[0] == "tqdm"
