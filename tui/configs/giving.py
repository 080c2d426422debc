"""Memory that a large file took is given back.

The allocator keeps blocks of some megabytes for the next of their size, and the app would grow with each look.
"""

from __future__ import annotations

LARGE = 20_000  # lines from which on it is worth the while


def give_back() -> None:
    """Have the C library give unused memory back, where it knows how to (glibc does)."""
    import ctypes  # 1 ms, for those who look at large files

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
