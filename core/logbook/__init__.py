"""Reading what jobs wrote, however much it is: a window anywhere, both streams in order, search, filter, colours.

=============  ====================================================================================
`model`        `Source` (an attempt's files), `Place`, `Row`, `Hit`, `News`
`book`         :class:`Book`: one or several sources as one sequence of rows, read around a place
`patterns`     :func:`pattern`: what is searched for
`search`       the next match, or the one before; through `scan`, in slices
`tally`        counting lines or matches, and how many come before a place
`matching`     only the rows that match, with some around them: a window over those
`weave`        the rows of one source, both streams in the order in which they arrived
`rows`         from a span of a file to what a person is shown
`growth`       the keeper's samples: what arrived when
`reader`       one file: where its rows and holes are
`looks`        :func:`sgr`: a row as a terminal would show it: text, looks, nothing that is obeyed
=============  ====================================================================================

Positions are byte offsets; nothing is indexed that somebody waits for, and no file is ever in memory. Functions that
may take long ask a ``stop`` often and tell a ``progress``. Everything is safe to call from any thread.
"""

from .book import Book
from .looks import PLAIN, Colour, Look, Piece, plain, sgr
from .matching import Matching
from .model import END, START, Hit, News, Place, Row, Source, Streams
from .patterns import Expression, Pattern, compiled_text, pattern
from .tally import Lines, Tally

__all__ = [
    "END", "PLAIN", "START", "Book", "Colour", "Expression", "Hit", "Lines", "Look", "Matching", "News", "Pattern",
    "Piece", "Place", "Row", "Source", "Streams", "Tally", "compiled_text", "pattern", "plain", "sgr",
]  # fmt: skip
