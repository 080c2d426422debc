"""jobyard.core: the library under the jobyard control room.

For notebooks and scripts: ``from jobyard.core import JobClient``.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's own, which costs the keeper 3 ms
if TYPE_CHECKING:
    from .client import ConfigType as ConfigType
    from .client import ConfigVersionManager as ConfigVersionManager
    from .client import JobClient as JobClient
    from .client import JobResult as JobResult
    from .client import get_database as get_database
    from .models import JobSpec as JobSpec
    from .yard import Yard as Yard

__version__ = "0.1.0"

__all__ = ["ConfigType", "ConfigVersionManager", "JobClient", "JobResult", "JobSpec", "Yard", "get_database"]

_MADE_IN = {"Yard": "yard", "JobSpec": "models"}


def __getattr__(name: str) -> object:
    """Imported when somebody names it: the command line and the keeper pass through here as well."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f".{_MADE_IN.get(name, 'client')}", __name__), name)
    return globals().setdefault(name, found)
