"""``--sort COLUMN``: by what a list is sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import SORTABLE, Sort

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., Any])


def sort_option(function: F) -> F:
    """``--sort COLUMN``, ``--sort -COLUMN`` for the largest first."""
    option = click.option(
        "--sort",
        metavar="[-]COLUMN",
        callback=_sort,
        shell_complete=_columns,
        help="In the order of a column, as `--sort age`; `--sort -age`: the largest first.",
    )
    return option(function)


def _sort(ctx: click.Context, param: click.Parameter, value: str | None) -> Sort | None:
    if value is None:
        return None
    key = value.removeprefix("-").lower()
    if key not in SORTABLE:
        from jobyard.core.words import nearest

        near = nearest(key, SORTABLE)
        why = f"The nearest is {near}" if near else ""
        raise BadInput(f"Jobs cannot be sorted by {value}", why, f"The columns are {', '.join(SORTABLE)}")
    return Sort(key, value.startswith("-"))


def _columns(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    minus = "-" if incomplete.startswith("-") else ""
    return [f"{minus}{key}" for key in SORTABLE if key.startswith(incomplete.removeprefix("-").lower())]
