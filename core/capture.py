"""What a job takes of the environment that it is submitted from.

In a private yard: all of it, as sbatch and pueue do. In a group yard, where every member can read the store and the
job runs under the owner's account: only what is on a list, and of the account's own variables the owner's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Belong to the process that submits, not to the jobs that it asks for.
OWN = frozenset(
    {
        "JOBYARD_ATTEMPT", "JOBYARD_JOB", "JOBYARD_NUMBER", "JOBYARD_ARRAY_INDEX", "JOBYARD_CRASH_AT",
        "JOBYARD_CRASH_ONCE",
    }
)  # fmt: skip

# What programs need to be found and to speak as they do in the terminal; the setting `captured_environment`.
KEPT = (
    "PATH", "LANG", "LANGUAGE", "LC_*", "TZ", "TERM", "VIRTUAL_ENV", "CONDA_*", "PYTHONPATH", "PYTHONHOME",
    "LD_LIBRARY_PATH", "MODULEPATH", "MODULESHOME", "LOADEDMODULES", "_LMFILES_", "LMOD_*", "OMP_NUM_THREADS",
    "SPACK_*",
)  # fmt: skip

ACCOUNT = ("HOME", "USER", "LOGNAME", "SHELL")


class Account(NamedTuple):
    """The account that jobs run under."""

    name: str
    home: str
    shell: str

    def variables(self) -> dict[str, str]:
        """As a login would set them."""
        return {"HOME": self.home, "USER": self.name, "LOGNAME": self.name, "SHELL": self.shell}


def all_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Everything but what belongs to this very process."""
    return {name: value for name, value in environ.items() if name not in OWN}


def listed(environ: Mapping[str, str], patterns: Iterable[str] = KEPT) -> dict[str, str]:
    """What is on the list; ``*`` stands for anything, but never for a name that looks like a secret's."""
    exact, wild = _sorted(patterns)
    return {name: value for name, value in environ.items() if _on(name, exact, wild)}


def for_group(environ: Mapping[str, str], owner: Account, patterns: Iterable[str] = KEPT) -> dict[str, str]:
    """What a job of a group yard takes: what is on the list, with the owner's own variables."""
    return {**listed(environ, patterns), **owner.variables()}


def _sorted(patterns: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    every = tuple(patterns)
    return frozenset(one for one in every if "*" not in one), tuple(one for one in every if "*" in one)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _on(name: str, exact: frozenset[str], wild: tuple[str, ...]) -> bool:
    if name in OWN:
        return False
    return name in exact or (_matches(name, wild) and not _secret(name))


def _secret(name: str) -> bool:
    from .masking import secret_name  # patterns that only a yard of a group needs here

    return secret_name(name)
