"""A config as the lab's code sees it: ``cfg.device.qubit.f_ge`` is ``cfg["device"]["qubit"]["f_ge"]``."""

from __future__ import annotations

import difflib
from typing import Any, Dict


class AttrDict(Dict[str, Any]):
    """A dict whose items are attributes too, at every depth, also those of dicts in lists.

    A key that is the name of a dict's method (``items``, ``copy``) is reached as an item alone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.update(*args, **kwargs)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, nested(value))

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(self._lacks(name)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(self._lacks(name)) from None

    def _lacks(self, name: str) -> str:
        near = difflib.get_close_matches(name, [key for key in self if isinstance(key, str)], 1)
        return "the config has no {!r} here{}".format(name, f"; there is {near[0]!r}" if near else "")

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def copy(self) -> AttrDict:
        return AttrDict(self)

    def to_dict(self) -> Dict[str, Any]:
        """The same in plain dicts."""
        plain: Dict[str, Any] = _plain(self)
        return plain


def nested(value: Any) -> Any:
    """*value* with its dicts as AttrDicts; one that is an AttrDict already stays the same object."""
    if type(value) is dict:
        return AttrDict(value)
    if type(value) in (list, tuple):
        return type(value)(nested(one) for one in value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_plain(one) for one in value)
    return value
