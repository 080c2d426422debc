"""Everything that can go wrong, as one tree; a class's docstring is its default message.

    JobyardError            exit 1
    ├── BadInput            exit 2   the request itself is wrong
    │   ├── Unknown         exit 2   no such job, queue, session, worker, command
    │   ├── Ambiguous       exit 2   a name that several jobs bear
    │   ├── BadFile         exit 2   a file that cannot be read or is not what it should be
    │   │   └── ConfigDamaged  exit 2  a version of a config that no longer has its checksum; never used
    │   ├── BadFilter       exit 2   a filter with a mistake; it knows where
    │   ├── Cycle           exit 2   dependencies that wait for each other
    │   └── WrongState      exit 2   the job, queue or session is not in a state that allows it
    ├── YardError           exit 2   the yard cannot be used: not a folder, read-only, network file system
    │   ├── NewerStore      exit 2   written by a newer jobyard; left untouched
    │   ├── CorruptStore    exit 2   SQLite says that the database is damaged
    │   └── StoreFull       exit 1   no room on the disk
    ├── Retired             exit 1   this worker's generation has been replaced; it may commit nothing more
    └── RunnerError         exit 1   the keeper cannot be started or reached

Every error carries *what* happened, *why*, and *what to do*; faces print them as one line.
"""

from __future__ import annotations


class JobyardError(Exception):
    """Something went wrong in jobyard."""

    exit_code = 1

    def __init__(self, what: str | None = None, why: str = "", todo: str = "") -> None:
        self.what = what or type(self).__doc__ or type(self).__name__
        self.why = why
        self.todo = todo
        super().__init__(self.line())

    def line(self) -> str:
        """The error as one line: ``WHAT. WHY. WHAT TO DO``."""
        parts = (self.what, _capital(self.why), _capital(self.todo))  # what may begin with somebody's own word
        return " ".join(_sentence(part) for part in parts if part)


class BadInput(JobyardError):
    """The request cannot be understood."""

    exit_code = 2


class Unknown(BadInput):
    """There is no such thing."""


class Ambiguous(BadInput):
    """Several jobs bear this name."""


class BadFile(BadInput):
    """The file cannot be used."""


class ConfigDamaged(BadFile):
    """The file of a version of a config does not hold what it was made with."""


class BadFilter(BadInput):
    """The filter cannot be read."""

    def __init__(self, what: str | None = None, why: str = "", todo: str = "", *, at: int = 0, length: int = 1) -> None:
        super().__init__(what, why, todo)
        self.at = at  # characters before the mistake
        self.length = max(1, length)
        self.text = ""  # the filter, where that is known


class Cycle(BadInput):
    """These jobs would wait for each other for ever."""


class WrongState(BadInput):
    """This cannot be done in the present state."""


class YardError(JobyardError):
    """The yard cannot be used."""

    exit_code = 2
    short = "yard unusable"  # where there is room for no more than two words


class NewerStore(YardError):
    """The store was written by a newer jobyard."""


class CorruptStore(YardError):
    """The store is damaged."""

    short = "store damaged"


class StoreFull(YardError):
    """There is no room left on the yard's disk."""

    exit_code = 1
    short = "disk full"


class Retired(JobyardError):
    """This worker has been replaced by another one."""


class RunnerError(JobyardError):
    """The keeper, which owns the running processes, cannot be reached."""


def _capital(text: str) -> str:
    """With a capital where it begins with a plain word."""
    return text[0].upper() + text[1:] if text.partition(" ")[0].isalpha() else text


def _sentence(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if text.endswith(("?", "!")) else text + "."
