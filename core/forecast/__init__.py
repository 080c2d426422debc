"""When pending jobs will start and end: the scheduler played forward on what is known of durations. Pure.

============  ==================================================================================
`facts`       what it is made from, and what comes out
`durations`   how long a job will run: estimate, else what earlier runs say, else a guess
`play`        the play itself; who starts is what :mod:`.scheduler` decides
`showing`     what it is shown: as much of the yard as can change the answer
`line`        a queue while it is played
`plans`       what another policy of a queue would give
`reasons`     why of some nothing can be said
============  ==================================================================================
"""

from __future__ import annotations

from .facts import Duration, Expected, Facts, Forecast, Lane, Run, Task, Wait
from .play import Play
from .reasons import Reasons, Root, root

__all__ = ["Duration", "Expected", "Facts", "Forecast", "Lane", "Root", "Run", "Task", "Wait", "forecast", "root"]


def forecast(facts: Facts) -> Forecast:
    """Play the yard forward; a start and an end for each pending job among the tasks, or why there is none.

    Parents are expected to succeed: what waits for a failure is expected to be skipped, and told so.
    """
    play = Play(facts._replace(tasks=(), waits=()) if facts.idle else facts)
    play.play()
    reasons = Reasons(facts, play)
    known = play.known
    for task in facts.tasks:
        if task.row not in known:
            known[task.row] = reasons.of(task)
    return Forecast(facts.now, known, tuple(play.order), facts.more)
