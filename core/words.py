"""Small helpers for messages."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], alike: float = 0.5) -> str:
    """The known word that was probably meant, or "" if none is so much *alike* (1: the same)."""
    import difflib  # 5 ms, and only a mistake needs it

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=alike)
    return found[0] if found else ""


def counted(count: int, singular: str, plural: str = "") -> str:
    """``1 job``, ``3 jobs``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
