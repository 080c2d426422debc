"""The command palette, filled from the registry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from .actions import Action
from .desk import Acting


class RegistryCommands(Provider):
    """Every action that is possible on the screen below the palette."""

    def _possible(self) -> Iterator[Action]:
        if isinstance(self.screen, Acting):
            context = self.screen.context()
            yield from (action for action in self.screen.actions if action.when(context))

    def _run(self, action: Action) -> None:
        if isinstance(self.screen, Acting):
            self.screen.action_act(action.id)

    async def discover(self) -> Hits:
        """Before anything is typed."""
        for action in self._possible():
            yield DiscoveryHit(_title(action), partial(self._run, action), help=action.tooltip)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for action in self._possible():
            title = _title(action)
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), partial(self._run, action), help=action.tooltip)


def _title(action: Action) -> str:
    return f"{action.label}  {action.all_keys}"
