"""The keeper: the runner of this host, a process that owns the jobs' processes."""
