"""Keys and pastes that are no UTF-8, as a terminal of another encoding sends them.

Textual's thread that reads keys would end with the first such byte, and the app with it. They become U+FFFD, the mark
for what cannot be read.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from functools import partial

from textual.drivers import linux_driver


def forgive() -> None:
    """Have Textual read whatever comes; it has no setting for that."""
    vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(getincrementaldecoder(name), "replace")
