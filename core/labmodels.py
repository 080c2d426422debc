"""Frozen records of a lab: versions of configs, and the data that experiments leave.

Times are seconds since the epoch, sizes bytes, as in `models`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

MAIN = ""  # the wish for the main version of a type
VERSIONS = "configs/versions"  # of a yard; in it a folder for each type


class ConfigLink(NamedTuple):
    """A version that an attempt ran with. ``path`` is absolute: the snapshot, which is never written again."""

    type: str
    version: str  # CFG-HW-20261122-00001
    checksum: str  # SHA-256
    path: str


class ConfigVersion(NamedTuple):
    """An immutable snapshot of a config."""

    row: int
    id: str  # CFG-{CODE}-YYYYMMDD-NNNNN
    type: str
    checksum: str  # SHA-256 of its bytes
    size: int
    filename: str  # what it was called where it came from
    path: str  # relative to the yard
    created_at: float
    created_by: str
    job: str  # the id of the job that it was made for, or ""
    main: bool = False
    attempts: int = 0  # how many ran with it


class ConfigKind(NamedTuple):
    """A type of config: hardware_config, HW. ``file`` is the one on disk that is watched, ``schema`` a JSON Schema."""

    name: str
    code: str
    file: str = ""
    schema: str = ""
    main: ConfigVersion | None = None
    set_at: float | None = None  # when that became main, and by whom
    set_by: str = ""
    versions: int = 0


class MainChange(NamedTuple):
    """A version became main; "" = none was any more."""

    type: str
    version: str
    at: float
    by: str
    way: str = ""  # undo or redo, where that did it


class Pushed(NamedTuple):
    """What a push did. ``existed``: equal bytes were a version already; ``before`` was main until then ("" = none).

    ``mended``: the version's file was damaged or gone, and has its bytes again.
    """

    version: ConfigVersion
    existed: bool
    before: str
    mended: bool = False

    def __repr__(self) -> str:
        version = self.version
        return f"<Pushed {version.id} {version.type}{', it was there already' if self.existed else ''}>"


class ConfigChange(NamedTuple):
    """One value that differs: ``device.qubit.f_ge  4.8 → 4.85``. None: absent on that side."""

    path: str
    before: str | None
    after: str | None


class ConfigDiff(NamedTuple):
    """How two configs differ. ``changes`` is None where one of them has no structure that could be compared (*why*)."""

    one: str
    other: str
    lines: tuple[str, ...]  # of a unified diff, with its head
    changes: tuple[ConfigChange, ...] | None
    why: str = ""  # which one has none, and why


class Drift(NamedTuple):
    """How the file on disk stands to main: same, differs, missing, unreadable, invalid, no main, no file, damaged.

    A file that is checked before it is pushed may be valid.
    """

    type: str
    state: str
    file: str
    main: str
    why: str = ""

    @property
    def wrong(self) -> bool:
        """Whether somebody should look at it."""
        return self.state not in ("same", "valid", "no main", "no file")


class DataFile(NamedTuple):
    """The data that an attempt left: an HDF5 file, closed, checked and named before the attempt counted."""

    path: str  # absolute
    size: int
    made_at: float


class Run(NamedTuple):
    """An attempt that left data, with what made it."""

    row: int
    job: str
    name: str
    number: int
    user: str
    experiment: str  # module:class
    started_at: float | None
    ended_at: float | None
    data: DataFile
    configs: tuple[ConfigLink, ...] = ()
    array: str = ""  # the id of the array that its job is an element of
    element: int | None = None  # its index in it
    swept: tuple[tuple[str, Any], ...] = ()  # its point in a sweep: keys with their values

    def __repr__(self) -> str:
        return f"<Run {self.job}.{self.number} {self.experiment}: {self.data.path}>"


class Brief(NamedTuple):
    """What a job asked for, what data it left ("" = none), and what its last attempt ran with, by type."""

    fields: Mapping[str, Any]
    data_file: str  # absolute
    configs: Mapping[str, str]  # type: a version's id


class Parameter(NamedTuple):
    """A parameter of an experiment: a key of its config, as far as the text of its class tells."""

    key: str  # dotted where it lies deeper: sweep.expts
    default: Any = None  # as JSON has it
    known: bool = False  # whether there is that default
    filled: bool = False  # the class itself takes the default where none is given
    required: bool = False  # it is asked for, and there is no default
    type: str = ""  # number, integer, string, boolean, array, object; "" = any
    stated: bool = False  # somebody wrote that type; else it is that of the default
    unit: str = ""
    help: str = ""
    said: str = ""  # the default as Python, where it is no plain value: 2 * np.pi
    choices: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None


class MainFile(NamedTuple):
    """A version that is main: its id, its file, and how that was called where it came from."""

    version: str
    path: str  # absolute
    filename: str


class MainValue(NamedTuple):
    """A value of a main config: ``device.qubit.f_ge``, as it is written there."""

    path: str
    value: str


class Sheet(NamedTuple):
    """What an experiment may be asked with. ``beside``: values of main that have a parameter's name, by its key."""

    module: str
    name: str
    about: str
    file: str  # "" where only its start will tell
    parameters: tuple[Parameter, ...] = ()
    beside: Mapping[str, tuple[MainValue, ...]] = {}  # never written; a MappingProxyType goes to no other process
    reads: tuple[MainValue, ...] = ()  # what the class takes out of main
    main: str = ""  # the version; "" = there is none, or it cannot be read: see ``wrong``
    wrong: str = ""


class Asked(NamedTuple):
    """How a class was asked for the last time."""

    job: str  # its id
    module: str
    name: str
    config: Mapping[str, Any]
    paths: tuple[str, ...]


class ConfigTest(NamedTuple):
    """What a value in the config of a run must be: ``expt.start=0``, ``hardware_config.device.qubit.f_ge>4.8``."""

    text: str  # as it was written
    scope: str  # expt, a type of config, or "": expt, and where that has no such value, any config
    path: tuple[str | int, ...]  # keys, and indexes of lists
    operator: str  # = != < <= > >= ~ !~
    word: str  # the value as it was written, without its quotes
    number: float | None = None  # that it is
    constant: str = ""  # true, false or null, if it is one


class RunFilter(NamedTuple):
    """Which runs are meant: all that is given must hold."""

    user: str = ""
    experiment: str = ""  # a class, a module, or MODULE:CLASS
    queues: frozenset[int] = frozenset()
    since: float | None = None  # seconds since the epoch: when the data was made
    until: float | None = None
    tests: tuple[ConfigTest, ...] = ()
    jobs: frozenset[int] | None = None  # rows, such as the elements of an array
    of: Any = None  # what must hold of its job: a models.JobFilter
