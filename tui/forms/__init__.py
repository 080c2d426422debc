"""Forms: what a person fills in, as the steps that the command line would do.

============  ===========================================================
`shellwords`  a line as a shell reads it, as far as no shell is needed
`fields`      a field; what a form has made of its texts
`jobfields`   the one table of the fields of a job
`reading`     } from its texts to arguments of a JobSpec,
`spelling`    } from there to options of the command line,
`jobtexts`    } and from a job back to texts
`jobs`        a new job; a job once more, but for what is said
`experiment`  a new experiment, or a sweep of it
`again`       an experiment once more
`parameters`  what an experiment is asked with
`labs`        the classes that were found
`lanes`       queues and sessions
`edges`       what a job waits for
`dependants`  what waits for a job
`locks`       resources
`offers`      what may be meant by the letters that are there so far
`jobwords`    jobs by their ids and names, with a word about each
`looking`     what can only be told by looking at folders and programs
============  ===========================================================

Nothing here knows a widget; `screens.form` shows any of them. They are imported when a form is first opened.
"""
