"""Calls of the lab's code: by keywords alone, and only with those that it takes."""

from __future__ import annotations

import inspect
from typing import Any, Callable, Dict, Mapping, Optional


def accepted(function: Callable[..., Any], offered: Mapping[str, Any], openly: bool = True) -> Dict[str, Any]:
    """Those of *offered* that *function* names; with *openly*, all of them if it takes ``**kwargs``."""
    parameters = _parameters(function)
    if parameters is None:
        return dict(offered)
    if openly and any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return dict(offered)
    named = {name for name, one in parameters.items() if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}
    return {name: value for name, value in offered.items() if name in named}


def _parameters(function: Callable[..., Any]) -> Optional[Mapping[str, inspect.Parameter]]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # written in C: it says nothing
        return None
