"""Data as text for the screen: control characters are made visible, markup is never looked at."""

from __future__ import annotations

from functools import lru_cache

from jobyard.core.yard import visible


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """*text* on one line, with control and bidirectional characters made visible."""
    return text if text.isascii() and text.isprintable() else visible(text)
