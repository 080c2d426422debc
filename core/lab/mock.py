"""Mock hardware for notebooks and tests: ``MockStation``, ``MockQickConfig``, ``MockQickSoc``, and mock instruments.

Numpy is imported when the first of them is asked for.
"""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """A name of `jobyard.core.lab.process.mock`, which runs in the lab's interpreter too."""
    return getattr(importlib.import_module(".process.mock", __package__), name)
