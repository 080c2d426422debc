"""What Textual would remember of widgets that are gone."""

from __future__ import annotations

from textual._styles_cache import StylesCache


def let_go() -> None:
    """Forget which widget asked for which two colours of its border.

    Textual 8 keeps the answers by who asked, and with each of the last 1,024 who did all the lines it had painted:
    every dialog of a day. That is a hundred megabytes, and each full collection of garbage looks through them.
    """
    StylesCache.get_inner_outer.cache_clear()
