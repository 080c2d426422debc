"""On the Configs screen: what is seen of a version, and pushing, pulling, making one main. Questions show the diff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action, Context

if TYPE_CHECKING:
    from ..screens.configs import Configs


# -- looking --------------------------------------------------------------------------------------------------------


def sideways(desk: Configs, way: int) -> None:
    """Half a window to the right or back."""
    desk.pane.sideways(way * max(8, desk.pane.size.width // 2))


def find(desk: Configs) -> None:
    """Ask for words to look for in what is seen."""
    desk.prompt("Find", desk.sought, desk.look_for, "n and N lead to the next line and back; esc drops it")


def copy(desk: Configs) -> None:
    """Offer what there is of the version, or of the file."""
    from ..configs.copying import things
    from .copying import offer

    if desk.kind is not None:
        home = desk.yard_app.yard.home
        offer(desk, things(desk.kind, desk.version, desk.list.mark, home))


# -- changing -------------------------------------------------------------------------------------------------------


def push(desk: Configs) -> None:
    """Make the file on disk main, as a version; asks."""
    from .configchanges import push_file

    if desk.kind is not None:
        push_file(desk, desk.kind, desk.kind.file)


def push_other(desk: Configs) -> None:
    """The same with another file, whose path is written."""
    from .configchanges import push_another

    if desk.kind is not None:
        push_another(desk, desk.kind)


def pull(desk: Configs) -> None:
    """Write main to the file of its type; asks where something else is in it."""
    from .configchanges import pull_main

    if desk.kind is None or desk.kind.main is None:
        desk.tell("No version is main: there is nothing to pull.", "warning")
    else:
        pull_main(desk, desk.kind, desk.kind.main)


def make_main(desk: Configs) -> None:
    """Have runs use this version; asks."""
    from .configchanges import set_main

    if desk.kind is not None and desk.version is not None:
        set_main(desk, desk.kind, desk.version)


def save(desk: Configs) -> None:
    """Write this version to a file, whose path is written."""
    from .configchanges import save_version

    if desk.version is not None:
        save_version(desk, desk.version)


# -- when -----------------------------------------------------------------------------------------------------------


def _has_kind(context: Context) -> bool:
    return context.config is not None


def _has_version(context: Context) -> bool:
    return context.version is not None


def _may_push(context: Context) -> bool:
    return context.config is not None and not context.read_only


def _has_file(context: Context) -> bool:
    return _may_push(context) and context.config is not None and bool(context.config.file)


def _may_be_main(context: Context) -> bool:
    kind, version = context.config, context.version
    if kind is None or version is None or context.read_only:
        return False
    return kind.main is None or kind.main.row != version.row


GROUP = "Configs"

CONFIGS = (
    Action("configs-push", ("p",), "push file", "Make the file on disk a version, and main; shows the diff and asks.",
           GROUP, push, _has_file, footer=5),
    Action("configs-push-other", ("P",), "push another", "Make another file a version, and main; shows the diff and "
           "asks.", GROUP, push_other, _may_push, footer=12),
    Action("configs-main", ("m",), "set main", "Have runs use this version from now on; shows the diff and asks.",
           GROUP, make_main, _may_be_main, footer=6),
    Action("configs-pull", ("w",), "pull main", "Write main to the file of its type; asks if something else is in it.",
           GROUP, pull, _has_file, footer=7),
    Action("configs-save", ("S",), "save", "Write this version to a file; never over one without asking.", GROUP,
           save, _has_version, footer=13),
    Action("configs-copy", ("y",), "copy", "Copy the id, path, checksum, or the command that does the same.", GROUP,
           copy, _has_kind, footer=14),
    Action("configs-mark", ("space",), "mark", "Compare others with this version, or with the file; esc drops it.",
           GROUP, lambda desk: desk.mark(), _has_kind, footer=9),
    Action("configs-base", ("b",), "compare with", "The version before, main, the file: what one is compared with.",
           GROUP, lambda desk: desk.next_base(), _has_kind, footer=10),
    Action("configs-form-after", ("right_square_bracket",), "next form",
           "What is in it, lines that differ, beside each other, values, runs, what was main.", GROUP,
           lambda desk: desk.next_form(1), footer=8),
    Action("configs-form-before", ("left_square_bracket",), "form before", "The form before this one.", GROUP,
           lambda desk: desk.next_form(-1)),
    Action("configs-find", ("slash",), "find", "Words in what is seen; capitals count if there are any.", GROUP, find,
           _has_kind, footer=15),
    Action("configs-next", ("n",), "next difference", "To the next lines that differ, or the next complaint; of what "
           "is looked for the next line.", GROUP, lambda desk: desk.jump(False)),
    Action("configs-previous", ("N",), "difference before", "To the lines before that differ, or that have it.", GROUP,
           lambda desk: desk.jump(True)),
    Action("configs-left", ("left",), "left", "Back to the left, where lines are long.", GROUP,
           lambda desk: sideways(desk, -1)),
    Action("configs-right", ("right",), "right", "To the right, where lines are long.", GROUP,
           lambda desk: sideways(desk, 1)),
    Action("configs-alone", ("z",), "one panel", "Give the whole screen to the panel that has the keys; again, or esc: "
           "all.", GROUP, lambda desk: desk.alone_or_all(), footer=16),
    Action("configs-after", ("tab",), "next panel", "Types, versions, what is in one.", "Move",
           lambda desk: desk.turn(1), footer=11),
    Action("configs-before", ("shift+tab",), "panel before", "To the panel before this one.", "Move",
           lambda desk: desk.turn(-1)),
)  # fmt: skip
