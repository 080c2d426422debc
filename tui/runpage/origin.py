"""Where a run came from: the configs that it ran with, its code and surroundings, and what differs since the last."""

from __future__ import annotations

import os
import shlex

from jobyard.core.labmodels import ConfigLink
from jobyard.core.models import Difference, Provenance

from ..describe import origin as told
from ..describe.rows import LABEL, Frame, Link, Row, Rows, bulleted, heading, labelled, sentence
from ..format import short_id
from ..text import plain
from .model import Seen

WORDS = 200  # of a command line
MOST = 12  # differences that are named
MEASURED = ("state", "cause", "exit code", "signal", "message")  # what came of it: it stands above
SIDE = 60  # characters of one side of a difference


def origin(seen: Seen, frame: Frame) -> Rows:
    """Configs, differences, provenance."""
    yield from _configs(seen, frame)
    yield from _since(seen, frame)
    yield from _provenance(seen, frame)


# -- configs ----------------------------------------------------------------------------------------------


def _configs(seen: Seen, frame: Frame) -> Rows:
    """A line for each version that it ran with, which leads there, and whether that is still main."""
    attempt = seen.attempt
    if attempt is not None and attempt.configs:
        yield heading("configs", frame)
        for link in attempt.configs:
            yield _version(link, seen)
    elif attempt is None and seen.job.configs:
        yield heading("configs", frame, "that it asks for")
        for type, wish in seen.job.configs.items():
            yield Row([(plain(type), ""), (f"  {plain(wish) or '(main)'}", "dim")], Link("config", f"{type} {wish}"))


def _version(link: ConfigLink, seen: Seen) -> Row:
    kind = seen.kinds.get(link.type)
    main = kind.main.id if kind is not None and kind.main is not None else ""
    state = ("✓ main", "completed") if main == link.version else (f"≠ main is {_beside(main, link.version)}", "warning")
    line = [(plain(link.type), ""), (f"  {link.version}  ", "dim"), state]
    return Row(line, Link("config", f"{link.type} {link.version}"))


def _beside(main: str, version: str) -> str:
    """``…-00002`` of another version of the same day."""
    head, dash, number = main.rpartition("-")
    return f"…-{number}" if dash and version.startswith(head + dash) else main or "none"


# -- code and surroundings --------------------------------------------------------------------------------


def _provenance(seen: Seen, frame: Frame) -> Rows:
    came = seen.dossier.deeper.provenance if seen.dossier.deeper is not None else None
    if came is None:
        return
    yield heading("provenance", frame)
    unsure = seen.last and seen.dossier.unsure
    yield from labelled("code", told.GATHERING if unsure else told.git_text(came.git), frame, style="")
    yield from labelled("repository", plain(came.git.root), frame)
    yield from labelled("interpreter", told.program_text(came), frame)
    yield from _argv(came, frame)
    yield from labelled("folder", plain(came.cwd), frame)
    yield from labelled("host", plain(f"{came.host} · {came.kernel}"), frame)
    yield from labelled("account", plain(f"{came.user} · jobyard {came.version}"), frame)
    yield from labelled("environment", told.environment_text(came), frame)


def _argv(came: Provenance, frame: Frame) -> Rows:
    """In a line, else in two lines with the last parts of its paths; of what is longer still the middle is left out."""
    words, room = came.argv[:WORDS], max(8, frame.width - LABEL - 1)
    text = plain(shlex.join(words))
    if len(text) > room:
        text = plain(" ".join(map(_shortly, words)))
    parts = [text] if len(text) <= room else [f"{text[:room]}…", f"…{text[max(room, len(text) - room) :]}"]
    for number, part in enumerate(parts):
        yield Row([(("" if number else "argv").ljust(LABEL), "faint"), (part, "dim")])


def _shortly(word: str) -> str:
    """The last part of a path."""
    return f"…/{os.path.basename(word)}" if word[:1] == "/" else shlex.quote(word)


# -- since the run before ---------------------------------------------------------------------------------


def _since(seen: Seen, frame: Frame) -> Rows:
    """What made this run otherwise than the one before."""
    before = seen.before
    if before is None:
        return
    own = before.job == seen.job.id
    called = f"attempt {before.number}" if own else short_id(before.job)
    yield heading("since", frame, f"{called} · {frame.key('run-differ')} shows all")
    link = Link("attempt", str(before.number)) if own else Link("run", f"{before.job} {before.number}")
    by = f"  {plain(before.user)}" if before.user and before.user != seen.job.user else ""
    yield Row([("the run before  ", "faint"), (f"{before.job}{by}", "dim")], link)
    found = [one for one in before.comparison.differences if one.counts and one.what not in MEASURED]
    for one in found[:MOST]:
        yield from bulleted("≠ ", difference(one), "", frame)
    if len(found) > MOST:
        yield from sentence(f"and {len(found) - MOST} more", frame)
    elif not found:
        yield from sentence("✓ nothing that made it differs", frame)


def difference(one: Difference) -> str:
    """``revision  1a2b → 3c4d``; of texts of several lines how many differ."""
    if one.lines:
        changed = sum(line[:1] in "+-" for line in one.lines)
        return f"{plain(one.what)}  {changed} lines"
    return f"{plain(one.what)}  {_side(one.one)} → {_side(one.other)}"


def _side(text: str | None) -> str:
    shown = plain(text[: SIDE + 1]) if text else "–"
    return f"{shown[:SIDE]}…" if len(shown) > SIDE else shown
