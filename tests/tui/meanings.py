"""What every action means: the keys that do it in the app, and the command that does the same.

**Adding an action? Add a line to `CASES`** (tests/tui/test_meanings.py fails until there is one):

    Case("hold", on="one", keys=("H",), command="hold one")                  the same as its command
    Case("cancel", on="one two", keys=("c", "enter"), command="cancel one two")
    Case("priority", on="one", keys=("p", "=5", "enter"), command="priority one 5")
    Case("sort", keys=("o", "down", "enter"))                                changes nothing in the store
    Elsewhere("worker", "tests/tui/test_terminal.py::test_detach_…")         another test proves it

* ``on``: names of jobs of the prepared yard (tests/tui/prepared.py says what it holds). One is put under the
  cursor, of several each is marked.
* ``keys``: Textual's names of keys; ``=words`` is typed letter by letter; ``?words`` waits until they are on the
  screen; ``!id`` does an action that has no key, as the palette does. After every key the test waits until the app
  has settled, so ``?`` is seldom needed.
* ``command``: the words after ``jobyard``; ``{home}`` is the yard's folder, ``{first}`` the oldest
  config, ``{python}`` this interpreter. None: the store is afterwards as it was before.
* ``first``: commands that are done in both yards before, such as ``("hold one",)`` for an undo.
* ``note``: tells cases of one action from each other in the test's name.

Both yards are copies of one; afterwards every table is equal but for times, tokens and the face that acted.
"""

from __future__ import annotations

from typing import NamedTuple

from jobyard.tui.forms.lanes import SETTINGS


class Case(NamedTuple):
    """Keys in the app, and the command that leaves the store the same."""

    action: str
    keys: tuple[str, ...]
    command: str | None = None
    on: str = ""
    first: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """The test's name."""
        return "-".join(word for word in (self.action, self.note or self.on.replace(" ", "+")) if word)


class Elsewhere(NamedTuple):
    """An action that starts or ends processes, or the app: the test that proves it."""

    action: str
    test: str


WORKER = "tests/tui/test_terminal.py::test_detach_and_attach_do_not_touch_a_job"
QUIT = "tests/tui/test_worker_keys.py::test_quit_and_stay"

