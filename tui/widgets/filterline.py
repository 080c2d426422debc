"""The filter line: a slash, what was typed, and how many jobs that leaves. Mounted when first needed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets._input import Input
from textual.widgets._static import Static

from ..format import plural


class FilterLine(Horizontal):
    """Input and count; stays in sight while a filter is in force."""

    def compose(self) -> ComposeResult:
        """The parts."""
        yield Static("/", id="filter-sign", markup=False)
        yield Input(id="filter-input", placeholder="words, a state, user:NAME", compact=True)
        yield Static("", id="filter-count", markup=False)

    @property
    def input(self) -> Input:
        """Where one types."""
        return self.query_one(Input)

    def count(self, total: int) -> None:
        """Say how many jobs are left."""
        self.query_one("#filter-count", Static).update(plural(total, "job"))
