"""``jobyard`` without a command: the app, or with ``--worker`` the headless worker."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

from jobyard.core.errors import BadInput
from jobyard.tui.cli.place import home, open_yard
from jobyard.tui.cli.printing import note
from jobyard.tui.screenlist import NAMES as SCREENS


def worker(
    name: str | None, max_jobs: int | None, once: bool, replaces: int | None, mock: bool = False, **others: Any
) -> int:
    """The headless worker; SIGTERM drains, a second one ends it at once (jobs go on)."""
    for option in ("read_only", "no_worker", "screen"):
        if others.get(option):
            raise BadInput(f"--{option.replace('_', '-')} belongs to the app, not to --worker")
    with open_yard(face="headless") as yard:
        return yard.run_worker(name=name, max_jobs=max_jobs, once=once, replaces=replaces, mock=mock, tell=note)


def beside(command: str, options: dict[str, Any]) -> NoReturn:
    """Options of the app or the worker before a command, which would not heed them: ``--read-only submit``."""
    given = next(name for name, value in options.items() if value)
    option = f"--{given.replace('_', '-')}"
    todo = f"Leave out {option} or {command}" + ("; a job of that name has an id too" if given == "screen" else "")
    raise BadInput(f"{option} does not go with {command}", "It says how the app or the worker is opened", todo)


def app(job: str | None = None, screen: str | None = None, **options: Any) -> int:
    """The full-screen app."""
    for option in ("once", "name", "max_jobs", "replaces"):
        if options.get(option):
            raise BadInput(f"--{option.replace('_', '-')} belongs to --worker", "", "Add --worker")
    if screen not in (None, *SCREENS):
        raise BadInput(f"There is no screen {screen}", "", f"The screens are {', '.join(SCREENS)}")
    worker, mock = not (options["no_worker"] or options["read_only"]), options.get("mock", False)
    if mock and not worker:
        raise BadInput("--mock belongs to a worker", "this app is to have none", "Leave one of the two out")
    return open_app(
        home(), worker=worker, mock=mock, read_only=options["read_only"], screen=screen or SCREENS[0], job=job
    )


def open_app(folder: Path, **options: Any) -> int:
    """Open the app on a terminal."""
    need_terminal()
    from jobyard.tui.app import run_app

    return run_app(folder, **options)


def need_terminal() -> None:
    """Without a terminal, say what to use instead."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(
            "The app needs a terminal",
            "Standard input or output is none",
            "Use a command such as `jobyard list`, or `jobyard --worker` for a worker without a screen",
        )


def attach() -> int:
    """Open the app and let its own worker take over from the headless one, in one transaction; no job notices."""
    with open_yard() as yard:
        yard.require_owner("Attaching a worker")
    return open_app(home(), worker=True, attach=True)
