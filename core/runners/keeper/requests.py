"""What workers ask, one method a request; answers are events, never return values."""

from __future__ import annotations

import os

from ..base import Held
from . import files, pidfd, protocol, spawn, system, telling
from .hub import Client
from .jobs import held_as
from .keeper import Keeper
from .protocol import Message


class Requests:
    """Takes messages to the keeper. A request that makes no sense is told in the keeper's log and forgotten."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self.asked = False  # since it was last reset
        self._handlers = {
            "start": self._start,
            "adopt": self._adopt,
            "disown": self._disown,
            "stop": self._stop,
            "ack": self._acknowledge,
            "lane": self._lane,
        }

    def welcome(self, client: Client) -> None:
        """Tell a new connection what is here: who we are, what runs, what has ended and is not acknowledged."""
        keeper = self._keeper
        self.asked = True
        hello = {"ev": "hello", "pid": os.getpid(), "tokens": keeper.tokens()}
        keeper.hub.say(client, protocol.line(hello))
        for job in keeper.jobs.values():
            if job.status is None:
                keeper.hub.say(client, telling.started_line(job), job.pidfd)
        for line in keeper.outcomes.pending.values():
            keeper.hub.say(client, line)

    def take(self, client: Client, message: Message) -> None:
        """Do what *message* asks."""
        self.asked = True
        try:
            self._handlers[message["op"]](client, message)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            system.tell(f"a request that makes no sense: {error!r}")

    def _start(self, client: Client, message: Message) -> None:
        if "env" in message:
            client.env = message["env"]
        spec = protocol.spec_of(message, client.env)
        keeper = self._keeper
        if spec.token in keeper.refused:
            keeper.disowned(spec.token, "never")
        elif not self._known(spec.token):
            keeper.lanes.add(spec)

    def _adopt(self, client: Client, message: Message) -> None:
        fd = client.take_fd() if message.get("pidfd") else -1
        held = protocol.held_of(message)
        if self._known(held.token):
            pidfd.shut(fd)
            self._repeat(client, held.token)
        else:
            self._keeper.find(held, fd, "adopt")
        if held.stop:
            self._stop_token(held.token, held.stop)

    def _disown(self, client: Client, message: Message) -> None:
        fd = client.take_fd() if message.get("pidfd") else -1
        held = protocol.held_of(message)
        if not self._known(held.token):
            self._keeper.find(held, fd, "disown")
            return
        pidfd.shut(fd)
        if held.token in self._keeper.lanes:
            self._take_back(held)
        else:
            ended = held.token in self._keeper.outcomes
            self._keeper.disowned(held.token, "ended" if ended else "runs")
            self._repeat(client, held.token)

    def _known(self, token: str) -> bool:
        keeper = self._keeper
        return token in keeper.jobs or token in keeper.lanes or token in keeper.outcomes

    def _repeat(self, client: Client, token: str) -> None:
        """Tell again what was told before."""
        keeper = self._keeper
        job = keeper.jobs.get(token)
        if job is not None and job.status is None:
            keeper.hub.say(client, telling.started_line(job), job.pidfd)
        if token in keeper.outcomes:
            keeper.hub.say(client, keeper.outcomes.pending[token])

    def _take_back(self, held: Held) -> None:
        """Never start what waits; said once the promise is on disk."""
        keeper = self._keeper
        keeper.lanes.remove(held.token)
        try:
            files.write_tombstone(held.folder, spawn.intent(held.token, held.job))
        except FileExistsError:
            keeper.find(held, -1, "disown")
        except OSError as error:
            keeper.refused.add(held.token)
            keeper.disowned(held.token, "unknown", f"cannot promise it in {held.folder}: {error.strerror}")
        else:
            keeper.disowned(held.token, "never")

    def _stop(self, client: Client, message: Message) -> None:
        self._stop_token(message["token"], message["why"])

    def _stop_token(self, token: str, why: str) -> None:
        job = self._keeper.jobs.get(token)
        if job is not None:
            self._keeper.stop(job, why)
        elif spec := self._keeper.lanes.find(token):
            self._take_back(held_as(spec))

    def _acknowledge(self, client: Client, message: Message) -> None:
        self._keeper.outcomes.acknowledge(message["tokens"])

    def _lane(self, client: Client, message: Message) -> None:
        self._keeper.lanes.set(message["lane"], int(message["slots"]))
