"""What a new job asks for of configs, checked before it is stored: what can be wrong now is told now."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .. import kinds
from ..errors import BadInput
from ..labmodels import MAIN
from ..lazy import LazyModule
from ..store import Store, config_ids, configs
from ..text import quoted
from . import access
from .configuring import codes_of

if TYPE_CHECKING:
    from .. import preparing
    from ..configs import codes, snapshots
    from ..lab import reach
else:  # few jobs ask for configs
    codes = LazyModule("jobyard.core.configs.codes")
    preparing = LazyModule("jobyard.core.preparing")
    snapshots = LazyModule("jobyard.core.configs.snapshots")
    reach = LazyModule("jobyard.core.lab.reach")


def checked(store: Store, kind: kinds.Kind, given: Mapping[str, str] | None, folder: str) -> dict[str, str] | None:
    """What a job asks for, with files absolute from *folder* on; None where it says nothing of it.

    Raises Unknown, BadInput, BadFile.
    """
    for type in kind.configs:
        if not (given or {}).get(type):
            configs.find(store, type)  # or there is no main version
    if not given:
        return None
    known = codes_of(store)
    return {type: _wish(store, known, type, wish, folder) for type, wish in given.items()}


def _wish(store: Store, known: Mapping[str, str], type: str, wish: str, folder: str) -> str:
    """One of them, as it is stored."""
    codes.find(type, known)
    if wish == MAIN:
        configs.find(store, type)
        return MAIN
    if config_ids.parse(wish):
        return preparing.of_type(configs.find(store, wish), type).id
    path = Path(os.path.join(folder, os.path.expanduser(wish)))
    try:
        snapshots.check_plain(path, os.stat(path))
    except OSError as error:
        raise _neither(wish, path, error) from error
    except ValueError:
        raise BadInput(f"{quoted(wish)} is neither a version nor a file") from None
    reach.check(str(path), access.of(store.home).owner, "The config")
    return str(path)


def _neither(wish: str, path: Path, error: OSError) -> BadInput:
    """What looks like an id is hardly a file."""
    return configs.no_id(wish) if wish.upper().startswith("CFG-") else snapshots.unreadable(path, error)
