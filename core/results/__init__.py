"""Data files: what is in them, loaded, exported, compared; and which runs have a value in their config.

h5py and numpy are imported inside functions only: whoever imports this, or the facade, waits for neither.

============  ==========================================================
`opening`     a file, opened only to look
`tree`        groups, datasets, links
`summary`     what the values of a dataset are
`config`      the config that a file keeps
`loading`     a file as an object for notebooks
`exporting`   CSV and npz
`differing`   how two files differ
`series`      what of a file can be drawn
`together`    what the jobs of a sweep left, as arrays
`sweeptable`  those as one file
`wishes`      KEY=VALUE: what a run's config must say
`tiles`       a dataset in pieces
============  ==========================================================
"""

from .config import Config, config_of
from .differing import differences
from .exporting import export_csv, export_npz
from .loading import Expt, load
from .model import Axis, DataChange, DataDifferences, Exported, Node, Summary, Tree
from .summary import summaries, summary
from .together import SweepData
from .tree import tree

__all__ = [
    "Axis",
    "Config",
    "DataChange",
    "DataDifferences",
    "Exported",
    "Expt",
    "Node",
    "Summary",
    "SweepData",
    "Tree",
    "config_of",
    "differences",
    "export_csv",
    "export_npz",
    "load",
    "summaries",
    "summary",
    "tree",
]  # fmt: skip
