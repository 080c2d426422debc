"""A word to somebody who looks elsewhere: the bell, and OSC 9, which terminals show as the desktop's notification.

Of OSC 9 and OSC 777 only the first is sent: terminals that know both would show two. What begins with a number and a
semicolon means something else there (progress, in several terminals), hence our name before the text. tmux hands it
on only if it is allowed to (``allow-passthrough``); without that it hears the bell alone.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from .text import plain

LONGEST = 200  # characters
BELL = "\a"
PATIENCE = 1.0  # seconds for tmux to say what it allows


def notification(text: str, env: Mapping[str, str] = os.environ) -> str:
    """What to write to the terminal; asks tmux, so it belongs to a thread."""
    sequence = f"\x1b]9;jobyard: {_safe(text)}\x1b\\"
    if env.get("TMUX"):
        return BELL + (_through_tmux(sequence) if _tmux_allows(env) else "")
    return BELL + ("" if env.get("STY") or env.get("TERM") in ("dumb", "linux") else sequence)


def _safe(text: str) -> str:
    """Without control characters, in whatever form: the text ends where the sequence ends."""
    return "".join(char for char in plain(text) if char.isprintable())[:LONGEST]


def _through_tmux(sequence: str) -> str:
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def _tmux_allows(env: Mapping[str, str]) -> bool:
    pane = ["-t", env["TMUX_PANE"]] if env.get("TMUX_PANE") else []
    command = ["tmux", "show-options", "-Apv", *pane, "allow-passthrough"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=dict(env), check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.stdout.strip() in ("on", "all")
