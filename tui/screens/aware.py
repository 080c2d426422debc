"""The part of the Jobs screen that knows how the yard is and what others do."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from jobyard.core.errors import YardError
from jobyard.core.models import Health

from ..feeds import Feeds
from ..messages import Examined, Heard
from ..text import plain
from ..trouble import trouble_of
from ..widgets.header import Header

if TYPE_CHECKING:
    from ..app import JobyardApp


class Aware(Screen[None]):
    """Trouble is a state of the header; what others did is said in the corner, summed up."""

    header: Header
    feeds: Feeds

    def __init__(self) -> None:
        super().__init__()
        self._health = Health(True, True)
        self._failing: dict[object, YardError] = {}
        self._said = ""  # what will be said when the trouble is over that was told; of what follows from it nothing is

    def on_examined(self, message: Examined) -> None:
        """The yard is otherwise than before."""
        self._health = message.health
        self._judge()

    def retry(self) -> None:
        """A second has passed: what could not be looked at is looked at again, whatever screen is in front."""
        app = cast("JobyardApp", self.app)
        if self._failing:
            app.jobs.look_everywhere()
            if app.place is not app.jobs and app.place.is_mounted:
                app.place.look()

    def fails(self, kind: object, error: YardError | None) -> None:
        """Looks of this kind fail, or (None) do so no more."""
        if error is None:
            self._failing.pop(kind, None)
        else:
            self._failing[kind] = error
        self.feeds.drawn()
        self._judge()

    def _judge(self) -> None:
        """Say what is wrong, once, and that it is over."""
        app = cast("JobyardApp", self.app)
        before, now = self.header.ailing, trouble_of(plain(str(app.yard.home)), self._health, self._failing.values())
        self.header.ail(now)
        app.place.tell_facts()
        app.obey(writable=self._health.writable or not self._health.there)
        if now is None and before is not None:
            self._end_trouble(self._said)
        elif now is not None and now.words and not self._said:
            self._said = now.over
            app.tell(now.words, "error" if now.kind != "low" else "warning")

    def _end_trouble(self, words: str) -> None:
        """What was missed meanwhile is fetched."""
        self._said = ""
        if words:
            cast("JobyardApp", self.app).tell(words)
        self.feeds.survey()
        self.feeds.fetch()

    def on_heard(self, message: Heard) -> None:
        """Others have changed something."""
        from ..hearsay import Reader, told  # the first paint does not wait for it

        app = cast("JobyardApp", self.app)
        app.tell(told(message.news.deeds, Reader(app.yard.user, app.yard.host)))
        self.feeds.outlook.told_news()
