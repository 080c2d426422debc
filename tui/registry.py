"""All actions of every screen, in the order of the help."""

from __future__ import annotations

from .actions import Action
from .verbs.choosing import CHOOSING
from .verbs.columns import LIST
from .verbs.copying import COPYING
from .verbs.detail import DETAIL
from .verbs.everywhere import EVERYWHERE
from .verbs.jobs import JOBS
from .verbs.lanes import LANES
from .verbs.moving import MOVING
from .verbs.ordering import ORDERING
from .verbs.panes import PANES
from .verbs.reading import READING
from .verbs.submitting import SUBMITTING
from .verbs.undoing import UNDOING
from .verbs.views import LEAVING, VIEWS
from .verbs.watching import WATCHING
from .verbs.yard import YARD

ACTIONS: tuple[Action, ...] = (
    *MOVING,
    *PANES,
    *CHOOSING,
    *LIST,
    *SUBMITTING,
    *JOBS,
    *ORDERING,
    *UNDOING,
    *VIEWS,
    *COPYING,
    *DETAIL,
    *WATCHING,
    *YARD,
    *LANES,
    *EVERYWHERE,
    *LEAVING,
)
LOG_ACTIONS: tuple[Action, ...] = (*MOVING, *READING, *EVERYWHERE)
SCREENS = {"jobs": ACTIONS, "log": LOG_ACTIONS}  # an action that is in several has one id and the same keys in all
