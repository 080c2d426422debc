"""What is seen of the chosen version: what is told of it, and what is in it, in one of several forms."""

from __future__ import annotations

import time

from ..configs.head import FORMS, Told, of_file, of_version
from ..configs.leaf import Leaf, Words
from ..configs.reading import BEFORE, MAIN, Wish, read, told, unchecked
from ..configs.versions import FILE
from ..text import plain
from .configlooks import ConfigLooks

PATIENCE = 0.2  # seconds after which it is told that something is still being read
FORM = "configs.form"  # as it is remembered
BASES = (BEFORE, MAIN, FILE)
COMPARING = ("lines", "beside", "values")


class ConfigSeen(ConfigLooks):
    """One wish at a time: what comes for another one is left."""

    def __init__(self) -> None:
        super().__init__()
        form = self.yard_app.memory.get(FORM)
        self.form = form if form in FORMS else "lines"
        self.base = BEFORE
        self._asked: Wish | None = None
        self._shown: Wish | None = None
        self._drafted: Wish | None = None  # of which what was not checked yet is shown
        self._told: Told | None = None
        self._telling: object = None  # what was asked for that
        self.sought = ""  # words that are looked for

    def show_chosen(self) -> None:
        """What is told of the chosen version, and what is in it."""
        self._show_head()
        self._read()
        self.tell_facts()
        self.show_context()

    def _show_head(self) -> None:
        kind, version, now = self.kind, self.version, time.time()
        if self.on_file and kind is not None:
            self.head.tell(of_file(kind, self.drifts.get(kind.name)))
        elif version is not None:
            main = kind.main.row if kind is not None and kind.main is not None else None
            version = version._replace(main=version.row == main)
            known = self._told if self._told is not None and self._told.version.id == version.id else Told(version)
            self.head.tell(of_version(known, now))
            telling = (version.id, version.attempts, kind.set_at if kind is not None else None)
            if telling != self._telling:
                self._telling = telling
                self.quick("head", lambda yard: told(yard, version.id), self._take_told)
        else:
            self.head.tell([])

    def _take_told(self, found: Told) -> None:
        self._told = found
        if (version := self.version) is not None and version.id == found.version.id:
            self.head.tell(of_version(found, time.time()))

    def _wish(self) -> Wish | None:
        """What is to be seen now."""
        kind, key = self.kind, self.list.key
        if kind is None or not self.list.has(key):
            return None
        comparing = self.form in COMPARING
        base = (self.list.mark or self.base) if comparing else ""
        if comparing and key == FILE and base == BEFORE:
            base = MAIN
        stamp: list[object] = []
        if FILE in (key, base):
            stamp.append(self._stamps.get(kind.name))
        if base == MAIN or self.form == "history":
            stamp += [kind.main.row if kind.main is not None else None, kind.set_at]
        if self.form == "runs":
            stamp.append(self._rung)
        return Wish(kind.name, kind.file, key, self.form, base, tuple(stamp))

    def _read(self) -> None:
        wish = self._wish()
        if wish is None:
            self._asked = self._shown = None
            self.pane.take(Words())
            self.head.turn(self.form, "", False)
        elif wish != self._asked:
            self._asked = wish
            ask = self.slow if self.form in COMPARING or wish.key == FILE else self.quick
            ask("leaf", lambda yard: read(yard, wish), lambda leaf: self._take_leaf(wish, leaf))
            if wish.key == FILE and wish.form == "contents":  # a large file is seen before it is checked
                self.quick("draft", lambda yard: unchecked(yard, wish), lambda leaf: self._take_draft(wish, leaf))
            self.set_timer(PATIENCE, lambda: self._still_reading(wish))

    def _still_reading(self, wish: Wish) -> None:
        if wish == self._asked != self._shown:
            self.head.turn(wish.form, "", True)

    def _take_draft(self, wish: Wish, leaf: Leaf) -> None:
        if wish == self._asked != self._shown:
            self._put_leaf(wish, leaf)
            self._drafted = wish

    def _take_leaf(self, wish: Wish, leaf: Leaf) -> None:
        if wish == self._asked:
            self._put_leaf(wish, leaf)
            self._shown = wish
            self.head.turn(wish.form, leaf.caption, False)
            self.show_context()

    def _put_leaf(self, wish: Wish, leaf: Leaf) -> None:
        """Show it; where it is what was there, read once more, from the same line on."""
        if isinstance(leaf, Words):
            leaf.name_keys(self._keys())
        before = self._drafted or self._shown
        self.pane.take(leaf, stay=before is not None and before._replace(stamp=None) == wish._replace(stamp=None))
        self._drafted = None

    def _keys(self) -> dict[str, str]:
        """Keys that words speak of."""
        shown = {action.id: action.shown_key or action.label for action in self.actions}
        names = {"base": "configs-base", "lines": "configs-form-after", "push": "configs-push-other"}
        return {name: shown[id] for name, id in names.items()}

    def see(self, form: str) -> None:
        """Show what is chosen in another form, now and in the next app."""
        self.form = form
        self.yard_app.remember(FORM, form)
        self.show_chosen()

    def next_form(self, step: int) -> None:
        """The form beside."""
        self.see(FORMS[(FORMS.index(self.form) + step) % len(FORMS)])

    def next_base(self) -> None:
        """Compare with something else: the version before, main, the file."""
        self.base = BASES[(BASES.index(self.base) + 1) % len(BASES)]
        self.list.mark = ""
        self.list.repaint()
        self.show_chosen()

    def mark(self) -> None:
        """Mark this version: others are compared with it."""
        self.list.toggle_mark()
        self.show_chosen()

    def look_for(self, words: str) -> None:
        """Look for words in what is seen, from the first line in sight on; "": no more."""
        self.sought = words
        self.tell_facts()
        if words:
            self._find_from(self.pane.top, False)
        else:
            self.pane.show_hit(-1)

    def _find_from(self, start: int, back: bool) -> None:
        leaf, words = self.pane.leaf, self.sought
        self.quick("find", lambda yard: leaf.find(words, start, back), lambda hit: self._take_hit(leaf, hit))

    def _take_hit(self, leaf: Leaf, hit: int | None) -> None:
        if leaf is not self.pane.leaf:
            return
        if hit is None:
            self.tell(f"There is no {plain(self.sought)} in it.", "warning")
        self.pane.show_hit(-1 if hit is None else hit)

    def jump(self, back: bool) -> None:
        """To the next line with what is looked for; else to the next stretch that differs."""
        if self.sought:
            at = self.pane.hit if self.pane.hit >= 0 else self.pane.top - 1
            self._find_from(at + (-1 if back else 1), back)
        elif not self.pane.jump(back):
            self.tell(f"There is no {'earlier' if back else 'further'} difference.")

    def mark_none(self) -> None:
        """Nothing is marked any more."""
        self.list.mark = ""
        self.list.repaint()
        self.show_chosen()
