"""The wheel holds every module and every data file that the folders hold."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = {"jobyard.core": "core", "jobyard.tui": "tui", "jobyard.config": "config"}


def setuptools_table() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def folders_with_code() -> set[Path]:
    found = (path.parent for top in FOLDERS.values() for path in (ROOT / top).rglob("*.py"))
    return {path.relative_to(ROOT) for path in found}


def import_name(folder: Path) -> str:
    return ".".join(("jobyard", *folder.parts))


def test_every_folder_with_code_is_a_listed_package():
    """No wheel lacks a module: pyproject.toml lists exactly the folders below core, tui and config that hold code."""
    assert sorted(setuptools_table()["packages"]) == sorted(map(import_name, folders_with_code()))


def test_every_listed_package_has_an_init():
    """Each package is a regular one, so that tools which walk packages see it."""
    assert [str(folder) for folder in folders_with_code() if not (ROOT / folder / "__init__.py").exists()] == []


def test_the_folders_are_mapped_below_jobyard():
    """The import names stay below jobyard, so that nobody's own ``core`` package is shadowed."""
    assert setuptools_table()["package-dir"] == FOLDERS


def test_every_data_file_is_shipped():
    """Each file beside the code that is not Python matches a package-data pattern."""
    patterns = setuptools_table()["package-data"]["*"]
    files = [
        path
        for folder in folders_with_code()
        for path in (ROOT / folder).iterdir()
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    ]
    assert [str(path) for path in files if not any(fnmatch(path.name, pattern) for pattern in patterns)] == []
