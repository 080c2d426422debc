"""What the app remembers for its user from one time to the next: columns, sort, panes, theme.

One small JSON file in ``$XDG_STATE_HOME/jobyard``, not in the yard: a yard is several people's. Whatever is wrong
with the file, the app begins without it; a file that cannot be written is told once.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

MOST = 1 << 20  # bytes that are read: it is a page or two


def default_path() -> Path:
    """Where the layout is kept, as the XDG base directory specification says."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.local/state")) / "jobyard" / "app.json"


class Memory:
    """Values by name, written at once. Two apps of a user: the last one to write a name wins, others keep theirs."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_path()
        self._values = self._read()

    def get(self, name: str) -> Any:
        """What was last put under *name*, or None. JSON: the caller checks what it finds."""
        return self._values.get(name)

    def put(self, name: str, value: Any) -> None:
        """Remember *value* (JSON; None forgets). Raises OSError where the file cannot be written."""
        if self._values.get(name) == value:
            return
        self._values = {**self._read(), name: value}
        if value is None:
            del self._values[name]
        self._write()

    def _read(self) -> dict[str, Any]:
        try:
            if not self._path.is_file():  # a pipe would keep the app waiting
                return {}
            with open(self._path, encoding="utf-8") as file:
                found = json.loads(file.read(MOST))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self) -> None:
        path = Path(os.path.realpath(self._path))  # a link stays one
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            beside.write_text(json.dumps(self._values, indent=1) + "\n", encoding="utf-8")
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
