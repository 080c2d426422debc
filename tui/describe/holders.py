"""Who has a resource and who waits for it, to choose one of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jobyard.core.models import ResourceInfo, Share

from ..format import size
from ..text import plain

Option = tuple[str, str, str]  # what is shown, a word about it, the job's id


def title(found: ResourceInfo) -> str:
    """``qick: 0 of 1 free, 3 wait, locked by ada: calibration``."""
    parts = [f"{_units(found.name, found.free)} of {_units(found.name, found.capacity)} free"]
    if found.waiting:
        parts.append(f"{found.waiting} wait" if found.waiting != 1 else "1 waits")
    if found.locked_by:
        parts.append(f"locked by {found.locked_by}" + (f": {found.lock_note}" if found.lock_note else ""))
    return plain(f"{found.name}: {', '.join(parts)}")


def options(found: ResourceInfo, names: Mapping[str, str] = MappingProxyType({})) -> list[Option]:
    """Its holders, then the first that wait for it; *names* of these by id."""
    holders = [(_called(share), f"has {_share(found.name, share)}", share.id) for share in found.holders]
    return [*holders, *((plain(f"{id} {names.get(id, '')}".rstrip()), "waits for it", id) for id in found.waiters)]


def _called(share: Share) -> str:
    return plain(f"{share.id} {share.name}".rstrip())


def _share(name: str, share: Share) -> str:
    numbers = f" (number {', '.join(map(str, share.indices))})" if share.indices else ""
    return f"{_units(name, share.units)}{numbers}"


def _units(name: str, count: int) -> str:
    return size(count) if name == "mem" else str(count)
