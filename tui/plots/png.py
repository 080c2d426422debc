"""A PNG of so many pixels, for images inside SVG."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np


def encoded(pixels: Any) -> bytes:
    """Red, green, blue, opacity (0 to 255; lines by columns by 4) as a PNG file."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 4 * width), "u1")  # each line begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, 4 * width)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data) for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
