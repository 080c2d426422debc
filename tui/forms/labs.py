"""What there is to be measured: the classes that were found so far, and which of them is meant by some letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jobyard.core.labmodels import Asked
from jobyard.core.yard import experimenting

from ..text import plain
from .offers import MOST


class Labs:
    """Classes by their ``MODULE:CLASS``: what each says of itself, and the folder in which its module is found."""

    def __init__(self) -> None:
        self.about: dict[str, str] = {}
        self.folders: dict[str, str] = {}
        self.asked: dict[str, Asked] = {}  # the last job of each
        self.usual: tuple[str, ...] = ()  # folders in which an experiment's modules are looked for anyway

    def remember(self, asked: Iterable[Asked]) -> list[str]:
        """Take what was asked for lately; the folders that are to be looked through, best first, each once."""
        self.usual = tuple(experimenting.usual_paths())
        for one in asked:
            self.asked.setdefault(f"{one.module}:{one.name}", one)
        others = [path for one in self.asked.values() for path in one.paths]
        return [*dict.fromkeys([*self.usual, *others])]

    def take(self, folder: str, found: Iterable[tuple[str, str, str, str]]) -> None:
        """Experiments of a folder: module, class, what it says, file. The first folder that has a name keeps it."""
        for module, name, about, _ in found:
            target = f"{module}:{name}"
            if target not in self.about:
                self.about[target], self.folders[target] = about, folder

    def paths(self, target: str) -> tuple[str, ...]:
        """The folders that have to be said for it: those of its last job, or that in which it was found."""
        folder = self.folders.get(target, "")
        if folder in self.usual:
            return ()
        last = self.asked.get(target)
        if last is not None and (not folder or folder in last.paths):
            return last.paths if not set(last.paths) <= set(self.usual) else ()
        return (folder,) if folder else ()

    def meant(self, text: str) -> list[str]:
        """The classes that the letters mean: those asked for lately first, then by name."""
        every = [*dict.fromkeys([*self.asked, *sorted(self.about)])]
        small = text.strip().lower()
        begin = [one for one in every if one.lower().startswith(small)]
        within = [one for one in every if small in one.lower() and one not in begin]
        return [one for one in (*begin, *within) if one.isprintable()][:MOST]

    def lines(self, targets: Sequence[str]) -> list[str]:
        """A line about each."""
        room = max(map(len, targets), default=0)
        return [f"{one:{room}}  {self.word(one)}".rstrip() for one in targets]

    def word(self, target: str) -> str:
        """What a class says of itself, and its last job."""
        last = self.asked.get(target)
        return "  ".join(
            part for part in (plain(self.about.get(target, "")), f"last {last.job}" if last else "") if part
        )
