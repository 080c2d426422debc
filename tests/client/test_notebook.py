"""Where a notebook's modules are found: what is the lab's on its search path, in its order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.client import notebook

FOLDERS = ("/", "/etc", "/usr", "/usr/bin", "/tmp", "/var")  # that are there


@given(
    entries=st.lists(st.sampled_from([*FOLDERS, "", ".", None, "/no/such/folder", Path("/etc")])),
    more=st.lists(st.sampled_from(FOLDERS)),
    own=st.lists(st.sampled_from(["/usr", "/var"]), unique=True),
)
def test_a_search_path_is_absolute_without_doubles_and_what_is_the_interpreters(
    entries: list[object], more: list[str], own: list[str]
) -> None:
    """Whatever is given: folders that are there, each once, none of the interpreter's, the notebook's own with them."""
    found = notebook.search_path(entries, more, "/tmp", own)
    assert len(set(found)) == len(found)
    assert all(Path(path).is_absolute() and Path(path).exists() for path in found)
    assert not any(path == folder or path.startswith(folder + "/") for path in found for folder in own)
    assert "/tmp" in found
    meant = ["/tmp" if entry in ("", ".") else entry for entry in entries]
    kept = [entry for entry in meant if isinstance(entry, str) and entry in found]
    assert [path for path in found if path in kept] == list(dict.fromkeys(kept))


def test_the_order_is_the_notebooks(tmp_path: Path) -> None:
    """Its own path goes first as it is, then what PYTHONPATH adds, then the folder it stands in."""
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    for folder in (first, second, third):
        folder.mkdir()
    found = notebook.search_path(["second", str(first)], [str(third), str(first)], str(tmp_path), [])
    assert found == (str(second), str(first), str(third), str(tmp_path))


def test_jobyards_own_folder_and_the_interpreters_libraries_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout of jobyard has a package called core, as a lab may have; neither it nor site-packages is the lab's."""
    checkout = notebook.OURS.parent
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(checkout), *sys.path])
    found = notebook.here()
    assert str(tmp_path) in found
    assert str(checkout) not in found
    assert [path for path in found if "site-packages" in path or path.startswith(f"{sys.base_prefix}/lib")] == []
