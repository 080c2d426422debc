"""A yard for notebooks and scripts: ``from jobyard.core import JobClient``.

=============  ==========================================================
`jobs`         :class:`JobClient`: submit, look, wait, cancel
`result`       :class:`JobResult`: how a job is, and what it left
`tables`       queue and history as dicts and lines
`watching`     a wait that says how far it is
`output`       what jobs write, now and as it comes
`notebook`     the interpreter and search path of whoever submits
`configs`      ``client.config``
`datafiles`    ``client.data``
`versions`     :class:`ConfigVersionManager`, the names of the original
=============  ==========================================================

It opens the yard directly: there is no server between. Threads may share a client; it works while an event loop runs.
"""

from .jobs import JobClient
from .result import JobResult
from .versions import ConfigType, ConfigVersionManager, get_database
from .watching import Standing

__all__ = ["ConfigType", "ConfigVersionManager", "JobClient", "JobResult", "Standing", "get_database"]
