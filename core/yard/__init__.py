"""The facade: every command and every query of every face goes through :class:`Yard`.

=============  ==========================================================
`home`         the folder: where, usable or not, what is in a new one
`finding`      what people call a job, as rows
`resolving`    a filter that somebody wrote
`submitting`   from a wish to rows
`experimenting` from what people write of an experiment to a wish
`staff`        workers: in this process or headless, replaced, drained
`staffed`      who works, what runs, how the yard is: a look of every second
`drawing`      a graph as lanes and as DOT
`comparing`    how two runs differ
`doctor`       what is wrong with the yard (`litter`) or the host (`hostcheck`)
`driftcare`    the files on disk that configs come from, against main
`snapshotcare` the files of versions of configs, looked after
`repairing`    what can be mended of it
`unit`         a worker as a systemd user unit
`changing`     commands on jobs           } parts of the facade,
`lanes`        on queues and sessions     } one duty each, on
`filtering`    on filters                 }
`undoing`      undo, redo, the audit      }
`rehearsing`   on what would be refused   }
`crew`         on workers                 }
`holdings`     on resources               }
`lookback`     on what has been           }
`outlook`      on how it goes just now    }
`configuring`  on versions of configs    }
`briefing`     on many jobs, for clients   }
`forecasting`  on what will start when    }
`proposing`    on what may be asked of a lab }
`reading`      on what jobs wrote         }
`keeping`      on what of it is kept      }
`resulting`    on data that jobs left     }
`gauging`      on what jobs use, how far  }
`timeline`     on what ran when           }
`upkeep`       cleaning up, copying       }
`owning`       on the yard itself         } what `part` says they share
`facade`       :class:`Yard`, which puts them together
=============  ==========================================================
"""

from typing import TYPE_CHECKING, Any

from ..crash import point as crash_point
from ..crash import register as register_crash_points
from ..logs import follow as follow_log
from ..logs import telling_line
from ..models import Finding
from ..names import check_unique
from ..store import Bell, Interrupted
from ..text import (
    cells,
    clean_line,
    clean_output,
    clip,
    clip_start,
    one_line,
    people_age,
    people_duration,
    people_size,
    quoted,
    shell_join,
)
from ..text import visible as visible
from ..units import (
    format_duration,
    parse_count,
    parse_duration,
    parse_factor,
    parse_memory,
    parse_priority,
    parse_time,
    parse_umask,
)
from .facade import Yard
from .home import default as default_home

if TYPE_CHECKING:
    from .. import plain as plain
    from ..needs import merged as merged_needs
    from ..needs import parse_need
    from ..needs import wanted as wanted_needs
    from .staff import WorkerHandle

__all__ = [
    "Bell", "Finding", "Interrupted", "WorkerHandle", "Yard", "cells", "check_unique", "clean_line", "clean_output",
    "clip", "clip_start", "crash_point", "default_home", "follow_log", "format_duration", "merged_needs", "one_line",
    "parse_count", "parse_duration", "parse_factor", "parse_memory", "parse_need", "parse_priority", "parse_time",
    "parse_umask", "people_age", "people_duration", "people_size", "quoted", "register_crash_points", "shell_join",
    "telling_line", "visible", "wanted_needs",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """The worker and all that it needs are imported when somebody names them; so are the views as JSON."""
    if name == "WorkerHandle":
        from .staff import WorkerHandle

        return WorkerHandle
    if name in _NEEDS:
        from .. import needs

        return getattr(needs, _NEEDS[name])
    if name == "plain":
        from .. import plain

        return plain
    raise AttributeError(name)


_NEEDS = {"parse_need": "parse_need", "merged_needs": "merged", "wanted_needs": "wanted"}
