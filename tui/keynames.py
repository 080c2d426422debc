"""Keys, as people write them and as the app knows them: ``^d`` and ``C-d`` are ``ctrl+d``, ``+`` is ``plus``."""

from __future__ import annotations

import re
import string
import unicodedata

WRITTEN = {
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "insert": "Ins",
    "delete": "Del",
    "escape": "esc",
}  # keys whose written form is not their name
ARROWS = {shown: key for key, shown in WRITTEN.items() if len(shown) == 1}
CALLED = {
    "esc": "escape",
    "return": "enter",
    "cr": "enter",
    "del": "delete",
    "ins": "insert",
    "bs": "backspace",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "page-down": "pagedown",
    "pgup": "pageup",
    "page-up": "pageup",
    "spc": "space",
    "blank": "space",
}  # other words for them
SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}  # characters that Textual calls otherwise than Unicode does
NAMED = {"space", "enter", "escape", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"}
NAMED |= {"up", "down", "left", "right", *(f"f{number}" for number in range(1, 25))}
MODIFIERS = {"ctrl": "ctrl", "control": "ctrl", "c": "ctrl", "alt": "alt", "meta": "alt", "m": "alt", "a": "alt",
             "shift": "shift", "s": "shift"}  # fmt: skip
SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape", "ctrl+h": "backspace"}  # to terminals
_PREFIX = re.compile(r"([a-z]+)[+-](?=.)", re.IGNORECASE)


def key_name(key: str) -> str:
    """A key as people write it: ``^d`` for ``ctrl+d``, ``/`` for ``slash``."""
    *modifiers, last = key.split("+")
    shown = WRITTEN.get(last) or PUNCTUATION.get(last, last)
    if modifiers == ["ctrl"] and len(shown) == 1:
        return f"^{shown}"
    return "+".join([*modifiers, shown])


def read_key(text: str) -> str:
    """The app's name of a key that somebody wrote, or "" where no key is called so."""
    text = text.strip() if len(text) > 1 else text
    if len(text) == 2 and text[0] == "^":
        return _with(["ctrl"], text[1].lower())
    modifiers = []
    while (match := _PREFIX.match(text)) and match[1].lower() in MODIFIERS:
        modifiers.append(MODIFIERS[match[1].lower()])
        text = text[match.end() :]
    return _with(modifiers, text)


def _with(modifiers: list[str], text: str) -> str:
    last = _last(text)
    if not last:
        return ""
    if "ctrl" in modifiers and len(last) == 1:
        last = last.lower()
    if "shift" in modifiers and len(last) == 1 and last.isalpha():
        modifiers, last = [one for one in modifiers if one != "shift"], last.upper()
    key = "+".join([one for one in ("alt", "ctrl", "shift") if one in modifiers] + [last])
    return SAME.get(key, key)


def _last(text: str) -> str:
    """The name of the key without its modifiers."""
    if len(text) == 1:
        return ARROWS.get(text) or _of_character(text)
    name = CALLED.get(text.lower(), text.lower())
    return name if name in NAMED or name in PUNCTUATION else ""


def _of_character(character: str) -> str:
    if character.isalnum():
        return character
    try:
        name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    except ValueError:
        return ""  # a control character
    return SHORTER.get(name, name)


PUNCTUATION = {_of_character(character): character for character in string.punctuation}
