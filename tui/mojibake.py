"""Keys and pastes that nobody can read: no UTF-8, as a terminal of another encoding sends them, or no key's number.

Textual's thread that reads keys would end with the first of them, and the app with it. Bytes become U+FFFD, the mark
for what cannot be read; a key whose number is none is one that does nothing. (Without a key for it, Textual would take
the letters that it came as for keys: digits lead to other screens.)
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from functools import lru_cache, partial

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.keys import Keys


class Patient(XTermParser):
    """Textual's reader of keys, which ends at a number beyond Unicode."""

    @lru_cache(maxsize=1024)  # noqa: B019  as in what it overrides: there is one reader
    def _parse_extended_key(self, sequence: str) -> list[events.Key] | None:
        try:
            return super()._parse_extended_key(sequence)
        except (ValueError, OverflowError):
            return [events.Key(Keys.Ignore, None)]


def forgive() -> None:
    """Have Textual read whatever comes; it has no setting for that."""
    vars(linux_driver)["XTermParser"] = Patient
    vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(getincrementaldecoder(name), "replace")
