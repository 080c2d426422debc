"""What attempts of some kinds leave decides over their end too: an experiment without its data has not completed.

Only they are looked at; of what this worker started or took over it knows which those are without asking.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence

from . import kinds
from .charge import Charge, leaves
from .models import Result
from .runners.base import SHORTAGES
from .states import Cause, State
from .store import Store, outcomes


def judged(store: Store, charge: Charge, results: list[Result]) -> list[Result]:
    """These results with the data that was left; completed ones without it have failed.

    Raises OSError when that cannot be looked at now: the disk fails, descriptors have run out.
    """
    where = _folders(store, charge, [result for result in results if may_have_left(result)])
    return [_judged(result, *where[result.token]) if result.token in where else result for result in results]


def may_have_left(result: Result) -> bool:
    """Whether its process ended well, or nobody knows how it ended."""
    return result.started_at is not None and result.signal is None and result.exit_code in (0, None)


def _folders(store: Store, charge: Charge, results: Sequence[Result]) -> Mapping[str, tuple[str, str]]:
    """The kind and the folder of those that leave something; the store is asked about others' attempts alone."""
    own = {
        result.token: (charge.leaving[result.token], charge.held[result.token].folder)
        for result in results
        if result.token in charge.leaving
    }
    others = [result.token for result in results if result.token not in charge]
    if others:
        found = outcomes.ending(store, others)
        own |= {one.token: (one.kind, str(store.home / one.folder)) for one in found if leaves(one.kind)}
    return own


def _judged(result: Result, kind: str, folder: str) -> Result:
    try:
        data, wrong = kinds.get(kind).left(folder)
    except OSError as error:
        if error.errno in SHORTAGES:
            raise
        data, wrong = None, f"its data cannot be looked at: {error.strerror or errno.errorcode.get(error.errno or 0)}"
    if result.state is State.COMPLETED and wrong:
        return result._replace(state=State.FAILED, cause=Cause.EXIT, message=wrong)
    return result._replace(data=data)
