"""A worker as a systemd user unit: it comes up with the machine (or the login) and is started again if it dies.

``KillMode=process``: stopping or restarting the unit ends the worker alone; keeper and jobs go on, and the next
worker takes them over. What systemd reads is escaped: its own quotes, ``%`` (specifiers) and ``$`` (variables).
Sources: systemd.service(5) "COMMAND LINES", systemd.syntax(7), systemd.unit(5) "SPECIFIERS".
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import BadInput, YardError
from ..text import quoted, shell_join, visible
from . import home as homes

SLOW = 20.0  # seconds that systemctl may take
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")

NO_SYSTEMD = "Print the unit with --print and install it elsewhere, or have cron start the worker: @reboot"


def unit_name(home: Path) -> str:
    """The unit's file name; each yard has its own."""
    if home == homes.default({}):
        return "jobyard-worker.service"
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
    return f"jobyard-worker-{_UNFIT.sub('-', home.name).strip('-.') or 'yard'}-{digest}.service"


def unit_path(home: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the unit of this account lies."""
    base = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(base) / "systemd" / "user" / unit_name(home)


def unit_text(home: Path, host: str, interpreter: str = "") -> str:
    """The unit. *interpreter* is the Python that has jobyard, absolute; this one unless told."""
    name = f"unit-{host}"
    base = (interpreter or sys.executable, "-P", "-m", "jobyard.tui", "--yard", str(home))
    return "\n".join(
        (
            "[Unit]",
            f"Description=jobyard worker of {_plain(str(home))}",
            "",
            "[Service]",
            "Type=exec",
            f"ExecStart={command_line((*base, '--worker', '--name', name))}",
            "# Leave at once; running jobs go on.",
            f"ExecStop={command_line((*base, 'worker', 'stop', name))}",
            "KillMode=process",
            "Restart=on-failure",
            "RestartSec=5",
            "# Bad settings or a damaged store do not heal by another try.",
            "RestartPreventExitStatus=2",
            "TimeoutStopSec=30",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        )
    )


def command_line(words: Sequence[str]) -> str:
    """Words as systemd reads them back."""
    return " ".join(_word(word) for word in words)


def _word(word: str) -> str:
    if visible(word) != word:
        raise BadInput(f"{quoted(word)} cannot stand in a unit", "it has control characters", "Choose another path")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _plain(text: str) -> str:
    """A description on one line, its percent signs doubled."""
    return " ".join(text.replace("%", "%%").split())


# -- systemd -------------------------------------------------------------------------------------------------


def install(home: Path, host: str, *, now: bool) -> Path:
    """Write and enable the unit; *now*: start it too. Raises YardError with the way out where systemd is not there."""
    text, path = unit_text(home, host), unit_path(home)
    _need_manager(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    _systemctl("daemon-reload")
    _systemctl("enable", *(("--now",) if now else ()), path.name)
    return path


def uninstall(home: Path) -> Path | None:
    """Stop, disable and remove the unit; jobs go on. None if there is none."""
    path = unit_path(home)
    if not path.exists():
        return None
    if has_manager():
        _systemctl("disable", "--now", path.name)
    path.unlink()
    if has_manager():
        _systemctl("daemon-reload")
    return path


def has_manager() -> bool:
    """Whether a systemd user manager answers this account."""
    if shutil.which("systemctl") is None:
        return False
    try:
        done = subprocess.run(("systemctl", "--user", "show", "--property=Version"), capture_output=True, timeout=SLOW)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _need_manager(home: Path) -> None:
    if not has_manager():
        start = shell_join((sys.executable, "-P", "-m", "jobyard.tui", "--yard", str(home), "worker", "start"))
        raise YardError("No systemd user manager answers here", "", f"{NO_SYSTEMD} {start}")


def _systemctl(*words: str) -> None:
    try:
        done = subprocess.run(("systemctl", "--user", *words), capture_output=True, text=True, timeout=SLOW)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise YardError("systemctl cannot be run", str(error)) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise YardError(
            f"systemctl --user {' '.join(words)} failed", said[-1] if said else "", "See: journalctl --user"
        )
