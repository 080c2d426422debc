"""A job in words: the lines of the detail pane, without any widget, thread or yard.

=============  ==========================================================
`rows`         a line, what enter does on it, headings, wrapping
`dossier`      all that is known of a job when it is described
`head`         title, state, how it ended; for a low pane in two lines
`why`          every blocker, and what can be done about it
`facts`        command, times, queue, resources, retries
`attempts`     every execution
`using`        how far it is, what it used over time
`edges`        what it waits for and what waits for it
`origin`       where an attempt came from
`past`         what was done to it, by whom
`folded`       an array or a chain that stands on one line
`output`       the end of its log
`holders`      who has a resource and who waits for it
`marked`       the marked jobs, counted
`sections`     which of these a tab shows, and the line of tabs
=============  ==========================================================
"""

from .dossier import Deeper, Dossier
from .rows import Frame, Link, Row, wrapped
from .sections import NAMES, SECTIONS, beside, describe, section, tabs

# What is drawn is imported from here, not from the modules: threads import this package as well, and of a part of it
# that is imported while the whole of it is, each would wait for the other.
__all__ = [
    "NAMES", "SECTIONS", "Deeper", "Dossier", "Frame", "Link", "Row", "beside", "describe", "section", "tabs",
    "wrapped",
]  # fmt: skip
