"""What is sent of a line of which only some cells changed."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from jobyard.tui.spans import Spans

CONSOLE = Console(color_system=None)


def sent(chops: dict[int, Strip | None], ends: list[int], *spans: tuple[int, int, int]) -> str:
    return Spans([chops], list(spans), [ends]).render_segments(CONSOLE).replace("\x1b[1;", "→")


def strip(text: str) -> Strip:
    return Strip([Segment(text)])


def test_a_span_begins_where_it_begins() -> None:
    """Nothing left of it is sent, nothing right of it."""
    assert sent({0: strip("abcdefgh")}, [8], (0, 3, 5)) == "→4Hde"


def test_a_span_over_two_widgets() -> None:
    """Each one's part, from where it begins; where the terminal stands there already it is not sent there."""
    assert sent({0: strip("abcd"), 4: strip("efgh")}, [4, 8], (0, 2, 6)) == "→3Hcdef"
    assert sent({0: strip("abc…"), 4: strip("efgh")}, [4, 8], (0, 2, 6)) == "→3Hc…→5Hef"


def test_a_widget_that_is_not_painted() -> None:
    """A piece of the line that nobody gave is left as it is."""
    assert sent({0: None, 4: strip("efgh")}, [4, 8], (0, 0, 8)) == "→5Hefgh"


def test_two_spans_of_a_line() -> None:
    """Each on its own."""
    assert sent({0: strip("abcdefgh")}, [8], (0, 0, 1), (0, 7, 8)) == "→1Ha→8Hh"
