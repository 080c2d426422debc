"""The part of the Results screen that looks for words in a file: also in what is folded away, which is unfolded."""

from __future__ import annotations

from ..results import filetree
from ..results.filetree import FileTree
from .resultlayout import FILE, ResultLayout


class ResultFile(ResultLayout):
    """What is looked for stays for the next file."""

    sought = ""

    def look_for(self, words: str) -> None:
        """Look for these words from the line under the cursor on; "" for none any more."""
        self.sought = words
        if words:
            self.go_to(FILE)
            self.jump()
        else:
            self.file.show_hit(-1)

    def jump(self, back: bool = False) -> None:
        """To the next line with them, or the one before."""
        rows = self.looked.rows if self.looked is not None else ()
        found = filetree.seek(rows, self.sought, self.file.key, back) if self.sought else None
        if not self.sought:
            self.tell("Nothing is looked for in the file yet.")
        elif found is None:
            self.tell("It is not in the names, shapes, types and values of this file.", "warning")
        else:
            self._unfold(filetree.above(rows, found.key))
            self._put_hit(found.key)

    def _unfold(self, rows: list[filetree.Row]) -> None:
        turned = self._folded.setdefault(self._path, set())
        turned ^= {row.key for row in rows if filetree.closed(row, turned)}
        self._show_tree()

    def _put_hit(self, key: str) -> None:
        if isinstance(leaf := self.file.leaf, FileTree):
            self.file.show_hit(next((at for at, row in enumerate(leaf.rows) if row.key == key), -1))
