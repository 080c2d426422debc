"""The page of a run: one attempt of a job with all that made it and all that came of it.

============  ==========================================================
`model`       what is known of it
`looking`     the yard is asked for that, in a thread
`about`       the lines of its first panel: state, times, attempts
`origin`      the rest of them: configs, code, what differs since
`parameters`  what it was called with, as a tree
`datasets`    what its data file holds, to choose from
`waiting`     what is said where there are no data
============  ==========================================================
"""
