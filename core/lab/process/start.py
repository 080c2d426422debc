"""The process of one attempt: ``python -u start.py ATTEMPT/request.json``, in the interpreter of the lab.

Of a queue with a warm station it hands itself over to that, which is ``start.py --station DESCRIPTOR``.

It ends with 0 only after the data file has its name and ``ATTEMPT/data.json`` says so; with 1 otherwise, after it has
told why on stderr.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import Any, Callable, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "_jobyard_lab"


def load() -> None:
    """Make the files beside this one importable as a package, and as nothing else: they shadow no module of the lab."""
    here = os.path.realpath(HERE)  # as the interpreter has put it on the path, where a link leads here
    sys.path[:] = [path for path in sys.path if os.path.realpath(path or ".") != here]
    place = os.path.join(HERE, "__init__.py")
    spec = importlib.util.spec_from_file_location(PACKAGE, place, submodule_search_locations=[HERE])
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


def part(name: str) -> Any:
    """A module of that package."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def main(path: str, opener: Optional[Callable[..., Any]] = None) -> int:
    """Run the attempt that the file *path* asks for; the exit code. *opener* gives the station."""
    errors, guards = part("errors"), part("guards")
    stopping = guards.Stopping()
    try:
        stopping.watch()
        guards.plot_to_files()
        part("running").run(part("request").read(path), stopping, opener or part("hardware").open_station)
    except errors.Refused as error:
        guards.say(str(error))
    except guards.Stopped:
        guards.say("Stopped by SIGTERM: there is no data")
    except BaseException as error:
        guards.tell(error)
    else:
        return 0
    return 1


if __name__ in ("__main__", "__mp_main__"):  # the second: a process that multiprocessing has spawned
    load()

if __name__ == "__main__":
    if sys.argv[1] == "--station":
        part("station").serve(int(sys.argv[2]), main)
    else:
        leased = part("lease").leased(sys.argv[1])
        part("guards").end(main(sys.argv[1]) if leased is None else leased)
