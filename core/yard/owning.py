"""Whose the yard is, and who else may use it: the facade's part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from . import access
from .part import Whole

if TYPE_CHECKING:
    from . import sharing
else:
    sharing = LazyModule("jobyard.core.yard.sharing")


class Owning(Whole):
    """The owner, the group."""

    @property
    def mine(self) -> bool:
        """Whether the yard belongs to the account that opened it: only that one runs workers and jobs."""
        return access.of(self.home).mine

    @property
    def owner(self) -> str:
        """The name of the account that the yard belongs to."""
        return access.of(self.home).owner_name

    @property
    def group(self) -> str:
        """The name of the group that shares the yard; "" for a private one."""
        whose = access.of(self.home)
        return whose.group_name if whose.shared else ""

    def require_owner(self, what: str) -> None:
        """Refuse *what* to members of a group yard. Raises YardError."""
        access.require_owner(self.home, what)

    def first_word(self) -> str:
        """What somebody is told who submits to a group yard for the first time; "" in any other case."""
        return sharing.first_word(self._store) if access.of(self.home).shared else ""

    def before_sharing(self, group: str) -> Iterator[str]:
        """What its owner must know before the yard is shared, a sentence each. Raises Unknown, YardError."""
        return sharing.before(self._store, sharing.find_group(group))

    def share(self, group: str) -> None:
        """Open the yard to a group; environments stored so far are cut down. Raises Unknown, YardError."""
        sharing.share(self._store, sharing.find_group(group))

    def unshare(self) -> None:
        """Close the yard to all but its owner. Raises YardError."""
        sharing.unshare(self.home)
