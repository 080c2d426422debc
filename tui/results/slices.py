"""Of data of more directions than are drawn: which slice it is, and the way to the others. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .drawing import Drawing


def kept(shape: Sequence[int], drawing: Drawing) -> int:
    """How many directions are drawn: of an image two, the last ones."""
    return min(len(shape), 2 if drawing.heat and not drawing.x else 1)


def at(shape: Sequence[int], drawing: Drawing) -> tuple[int, ...]:
    """Where the other directions stand, within what there is."""
    fixed = len(shape) - kept(shape, drawing)
    wanted = (*drawing.at[:fixed], *[0] * (fixed - len(drawing.at)))
    return tuple(min(max(0, one), max(0, size - 1)) for one, size in zip(wanted, shape, strict=False))


def stepped(shape: Sequence[int], drawing: Drawing, direction: int, delta: int) -> Drawing:
    """Another slice along one of the directions that are not drawn, as far as there are any."""
    now = list(at(shape, drawing))
    if not now:
        return drawing
    now[direction % len(now)] += delta
    return drawing._replace(at=at(shape, drawing._replace(at=tuple(now))))


def told(shape: Sequence[int], drawing: Drawing, direction: int | None = None) -> str:
    """``[3, ‹0›, :, :] of 4-D``, the direction that is stepped along in signs; "" where all is drawn."""
    now = at(shape, drawing)
    if not now:
        return ""
    stepping = None if direction is None else direction % len(now)
    fixed = [f"‹{one}›" if number == stepping else str(one) for number, one in enumerate(now)]
    return f"[{', '.join([*fixed, *[':'] * kept(shape, drawing)])}] of {len(shape)}-D"
