"""Foreign text made safe: names and output are data, and no terminal or markup ever obeys them.

Nothing is interpreted: control characters become visible, colours and cursor movements of programs are taken
out of their output, bytes that are no UTF-8 become U+FFFD. Lines are capped before anything else is done with
them, so that one of 10 MB costs as much as one of 8 KB.
"""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from collections.abc import Sequence

LINE_CAP = 8192  # characters of a line that are shown
TAB = 8

# C0, DEL, C1, separators that break lines, direction overrides and marks, invisible spaces, surrogates, tags.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_UNSAFE_IN_LINES = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))

_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and their like
    r"|\x1b[ -/]*[0-Z\\^-~]"  # shorter ones, but no introducer of the above
)
_OVERSTRUCK = re.compile(r"[^\x08]\x08")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9_@%+=:,./ -]+")


def visible(text: str, newline: str = "↵") -> str:
    """*text* on one line with everything invisible shown: ``␛[31m``, ``\\x9b``, ``\\u202e``, ``↵``.

    A lone surrogate that stands for an undecodable byte is shown as that byte. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\n" in text and newline != "\n":
        text = text.replace("\r\n", "\n").replace("\n", newline)
    unsafe = _UNSAFE_IN_LINES if newline == "\n" else _UNSAFE
    return unsafe.sub(_shown, text)


def quoted(value: object, width: int = 60) -> str:
    """A value as an error names it: visible and short; text in double quotes, nested things by their kind only."""
    if isinstance(value, str):
        return f'"{one_line(value, width)}"'
    if isinstance(value, (list, tuple)):
        plain = len(value) <= 8 and not any(isinstance(item, (list, tuple, dict)) for item in value)
        return one_line(f"[{', '.join(quoted(item, 20) for item in value)}]", width) if plain else "(a list)"
    if isinstance(value, dict):
        return "(an object)"
    try:
        return one_line(json.dumps(value), width)
    except (TypeError, ValueError):
        return f"({type(value).__name__})"


def clean_output(data: bytes, cap: int = LINE_CAP) -> str:
    """Output of a program as plain text: lines separated by newlines, each at most *cap* characters. Idempotent."""
    return "\n".join(clean_line(line, cap) for line in data.split(b"\n"))


def clean_line(data: bytes, cap: int = LINE_CAP) -> str:
    """One line of output as plain text.

    What a carriage return has overwritten is dropped (progress bars), tabs are expanded, NULs left out.
    """
    more = len(data) - 4 * cap
    if more > 0:
        data = data[: 4 * cap]
    text = data.decode("utf-8", "replace").rstrip("\r")
    if not text.isascii() or not text.isprintable():
        text = _flatten(text)
    return _capped(text, cap, more)


def one_line(text: str | Sequence[str], width: int | None = None) -> str:
    """A text, or a command's words, on one line of at most *width* terminal cells."""
    if not isinstance(text, str):
        text = shell_join(text if width is None else text[: width + 1])
    if width is None:
        return visible(text)
    return clip(visible(text[: 2 * width + 2]), width)


def clip(text: str, width: int) -> str:
    """At most *width* terminal cells of *text*, ending in … where something was left out."""
    if text.isascii():
        return text if len(text) <= width else text[: max(0, width - 1)] + "…" * (width > 0)
    if cells(text) <= width:
        return text
    room = width - 1
    for end, char in enumerate(text):
        room -= _width(char)
        if room < 0:
            return text[:end] + "…" * (width > 0)
    return text


def clip_start(text: str, width: int) -> str:
    """At most *width* terminal cells of *text*, beginning with … where something was left out: for paths."""
    if cells(text) <= width:
        return text
    room, start = width - 1, len(text)
    while start and room >= (wide := _width(text[start - 1])):
        room -= wide
        start -= 1
    while start < len(text) and not _width(text[start]):
        start += 1  # what combines with a character that is not there
    return "…" * (width > 0) + text[start:]


def cells(text: str) -> int:
    """How many terminal cells *text* takes; wide characters take two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def shell_join(argv: Sequence[str]) -> str:
    """A command line that a shell (bash, zsh) reads back as exactly *argv*, free of control characters."""
    joined = " ".join(argv)
    plain = _PLAIN_WORDS.fullmatch(joined) and joined.count(" ") == len(argv) - 1 and "" not in argv
    return joined if plain else " ".join(map(shell_quote, argv))


def shell_quote(word: str) -> str:
    """*word* for a shell; one with anything invisible or undecodable as ``$'…'``."""
    if _PLAIN_WORD.fullmatch(word):
        return word
    if not _UNSAFE.search(word):
        return shlex.quote(word)
    body = _UNSAFE.sub(_shell_escape, word.replace("\\", "\\\\").replace("'", "\\'"))
    return f"$'{body}'"


def people_duration(seconds: float) -> str:
    """A span for people, its two largest units: ``0.3s``, ``12s``, ``3m12s``, ``2h``, ``4d3h``."""
    if 0 < seconds < 9.95:
        return f"{seconds:.1f}s".replace(".0s", "s")
    left = max(0, round(seconds))
    for big, many, small, few in (("d", 86_400, "h", 3_600), ("h", 3_600, "m", 60), ("m", 60, "s", 1)):
        if left >= many:
            rest = left % many // few
            return f"{left // many}{big}" + (f"{rest}{small}" if rest else "")
    return f"{left}s"


def people_age(seconds: float) -> str:
    """How long ago, in one unit: ``now``, ``12s``, ``3m``, ``2h``, ``4d``."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if seconds >= length:
            return f"{int(seconds // length)}{unit}"
    return "now"


def people_size(size: float) -> str:
    """A number of bytes for people: ``12 B``, ``1.5 KiB``, ``256 MiB``."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1023.95 or unit == "TiB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" or size >= 99.95 else f"{size:.1f} {unit}".replace(".0 ", " ")


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # surrogateescape: the byte that could not be decoded
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _shell_escape(found: re.Match[str]) -> str:
    """The bytes of a character, in octal: hexadecimal would swallow a digit that follows."""
    return "".join(f"\\{byte:03o}" for byte in found[0].encode("utf-8", "surrogateescape"))


def _flatten(text: str) -> str:
    text = _SEQUENCES.sub("", text)
    if "\r" in text:
        text = next((part for part in reversed(text.split("\r")) if part), "")
    if "\b" in text:
        text = _OVERSTRUCK.sub("", text)
    return visible(text.replace("\0", "").replace("\b", "").expandtabs(TAB))


def _capped(text: str, cap: int, more: int) -> str:
    """At most *cap* characters; *more* bytes (if positive) have been left out already."""
    if len(text) <= cap and more <= 0:
        return text
    note = f" … ({max(more, 0) + max(len(text) - cap, 0):,} more)"
    return text[: max(0, cap - len(note))] + note


def _width(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
