"""The colours of heat maps: from dark violet over green to yellow, each as light as its value is high."""

from __future__ import annotations

from functools import cache

LEVELS = 32  # on a screen, where each more costs bytes
FINE = 256  # in a file
SHADES = " ░▒▓█"
# Anchors of viridis (S. van der Walt, N. Smith; matplotlib, CC0), evenly spaced.
_ANCHORS = (
    (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141),
    (39, 173, 129), (92, 200, 99), (170, 220, 50), (253, 231, 37),
)  # fmt: skip


@cache
def table() -> tuple[str, ...]:
    """``#rrggbb`` for each level of a screen."""
    return tuple("#{:02x}{:02x}{:02x}".format(*rgb(level / (LEVELS - 1))) for level in range(LEVELS))


def rgb(part: float) -> tuple[int, int, int]:
    """Red, green, blue (0 to 255) of a value from 0 to 1."""
    place = min(max(part, 0.0), 1.0) * (len(_ANCHORS) - 1)
    at = min(int(place), len(_ANCHORS) - 2)
    pairs = zip(_ANCHORS[at], _ANCHORS[at + 1], strict=True)
    red, green, blue = (round(one + (other - one) * (place - at)) for one, other in pairs)
    return red, green, blue
