"""The keeper: the runner of this host, a process that owns the jobs' processes.

``python -P -m jobyard.core.runners.keeper YARD`` runs it; :class:`.client.KeeperRunner` speaks to it. All but the
client and :mod:`.summon` is the keeper's side: the standard library, ``jobyard.core.crash`` and
``jobyard.core.runners.base``, so that nothing else on the machine can break what holds the processes.

| module     | its one duty                                                                       |
|------------|------------------------------------------------------------------------------------|
| `loop`     | wait for something to happen: sockets, signals, timers; leave when idle            |
| `keeper`   | the life of an attempt: waiting, running, ending, told                             |
| `requests` | what workers ask                                                                   |
| `hub`      | the socket and its connections                                                     |
| `channel`  | JSON lines with descriptors over a Unix socket, both ways                          |
| `protocol` | dataclasses as JSON and back                                                       |
| `lanes`    | who may start next                                                                 |
| `spawn`    | folder, files, process                                                             |
| `files`    | what lies in an attempt's folder                                                   |
| `reaper`   | exit statuses, of our own children and of adopted ones                             |
| `adopt`    | what became of an attempt that an earlier keeper had                               |
| `tree`     | which processes belong to which job                                                |
| `stopping` | SIGTERM, grace, SIGKILL, until nothing is left                                     |
| `cgroup`   | a cgroup for each job that lives longer than a moment                              |
| `logbound` | growth and cap of the logs                                                         |
| `sampling` | what a job's processes use, once a second                                          |
| `usagefile`| the samples on disk, thinned out as they grow old                                  |
| `outcomes` | outcomes on disk until the store has them                                          |
| `procfs`, `pidfd`, `system` | the kernel                                                        |
"""
