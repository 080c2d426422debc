"""Lists of jobs.

`segments`   stretches with one order and one index
`sorts`      orders by a column, as segments
`plans`      a filter and an order as segments with conditions, and how long each is
`walking`    rows of a plan, by its indexes
`scanning`   one look at every job, for what no index serves
`strands`    the order of what was found so
`found`      lists that are made so, kept and kept up
`paging`     pages of a list, and where a job stands in it
`folding`    lines that stand for several jobs
`lines`      rows as people see them
`news`       what changed
"""
