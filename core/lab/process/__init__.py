"""The runner of one experiment. Its files run in the interpreter of the LAB, which may be a Python 3.8 without jobyard.

``python -u …/start.py ATTEMPT/request.json`` runs one attempt. The files need the standard library alone; numpy and
h5py are imported when an attempt starts. They never import jobyard: `start` loads them as the package ``_jobyard_lab``.

| module       | its one duty                                                                        |
|--------------|-------------------------------------------------------------------------------------|
| `start`      | the process: load the package, run the attempt, tell a failure, end                 |
| `running`    | the steps of one attempt; a warm station calls it in-process                        |
| `request`    | what is asked for                                                                   |
| `finding`    | what must be importable, and classes by their name                                  |
| `hardware`   | the station: mock, the lab's own, or none                                           |
| `calling`    | call the lab's code with the arguments that it takes                                |
| `bars`       | progress bars for a notebook, as text                                               |
| `attrdict`   | the config as the lab's code sees it                                                |
| `jsonplain`  | config → JSON and back: complex numbers, arrays, NaN                                |
| `taking`     | what an experiment leaves: data, notes, axes                                        |
| `holding`    | data → what HDF5 can hold, and what it cannot                                       |
| `arraying`   | a value as an array that HDF5 can hold                                              |
| `datafile`   | the HDF5 file: written, checked                                                     |
| `saving`     | the data file of an attempt, or a file that is no result                            |
| `placing`    | from a temporary name to the real one: nothing half-written ever has that           |
| `guards`     | sys.exit, fork, SIGTERM, threads left behind                                        |
| `mock`       | hardware that nobody has                                                            |
| `lease`      | an attempt hands itself over to the warm station of its queue                       |
| `station`    | the warm station: attempts in-process, one after the other                          |
| `surroundings` | what an attempt may change of the process, put back                               |
| `modules`    | what is imported anew for each attempt, and what stays                              |
| `wire`       | messages between them                                                               |
"""