CASES: tuple[Case, ...] = (
    # -- moving
    Case("down", ("j", "down")),
    Case("up", ("j", "k", "up")),
    Case("half-down", ("ctrl+d",)),
    Case("half-up", ("G", "ctrl+u")),
    Case("page-down", ("pagedown",)),
    Case("page-up", ("G", "pageup")),
    Case("top", ("G", "g", "home")),
    Case("bottom", ("G", "end")),
    Case("left", ("left", "left", "right")),
    Case("right", ("right", "left")),
    # -- choosing
    Case("filter", ("slash", "=failed", "enter", "escape")),
    Case("mark", ("space", "space")),
    Case("mark-all", ("asterisk", "asterisk")),
    Case("range", ("v", "j", "v")),
    Case("go", ("colon", "=two", "enter")),
    # -- how the list looks
    Case("sort", ("o", "down", "down", "enter", "o", "enter", "o", "escape")),
    Case("columns", ("O", "down", "space", "J", "enter", "O", "r", "enter", "O", "space", "escape")),
    Case("fold", ("z", "z")),
    Case("next", ("space", "n", "n"), on="two"),
    Case("previous", ("space", "N"), on="two"),
    # -- screens
    Case("screen-jobs", ("1",)),
    Case("screen-graph", ("2", "1"), on="child"),
    Case("screen-workers", ("7", "1")),
    Case("workers-after", ("7", "tab", "right")),
    Case("workers-before", ("7", "shift+tab", "left")),
    Case("workers-sort", ("7", "o", "down", "enter")),
    Case("workers-doctor", ("7", "exclamation_mark")),
    Case("workers-lock", ("7", "?fridge", "tab", "tab", "G", "L", "enter"), "resource unlock fridge", note="unlock"),
    Case(
        "workers-lock",
        ("7", "?fridge", "tab", "tab", "G", "L", "=hot", "enter"),
        "resource lock fridge --note hot",
        first=("resource unlock fridge",),
    ),
    # -- the graph
    Case("graph-parent", ("2", "left"), on="child"),
    Case("graph-child", ("2", "right", "left", "ctrl+o"), on="one"),
    Case("graph-before", ("2", "left", "ctrl+o"), on="child"),
    Case("graph-open", ("2", "enter", "enter"), on="child"),
    Case("graph-more", ("2", "enter", "greater_than_sign", "escape"), on="child"),
    Case("graph-fewer", ("2", "enter", "less_than_sign", "escape"), on="child"),
    Case("graph-back", ("2", "escape"), on="child"),
    Case("graph-next", ("2", "n"), on="unlucky"),
    Case("graph-previous", ("2", "N"), on="unlucky"),
    Case("graph-fold", ("2", "z", "z"), on="child"),
    Case("graph-edges", ("2", "x", "down", "down", "enter", "enter"), "after cut child one", on="child", note="cut"),
    Case("graph-edges", ("2", "x", "enter", "=two", "enter"), "after add child two", on="child", note="add"),
    Case("graph-edges", ("2", "x", "down", "enter", "=two", "enter"), "after add two child", on="child", note="below"),
    Case("graph-edges", ("2", "x", "escape"), on="child", note="left"),
    Case("graph-export", ("2", "X", "escape"), on="child"),
    Case("graph-scope", ("2", "b", "down", "enter"), on="child"),
    Case("graph-filter", ("2", "slash", "=one or child", "enter", "escape"), on="child"),
    Case("graph-find", ("2", "f", "=one", "enter", "escape"), on="child"),
    # -- forms
    Case("new", ("a", "=sleep 1", "enter"), "submit -- sleep 1", on="two"),
    Case("new", ("a", "=a | b", "enter"), "submit -q qick -- sh -c 'a | b'", on="q1", note="in its queue, for a shell"),
    Case("new", ("a", "=sleep 1", "escape"), None, on="two", note="left"),
    Case(
        "experiment",
        ("A", "=ramsey", "tab", "?ramsey_freq", "down", "=0", "down", "=4", "down", "=3", "down", "=1,2", "enter"),
        "experiment lab_experiments.ramsey:T2RamseyExperiment start=0 step=4 expts=3 --sweep ramsey_freq=1,2",
        first=("queue create experiments --exclusive --python {python}",),
    ),
    Case("edit", ("E", "enter"), "clone two", on="two"),
    Case("edit", ("E", "ctrl+u", "=sleep 2", "enter"), "clone two -- sleep 2", on="two", note="another command"),
    Case("edit", ("E", "tab", "tab", "=deux", "enter"), "clone done -n deux", on="done", note="another name"),
    Case("edit", ("E", *["down"] * 6, "space", "enter"), "clone one; cancel --pending 8", on="one", note="instead"),
    Case("edit", ("E", "escape"), None, on="two", note="left"),
    Case("queue-set", ("S", "=7", "enter"), "queue set qick --slots 7", on="q1"),
    Case("queue-set", ("S", *["down"] * len(SETTINGS), "=yes", "enter"), "queue pause qick", on="q1", note="pause"),
    Case("queue-set", ("S", "=7", "escape"), None, on="q1", note="left"),
    Case("queue-new", ("!queue-new", "=gpu", "down", "=2", "enter"), "queue create gpu --slots 2", on="two"),
    Case("queue-end", ("!queue-end", "enter"), "queue end qick", on="q1"),
    Case("queue-end", ("!queue-end", "escape"), None, on="q1", note="refused"),
    Case(
        "queue-remove",
        ("b", "j", "j", "j", "!queue-remove", "enter"),
        "queue remove zz",
        first=("queue create zz",),
        note="an empty one",
    ),
    Case("queue-remove", ("!queue-remove", "escape"), None, on="q1", note="refused"),
    Case("session-new", ("!session-new", "=lab", "enter"), "session create lab", on="two"),
    Case("session-end", ("!session-end", "enter"), "session end default", on="two"),
    Case(
        "lock",
        ("!lock", "=hot", "enter"),
        "resource lock fridge --note hot",
        first=("resource unlock fridge",),
    ),
    Case("unlock", ("!unlock", "enter"), "resource unlock fridge"),
    # -- jobs
    Case("cancel", ("c",), "cancel two", on="two"),
    Case("cancel", ("c", "enter"), "cancel one", on="one", note="and skip what waits"),
    Case("cancel", ("c", "escape"), None, on="one", note="refused, for what waits"),
    Case("cancel", ("c", "enter"), "cancel run", on="run"),
    Case("cancel", ("c", "enter"), "cancel run two done", on="run two done"),
    Case("cancel", ("c", "escape"), None, on="run two", note="refused"),
    Case("cancel", ("escape", "c", "enter"), "cancel sweep[]", on="sweep[2]", note="a folded array"),
    Case("requeue", ("r",), "requeue done", on="done"),
    Case("requeue", ("r",), "requeue failed", on="failed", note="and revive what was skipped"),
    Case("requeue", ("r", "enter"), "requeue done failed", on="done failed"),
    Case("requeue", ("r", "escape"), None, on="done failed", note="refused"),
    Case("cascade", ("R", "enter"), "requeue --cascade --yes base", on="base"),
    Case("cascade", ("R", "escape"), None, on="base", note="refused"),
    Case("hold", ("H",), "hold two", on="two"),
    Case("hold", ("H",), "release held", on="held", note="release"),
    Case("hold", ("H",), "hold one two", on="one two"),
    Case("hold", ("escape", "H", "enter"), "hold sweep[]", on="sweep[2]", note="a folded array"),
    Case("raise", ("plus",), "priority two +1", on="two"),
    Case("raise", ("plus",), "priority one two +1", on="one two"),
    Case("lower", ("minus",), "priority two --by -1", on="two"),
    Case("priority", ("p", "=7", "enter"), "priority two 7", on="two"),
    Case("priority", ("p", "=-3", "enter"), "priority one two -3", on="one two"),
    Case("priority", ("p", "=7", "escape"), None, on="two", note="left"),
    Case("move-down", ("J",), "move one --down", on="one"),
    Case("move-up", ("K",), "move three --up", on="three"),
    Case("move-top", ("T",), "move three --top", on="three"),
    Case("move-top", ("T",), "move two three --top", on="two three"),
    Case("move-bottom", ("B",), "move one --bottom", on="one"),
    Case("dependencies", ("e", "=two", "enter"), "after add three two", on="three", note="add"),
    Case("dependencies", ("e", "=two", "down", "space", "enter"), "after add three two --any", on="three", note="any"),
    Case("dependencies", ("e", "down", "down", "space", "enter"), "after cut child one", on="child", note="cut"),
    Case("dependencies", ("e", "escape"), None, on="child", note="left"),
    Case("undo", ("u",), "undo", first=("hold two",)),
    Case("undo", ("u",), "undo", first=("cancel one",), note="a cancel with its skips"),
    Case("redo", ("U",), "redo", first=("hold two", "undo")),
    # -- looking
    Case("open", ("enter", "escape")),
    Case("back", ("escape",)),
    Case("detail", ("d", "d")),
    Case("log", ("l", "escape"), on="run"),
    Case("section-after", ("right_square_bracket",), on="two"),
    Case("section-before", ("left_square_bracket",), on="two"),
    Case("job-before", ("enter", "enter", "ctrl+o"), on="child", note="from a parent"),
    Case("queues", ("b", "b")),
    Case("copy", ("y", "enter"), on="two"),
    Case("help", ("question_mark", "escape")),
    Case("palette", ("ctrl+p", "escape")),
    Case("theme", ("ctrl+t", "down", "escape")),
    Case("watch", ("w", "w"), on="run"),
    Case("watched", ("w", "W", "enter", "w"), on="run"),
    # -- the yard
    Case("pause", ("P", "enter"), "queue pause qick", on="q1"),
    Case("pause", ("P", "enter"), "queue resume qick", on="q1", first=("queue pause qick",), note="resume"),
    Case("pause", ("P", "escape"), None, on="q1", note="refused"),
    # -- the log
    Case("screen-logs", ("4", "1"), on="run"),
    Case("logs-follow", ("l", "f", "escape"), on="run"),
    Case("logs-stream", ("l", "s", "escape"), on="run"),
    Case("logs-wrap", ("l", "W", "escape"), on="run"),
    Case("logs-times", ("l", "T", "T", "T", "escape"), on="run"),
    Case("logs-left", ("l", "right", "left", "escape"), on="run"),
    Case("logs-right", ("l", "right", "escape"), on="run"),
    Case("logs-earlier", ("l", "left_square_bracket", "escape"), on="run"),
    Case("logs-later", ("l", "right_square_bracket", "escape"), on="run"),
    Case("logs-chain", ("l", "A", "A", "escape"), on="next"),
    Case("logs-search", ("l", "slash", "=x", "enter", "escape", "escape"), on="run"),
    Case("logs-next", ("l", "slash", "=x", "enter", "n", "q"), on="run"),
    Case("logs-previous", ("l", "slash", "=x", "enter", "N", "q"), on="run"),
    Case("logs-filter", ("l", "ampersand", "=x", "enter", "escape", "escape"), on="run"),
    Case("logs-context", ("l", "C", "C", "C", "C", "escape"), on="run"),
    Case("logs-jump", ("l", "t", "=50%", "enter", "escape"), on="run"),
    Case("logs-range", ("l", "v", "v", "escape"), on="run"),
    Case("logs-copy", ("l", "y", "escape", "escape"), on="run"),
    Case("logs-save", ("l", "S", "escape", "escape"), on="run"),
    Case("logs-pager", ("l", "vertical_line", "escape"), on="run"),
    Case("logs-back", ("l", "escape"), on="run"),
    Case("logs-leave", ("l", "q"), on="run"),
    # -- the timeline
    Case("screen-timeline", ("3", "1"), on="run"),
    Case("timeline-next", ("3", "n", "tab", "escape"), on="run"),
    Case("timeline-previous", ("3", "N", "shift+tab", "escape"), on="run"),
    Case("timeline-closer", ("3", "left_square_bracket", "escape"), on="run"),
    Case("timeline-further", ("3", "right_square_bracket", "escape"), on="run"),
    Case("timeline-left", ("3", "left", "escape"), on="run"),
    Case("timeline-right", ("3", "left", "right", "escape"), on="run"),
    Case("timeline-now", ("3", "left", "0", "escape"), on="run"),
    Case("timeline-oldest", ("3", "g", "escape"), on="run"),
    Case("timeline-group", ("3", "v", "escape"), on="run"),
    # -- configs
    Case("screen-configs", ("5", "1"), on="run"),
    Case("configs-push", ("5", "p", "enter"), "config push hardware_config {home}/hardware.yml"),
    Case("configs-push", ("5", "p", "escape"), None, note="left"),
    Case(
        "configs-push-other", ("5", "P", "=other.yml", "enter", "enter"), "config push hardware_config {home}/other.yml"
    ),
    Case("configs-main", ("5", "j", "m", "enter"), "config main hardware_config {first}"),
    Case("configs-main", ("5", "j", "m", "escape"), None, note="left"),
    Case("configs-pull", ("5", "w", "enter")),
    Case("configs-save", ("5", "S", "escape")),
    Case("configs-copy", ("5", "y", "down", "enter")),
    Case("configs-mark", ("5", "space", "j", "space", "escape")),
    Case("configs-base", ("5", "b", "b", "b")),
    Case("configs-form-after", ("5", *["right_square_bracket"] * 6)),
    Case("configs-form-before", ("5", *["left_square_bracket"] * 6)),
    Case("configs-find", ("5", "slash", "=f_ge", "enter", "n", "N", "escape")),
    Case("configs-next", ("5", "n", "n")),
    Case("configs-previous", ("5", "N")),
    Case("configs-left", ("5", "right", "left")),
    Case("configs-right", ("5", "right")),
    Case("configs-alone", ("5", "tab", "z", "z")),
    Case("configs-after", ("5", "tab", "tab")),
    Case("configs-before", ("5", "shift+tab")),
    # -- results
    Case("screen-results", ("6", "1"), on="run"),
    Case("results-filter", ("6", "slash", "=user:nobody", "enter", "escape")),
    Case("results-sort", ("6", "o", "down", "enter")),
    Case("results-mark", ("6", "space")),
    Case("results-x", ("6", "tab", "x")),
    Case("results-part", ("6", "c")),
    Case("results-style", ("6", "v")),
    Case("results-log", ("6", "L")),
    Case("results-fits", ("6", "f")),
    Case("results-slice-after", ("6", "right_square_bracket")),
    Case("results-slice-before", ("6", "left_square_bracket")),
    Case("results-slice-along", ("6", "right_curly_bracket")),
    Case("results-slice-other", ("6", "left_curly_bracket")),
    Case("results-find", ("6", "F")),
    Case("results-next", ("6", "n")),
    Case("results-previous", ("6", "N")),
    Case("results-in", ("6", "plus")),
    Case("results-out", ("6", "minus")),
    Case("results-all", ("6", "0")),
    Case("results-left", ("6", "left")),
    Case("results-right", ("6", "right")),
    Case("results-pan-left", ("6", "shift+left")),
    Case("results-pan-right", ("6", "shift+right")),
    Case("results-differ", ("6", "d")),
    Case("results-its-log", ("6", "l")),
    Case("results-export", ("6", "e")),
    Case("results-picture", ("6", "P")),
    Case("results-copy", ("6", "y")),
    Case("results-job", ("6", "J")),
    Case("results-cancel", ("6", "C")),
    Case("results-alone", ("6", "z", "escape")),
    Case("results-after", ("6", "tab", "tab")),
    Case("results-before", ("6", "shift+tab")),
    # -- the page of a run
    Case("screen-run", ("i", "escape"), on="run"),
    Case("run-panel-after", ("i", *["tab"] * 5), on="done"),
    Case("run-panel-before", ("i", "shift+tab", "shift+tab"), on="done"),
    Case("run-attempt-before", ("i", "left_square_bracket"), on="done"),
    Case("run-attempt-after", ("i", "right_square_bracket"), on="done"),
    Case("run-next", ("i", "n"), on="two"),
    Case("run-previous", ("i", "N"), on="two"),
    Case("run-differ", ("i", "d"), on="done"),
    Case("run-over", ("i", "o"), on="done"),
    Case("run-log", ("i", "l", "escape"), on="run"),
    Case("run-job", ("i", "J"), on="two"),
    Case("run-copy", ("i", "y", "enter"), on="two"),
    Case("run-cancel", ("i", "C", "enter"), "cancel run", on="run"),
    Case("run-cancel", ("i", "C", "escape"), None, on="run", note="refused"),
    Case("run-slice-after", ("i", "greater_than_sign"), on="done"),
    Case("run-slice-before", ("i", "less_than_sign"), on="done"),
    Case("run-left", ("i", "tab", "left"), on="done"),
    Case("run-right", ("i", "tab", "right"), on="done"),
    Case("requeue", ("i", "r"), "requeue done", on="done", note="from its page"),
    Case("edit", ("i", "E", "enter"), "clone two", on="two", note="from its page"),
    Case("undo", ("5", "u"), "undo", first=("config push hardware_config {home}/hardware.yml",), note="of a push"),
    Case("redo", ("5", "U"), "redo", first=("config main hardware_config {first}", "undo"), note="of a config main"),
    Case("open", ("3", "enter", "escape"), on="run", note="from the timeline"),
    Case("filter", ("3", "slash", "=run", "enter", "escape", "escape"), on="run", note="in the timeline"),
    Case("cancel", ("3", "c", "enter"), "cancel run", on="run", note="from the timeline"),
)

ELSEWHERE: tuple[Elsewhere, ...] = (
    Elsewhere("worker", WORKER),
    Elsewhere("workers-start", "tests/tui/test_workers.py::test_a_worker_that_dies_while_shown"),
    Elsewhere("workers-stop", "tests/tui/test_workers.py::test_stop_asks_with_the_count"),
    Elsewhere("workers-drain", "tests/tui/test_workers.py::test_drain_asks_and_is_seen"),
    Elsewhere("workers-repair", "tests/tui/test_workers.py::test_the_doctor_is_asked_and_repairs_after_a_question"),
    Elsewhere("quit", QUIT),
)
