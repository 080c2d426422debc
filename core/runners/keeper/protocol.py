"""The dataclasses of the seam as JSON objects, and back.

To the keeper: ``op`` = start, adopt, disown, stop, ack, lane. From it: ``ev`` = hello, started, ended, disowned,
noted. ``"pidfd": true`` says that the line takes the next descriptor that came along. A start without ``env``
has that of the start before it on the same connection: jobs of one submit share theirs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..base import Connected, Disowned, Ended, Held, Noted, Outcome, RunnerEvent, Started, StartSpec

Message = dict[str, Any]

_SPEC = tuple(field.name for field in fields(StartSpec) if field.name != "env")
_HELD = tuple(field.name for field in fields(Held))
_OUTCOME = tuple((field.name, field.default) for field in fields(Outcome))
_encode = json.JSONEncoder(separators=(",", ":")).encode


def line(message: Message) -> bytes:
    """One message on the wire. Text that was not UTF-8 travels as lone surrogates, escaped."""
    return _encode(message).encode("ascii") + b"\n"


def parsed(data: bytes) -> Message:
    """The message of one line; an empty one if it is none."""
    try:
        message = json.loads(data)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def start_message(spec: StartSpec, with_env: bool) -> Message:
    """The request to start *spec*."""
    message: Message = {"op": "start"}
    message.update((name, getattr(spec, name)) for name in _SPEC)
    if with_env:
        message["env"] = dict(spec.env)
    return message


def spec_of(message: Message, env: Mapping[str, str]) -> StartSpec:
    """The start that a message asks for."""
    values = {name: message[name] for name in _SPEC if name in message}
    values["argv"] = tuple(values["argv"])
    return StartSpec(env=env, **values)


def held_message(op: str, held: Held, pidfd: bool) -> Message:
    """The request to adopt or disown *held*."""
    return {"op": op, "pidfd": pidfd, **{name: getattr(held, name) for name in _HELD}}


def held_of(message: Message) -> Held:
    """The attempt that an adopt or disown names."""
    return Held(**{name: message[name] for name in _HELD if name in message})


def ended_message(outcome: Outcome) -> Message:
    """An outcome without what is left at its default; also a line of the outcomes log, and ``result.json``."""
    message: Message = {"ev": "ended"}
    for name, default in _OUTCOME:
        value = getattr(outcome, name)
        if value != default or name == "started_at":
            message[name] = value
    return message


def outcome_of(message: Message) -> Outcome:
    """The outcome in a message. Raises KeyError or TypeError when there is none."""
    values = {name: message[name] for name, _ in _OUTCOME if name in message}
    if not isinstance(values["token"], str):
        raise TypeError("an outcome without a token")
    return Outcome(**values)


def event_of(message: Message) -> RunnerEvent | None:
    """What the keeper says, as the worker hears it; None for what a newer keeper may say beyond that."""
    match message.get("ev"):
        case "hello":
            return Connected(message["pid"], frozenset(message["tokens"]))
        case "started":
            return Started(message["token"], message["pid"], message["at"])
        case "ended":
            return Ended(outcome_of(message))
        case "disowned":
            return Disowned(message["token"], message["answer"], message.get("why", ""))
        case "noted":
            return Noted(message["token"], message["text"])
    return None
