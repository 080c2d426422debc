"""SVG screenshots as PNG: rsvg drops the spaces a text begins with, so they are turned into an offset first."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

CELL = 12.2  # pixels a cell, as the exporter has it
_TEXT = re.compile(r'(<text [^>]*?x=")([0-9.]+)("[^>]*>)((?:&#160;)+)')


def _moved(match: re.Match[str]) -> str:
    x = float(match[2]) + CELL * match[4].count("&#160;")
    return f"{match[1]}{x:.1f}{match[3]}"


def to_png(svg: str, target: Path, width: int) -> None:
    """Write the picture to *target*, *width* pixels wide."""
    fixed = re.sub(r' textLength="[0-9.]+"', "", _TEXT.sub(_moved, svg))
    command = ["rsvg-convert", "--width", str(width), "--output", str(target)]
    subprocess.run(command, input=fixed.encode(), check=True)
