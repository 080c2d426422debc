"""The bottom line: the keys that matter here, as many as fit, from the registry of actions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from ..actions import Action, Context
from .lines import Line, Lines

GAP = 2  # cells between two actions


def fitting(actions: Sequence[Action], context: Context, width: int) -> list[Action]:
    """As many actions as fit, the most important first; a shorter one may stand where a longer one has no room."""
    chosen: list[Action] = []
    room = width - 1 + GAP  # none behind the last
    for action in sorted(actions, key=lambda action: action.footer):
        need = _width(action, context)
        if need <= room:
            chosen.append(action)
            room -= need
    return chosen


def _width(action: Action, context: Context) -> int:
    return cell_len(action.shown_key) + 1 + cell_len(action.label_in(context)) + GAP


class Footer(Lines):
    """Keys and labels; what cannot be done just now is faint. A click does it."""

    def __init__(self, actions: Sequence[Action], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions = [action for action in actions if action.footer and action.keys]
        self._situation = Context()

    def take(self, context: Context) -> None:
        """Another context: other actions are possible."""
        self._situation = context
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """The line of keys."""
        line: Line = []
        for action in fitting(self._actions, self._situation, self.size.width):
            possible = action.when(self._situation)
            line += [(" " * GAP if line else " ", ""), (action.shown_key, "key" if possible else "faint")]
            line.append((f" {action.label_in(self._situation)}", "dim" if possible else "faint"))
        return self.strip(line, self.palette.bar)

    async def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        x = 1
        for action in fitting(self._actions, self._situation, self.size.width):
            if x <= event.x < x + _width(action, self._situation):
                await self.run_action(f"screen.act('{action.id}')")
            x += _width(action, self._situation)
