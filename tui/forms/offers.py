"""What may be meant by the letters that are there so far: whole texts of a field, best first. Called in a thread."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice

from jobyard.core.yard import Yard, shell_join

from ..cli.complete import queue_words
from .fields import As, Field
from .jobwords import job_words

MOST = 50  # offers
LOOKED_AT = 5000  # entries of a folder, programs

Known = Callable[[str], Mapping[str, str]]  # the words of a source of the yard, and something about each or ""


def known_to(yard: Yard) -> Known:
    """The yard's words, each source asked once."""

    @cache
    def words(source: str) -> Mapping[str, str]:
        found = SOURCES[source](yard)
        return found if isinstance(found, dict) else dict.fromkeys(found, "")

    return words


SOURCES: dict[str, Callable[[Yard], Iterable[str]]] = {
    "queues": queue_words,
    "jobs": job_words,
    "resources": lambda yard: (one.name for one in yard.resources()),
    "sessions": lambda yard: (one.name for one in yard.sessions()),
    "policies": lambda yard: ("fifo", "shortest", "chain"),
    "priorities": lambda yard: ("high", "low"),
    "experiments": lambda yard: (),  # the form for them finds them
}


def offers(field: Field, text: str, known: Known) -> list[str]:
    """Whole texts that begin with *text*; itself first if it is one of several."""
    head, word = _last(field, text)
    found: Iterable[str]
    if field.source == "command":
        found = _paths(word, quoted=True) if head.strip() or "/" in word else _programs(word)
    elif field.source in ("folders", "files"):
        found = _paths(word, only_folders=field.source == "folders")
    elif field.source:
        found = known(field.source)
    else:
        found = field.choices
    return [head + one for one in _some(word, found)]


def told(field: Field, texts: Sequence[str], known: Known) -> list[str]:
    """A line for each of these texts of which something is known; none for a field of plain words."""
    words = known(field.source) if field.source == "jobs" and texts else {}
    last = [_last(field, text)[1] for text in texts]
    return [f"{word}  {words.get(word, '')}".rstrip() for word in last] if words else []


def _some(word: str, found: Iterable[str]) -> list[str]:
    longer = (one for one in found if one.startswith(word) and one != word and one.isprintable())
    some = list(islice(longer, MOST))
    return [word, *some] if some and word and word in found else some


def _last(field: Field, text: str) -> tuple[str, str]:
    """What stands before the word that is being typed, and that word."""
    if field.kind is As.WORDS:
        head, comma, word = text.rpartition(",")
        blank = len(word) - len(word.lstrip())
        return head + comma + word[:blank], word[blank:]
    if field.source == "command":
        head, space, word = text.rpartition(" ")
        return head + space, word
    return "", text


def _paths(word: str, *, quoted: bool = False, only_folders: bool = False) -> Iterator[str]:
    """Entries of the folder that the word names so far; of a command's words only those that need no quotes."""
    if quoted and not word:
        return
    before, slash, start = word.rpartition("/")
    try:
        entries = sorted(_entries(os.path.expanduser(before + slash) or "."), key=lambda entry: entry[0])
    except OSError:
        return
    for name, folder in entries:
        if (name.startswith(".") and not start.startswith(".")) or (only_folders and not folder):
            continue
        if not quoted or shell_join([name]) == name:
            yield f"{before}{slash}{name}{'/' if folder else ''}"


def _entries(folder: str) -> Iterator[tuple[str, bool]]:
    with os.scandir(folder) as found:
        for entry in islice(found, LOOKED_AT):
            yield entry.name, entry.is_dir()


def _programs(word: str) -> Sequence[str]:
    return [name for name in _on_path(os.environ.get("PATH", "")) if name.startswith(word)] if word else ()


@lru_cache(maxsize=1)
def _on_path(path: str) -> tuple[str, ...]:
    """The programs of the search path."""
    found: set[str] = set()
    for folder in path.split(os.pathsep):
        try:
            with os.scandir(folder or ".") as entries:
                found.update(entry.name for entry in islice(entries, LOOKED_AT) if _can_run(entry))
        except OSError:
            continue
    return tuple(sorted(found, key=lambda name: (len(name), name)))


def _can_run(entry: os.DirEntry[str]) -> bool:
    try:
        mode = entry.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and bool(mode & 0o111)
