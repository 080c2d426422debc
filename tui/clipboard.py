"""The clipboard of whoever sits at the terminal, also over SSH and inside tmux: OSC 52.

The terminal is asked to take the text; it does not answer, and some do not do it. So a copy is always told with the
text itself, which can be selected.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

CAREFUL = 74_994  # bytes: xterm and others take a hundred thousand characters of base64, which is this much
WITHOUT = {"linux", "dumb", "vt100", "vt102", "vt220"}  # terminals that have no clipboard


def has_clipboard(env: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal may have one; many do, and none says so."""
    return bool(env.get("TMUX")) or env.get("TERM", "") not in WITHOUT


def request(text: str, env: Mapping[str, str] = os.environ) -> str:
    """What is written to the terminal to have *text* on the clipboard; bytes that are no text stay what they are.

    tmux takes the request itself where ``set-clipboard`` is on; where only ``allow-passthrough`` is, it hands on what
    is wrapped for it. It is told both: whichever it does not take it drops.
    """
    code = base64.b64encode(_bytes(text)).decode("ascii")
    plain = f"\x1b]52;c;{code}\x07"
    wrapped = "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\" if env.get("TMUX") else ""
    return plain + wrapped


def size_of(text: str) -> int:
    """In bytes."""
    return len(_bytes(text))


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character that stands for no byte either
        return text.encode("utf-8", "replace")
