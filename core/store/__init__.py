"""The only place that knows SQLite and peewee: tables, queries, named outcomes, migrations.

=============  ===========================================================================
`schema`       tables, indexes, triggers
`migrations`   from an empty file to today's tables
`database`     connections, transactions, files that are deleted while in use
`turns`        how long another program's lock has kept this one waiting
`complaints`   SQLite's errors as ours
`store`        the database with its doorbell, clock and actor
`bell`         who has committed rings; who waits hears
`ids`          JOB-YYYYMMDD-NNNNN and the rows behind it
`submit`       new jobs, one or a million, all or nothing
`claims`       pending → running
`outcomes`     running → ended, started, returned, retried
`settle`       what an end does to the dependants, in steps
`hooks`        ends that a command is to be run for
`provenance`   what an attempt was started with
`blobs`        texts that many rows share, once each
`failures`     what failed lately
`activity`     how many ended when
`deeds`        what others changed of late
`edits`        cancel, requeue, hold, priority
`undo`         taking a change set back, and doing it again
`compensating` how a row is set back; `setting_jobs`, `setting_lanes` of each kind, `undoable` after which verbs
`history`      the audit, and change sets in words
`preview`      what a command would do
`moves`        a job's place in its queue, by hand (`ranks`: its arithmetic)
`edges`        dependencies edited later
`weights`      policies of queues, as a number
`queues`       sessions and queues
`workers`      generations: who lives, who was replaced
`views`        pages of jobs, counts, changes (`listing`: how; `filtering`: conditions of filters)
`jobs`         one job, whole, and its history
`briefs`       what many jobs asked for and left
`asked`        how experiments were asked for lately
`purge`        what ended long ago goes, in steps (`attic`: what jobs leave behind)
`backup`       a copy of one instant
`check`        integrity, counters recounted
`recount`      counters of a sound store, set right
`rescue`       a new store of what can be read of a damaged one: `pages` (the file format), `layout` (what
               rows look like), `salvage` (table by table), `mend` (agreeing again), `swap` (into its place)
=============  ===========================================================================
"""

from .bell import Bell, Mute
from .database import Interrupted
from .store import Actor, Store

__all__ = ["Actor", "Bell", "Interrupted", "Mute", "Store"]
