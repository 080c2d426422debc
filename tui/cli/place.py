"""Which yard is meant, and how to open it."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from jobyard.core.yard import Yard

KEY = "jobyard.home"


def set_home(ctx: click.Context, value: str | None) -> None:
    """Remember ``--yard``; the one nearest to the command wins."""
    if value is not None:
        ctx.find_root().meta[KEY] = value


def given_home() -> str | None:
    """What ``--yard`` said, if anything."""
    ctx = click.get_current_context(silent=True)
    return ctx.find_root().meta.get(KEY) if ctx else None


def home() -> Path:
    """The yard's folder: ``--yard``, else JOBYARD_HOME, else the default."""
    from pathlib import Path

    from jobyard.core.yard import default_home

    given = given_home()
    return Path(os.path.abspath(os.path.expanduser(given))) if given is not None else default_home()


def open_yard(face: str = "cli", create: bool = True, warn: bool = True) -> Yard:
    """The yard, open; with *warn* a line on stderr where its settings are broken. Raises YardError."""
    from jobyard.core.yard import Yard

    gc.enable()
    yard = Yard.open(home(), face=face, create=create)
    if warn and (trouble := yard.settings_trouble()):
        from jobyard.tui.cli.printing import note

        note(trouble)
    return yard
