"""The bottom line: the keys that matter here, as many as fit, from the registry of actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from ..actions import (
    ASKING,
    CONFIGS,
    CREW,
    CREW_JOB,
    FILTER,
    LOG,
    PANE,
    RESULTS,
    RUN,
    RUN_FILTER,
    TREE,
    Action,
    Context,
)
from .lines import Line, Lines

GAP = 2  # cells between two actions


# What matters while another than the table has the keys, the most important first.
RANKS: dict[str, tuple[str, ...]] = {
    TREE: ("help", "quit", "open", "pause", "queue-set", "queues", "new", "back", "filter", "undo", "fold", "palette"),
    PANE: (
        "help", "quit", "open", "back", "job-before", "section-before", "section-after", "cancel", "requeue", "log",
        "detail", "undo", "copy", "palette",
    ),
    LOG: (
        "help", "logs-leave", "logs-search", "logs-next", "logs-filter", "logs-follow", "logs-stream", "logs-jump",
        "logs-wrap", "logs-times", "logs-copy", "logs-save", "logs-earlier", "logs-chain", "logs-range", "logs-pager",
        "logs-context", "logs-back", "cancel", "requeue", "screen-jobs", "screen-graph", "palette",
    ),
    CREW: (
        "help", "quit", "open", "workers-after", "workers-start", "workers-stop", "workers-drain", "worker",
        "workers-lock", "workers-doctor", "workers-repair", "new", "undo", "back", "screen-jobs", "palette",
    ),
    CREW_JOB: (
        "help", "quit", "open", "workers-after", "log", "cancel", "workers-sort", "back", "priority", "watch", "copy",
        "workers-start",
        "workers-stop", "workers-drain", "worker", "workers-doctor", "new", "edit", "undo", "screen-jobs", "palette",
    ),
    CONFIGS: (
        "help", "quit", "open", "configs-push", "configs-main", "configs-pull", "configs-form-after", "configs-mark",
        "configs-base", "configs-after", "configs-push-other", "configs-find", "configs-save", "configs-copy", "undo",
        "configs-next", "back", "screen-jobs", "palette",
    ),
    RESULTS: (
        "help", "quit", "open", "results-after", "results-filter", "results-mark", "results-differ", "results-sort",
        "requeue", "results-export", "results-x", "results-style", "results-in", "results-part", "results-log",
        "results-fits", "results-picture", "results-slice-after", "edit", "results-its-log", "results-job",
        "results-cancel", "results-copy", "back", "undo", "palette",
    ),
    RUN: (
        "help", "quit", "back", "open", "run-panel-after", "run-next", "run-differ", "run-log", "run-over",
        "results-in", "results-x", "requeue", "edit", "run-cancel", "run-copy", "run-attempt-before", "results-part",
        "results-style", "results-log", "results-fits", "results-export", "results-picture", "run-job",
        "watch", "undo", "palette",
    ),
}  # fmt: skip
WRITING = {  # where one types every other key is a letter
    FILTER: (("enter", "to these jobs"), ("esc", "to the jobs"), ("tab", "complete"), ("↑ ↓", "offers, past filters")),
    RUN_FILTER: (
        ("enter", "to these runs"),
        ("esc", "to the runs"),
        ("tab", "complete"),
        ("↑ ↓", "offers, past filters"),
    ),
    ASKING: (("enter", "take it"), ("esc", "leave it"), ("↑ ↓", "written before")),
}


def ranked(actions: Iterable[Action], focus: str) -> list[Action]:
    """The actions that matter there, those first that matter most."""
    keyed = [action for action in actions if action.keys]
    if focus not in RANKS:
        return sorted((action for action in keyed if action.footer), key=lambda action: action.footer)
    ranks = {id: rank for rank, id in enumerate(RANKS[focus])}
    return sorted((action for action in keyed if action.id in ranks), key=lambda action: ranks[action.id])


def fitting(actions: Sequence[Action], context: Context, width: int) -> list[Action]:
    """As many actions as fit, the most important first; a shorter one may stand where a longer one has no room."""
    chosen: list[Action] = []
    room = width - 1 + GAP  # none behind the last
    for action in ranked(actions, context.focus):
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
        self._actions = list(actions)
        self._situation = Context()

    def take(self, context: Context) -> None:
        """Another context: other actions are possible."""
        self._situation = context
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """The line of keys."""
        if self._situation.focus in WRITING:
            return self.strip(_written(WRITING[self._situation.focus], self.size.width), self.palette.bar)
        line: Line = []
        for action in fitting(self._actions, self._situation, self.size.width):
            possible = action.when(self._situation)
            line += [(" " * GAP if line else " ", ""), (action.shown_key, "key" if possible else "faint")]
            line.append((f" {action.label_in(self._situation)}", "dim" if possible else "faint"))
        return self.strip(line, self.palette.bar)

    async def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        if self._situation.focus in WRITING:
            return
        x = 1
        for action in fitting(self._actions, self._situation, self.size.width):
            if x <= event.x < x + _width(action, self._situation):
                await self.run_action(f"screen.act('{action.id}')")
            x += _width(action, self._situation)


def _written(keys: Sequence[tuple[str, str]], width: int) -> Line:
    """The keys of the line in which one types; every other key is a letter."""
    line: Line = []
    for key, label in keys:
        if sum(cell_len(text) for text, _ in line) + GAP + cell_len(key) + 1 + cell_len(label) <= width:
            line += [(" " * GAP if line else " ", ""), (key, "key"), (f" {label}", "dim")]
    return line
