"""Lists of jobs.

`segments`   stretches with one order and one index
`queries`    the segments of a filter, and how long they are
`scans`      filters that no index serves
`paging`     pages of a list
`positions`  where a job stands in it
`lines`      rows as people see them
`news`       what changed
"""
