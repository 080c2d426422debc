"""SVG screenshots as PNG: each run of letters, and each character that lines and bars are made of, is put at its own
column: no font is as wide as the exporter thinks."""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

from rich.cells import cell_len

CELL = 12.2  # pixels a cell, as the exporter has it
_TEXT = re.compile(r'<text ([^>]*?)x="([0-9.]+)"([^>]*)>([^<]*)</text>')
_RUNS = re.compile("\xa0+|[─-▟]|[^\xa0─-▟]+")


def _placed(match: re.Match[str]) -> str:
    before, start, after, text = match.groups()
    after = re.sub(r' textLength="[0-9.]+"', "", after)
    parts, x = [], float(start)
    for run in _RUNS.findall(html.unescape(text)):
        if run.strip("\xa0"):
            parts.append(f'<text {before}x="{x:.1f}"{after}>{html.escape(run, quote=False)}</text>')
        x += CELL * cell_len(run.replace("\xa0", " "))
    return "".join(parts)


def to_png(svg: str, target: Path, width: int) -> None:
    """Write the picture to *target*, *width* pixels wide."""
    command = ["rsvg-convert", "--width", str(width), "--output", str(target)]
    subprocess.run(command, input=_TEXT.sub(_placed, svg).encode(), check=True)
