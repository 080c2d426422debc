"""``jobyard run``: a task file becomes jobs, which are followed, labelled and reported."""
