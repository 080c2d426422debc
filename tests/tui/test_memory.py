"""What the app remembers for its user."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jobyard.tui.memory import Memory, default_path


def test_what_was_put_is_there_next_time(tmp_path: Path) -> None:
    """A value survives the app; None forgets it."""
    path = tmp_path / "state" / "app.json"
    Memory(path).put("sort", ["age", True])
    assert Memory(path).get("sort") == ["age", True]
    Memory(path).put("sort", None)
    assert Memory(path).get("sort") is None


def test_two_apps_keep_each_others_values(tmp_path: Path) -> None:
    """Each writes its own names and leaves the other's as they are."""
    path = tmp_path / "app.json"
    one, other = Memory(path), Memory(path)
    one.put("theme", "light")
    other.put("columns", ["id"])
    assert (Memory(path).get("theme"), Memory(path).get("columns")) == ("light", ["id"])
    assert [each.name for each in tmp_path.iterdir()] == ["app.json"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'"x"'])
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, data: bytes) -> None:
    """The app begins without it, and writes a whole one."""
    path = tmp_path / "app.json"
    path.write_bytes(data)
    memory = Memory(path)
    assert memory.get("theme") is None
    memory.put("theme", "dark")
    assert Memory(path).get("theme") == "dark"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_keeps_nobody_waiting(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A pipe would never be read to its end; the app begins without it."""
    path = tmp_path / "app.json"
    make(path)
    begun = threading.Thread(target=Memory, args=[path], daemon=True)
    begun.start()
    begun.join(10)
    assert not begun.is_alive()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Whoever keeps such files in a folder of their own finds them written there."""
    path, kept = tmp_path / "app.json", tmp_path / "kept.json"
    path.symlink_to(kept)
    Memory(path).put("theme", "dark")
    assert path.is_symlink()
    assert Memory(kept).get("theme") == "dark"


def test_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the state folder of the XDG specification; a relative one is not obeyed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_path() == tmp_path / "jobyard" / "app.json"
    monkeypatch.setenv("XDG_STATE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path() == tmp_path / ".local" / "state" / "jobyard" / "app.json"
