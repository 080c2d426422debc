"""What people type from habit, coming from pueue, task-spooler, Slurm, at or docker, and what it is called here.

Imported only once a word or an option is not known.
"""

from __future__ import annotations

COMMANDS = {
    "submit": "add sbatch tsp ts enqueue-job queue-job batch at",
    "submit --wait": "srun exec",
    "list": "status squeue ls ps jobs stat qstat sacct",
    "show": "info describe detail details inspect",
    "logs": "log output cat",
    "logs -f": "follow tail attach",
    "cancel": "kill scancel stop qdel abort",
    "cleanup": "clean rm remove delete purge",
    "requeue": "restart retry rerun resubmit redo-job",
    "hold": "stash",
    "release": "enqueue unhold",
    "move": "switch reorder",
    "priority": "nice renice urgent prio",
    "after": "depend depends dependency dependencies",
    "queue list": "queues group groups partition partitions sinfo",
    "queue pause": "pause",
    "queue resume": "resume unpause",
    "queue set default --slots": "parallel slots",
    "resource list": "resources",
    "worker list": "workers",
    "worker start": "start daemon pueued serve server",
    "worker stop": "shutdown",
    "history": "audit events",
    "keys": "keybindings bindings shortcuts hotkeys keymap",
    "config-check": "settings check validate",
    "--version": "version",
    "--help": "help",
}  # here: the words elsewhere

SUBMIT = {
    "--after": "-d --dependency --depend --depends-on --dependencies --depends --needs",
    "--name": "-J --job-name --label -l -L",
    "--queue": "-g --group --partition -P",
    "--time-limit": "-t --time --timeout --walltime",
    "--at": "--begin --delay --start -b",
    "--hold": "-i --stashed -s --stash -H",
    "--cpus": "-c --cpus-per-task --cores --ncpus",
    "--mem": "--memory -m",
    "--gpus": "-G --gres --gpu",
    "--need": "--resource --resources --licenses -R",
    "--array": "-a",
    "--cwd": "-D --chdir --workdir --working-directory -C",
    "--env": "-e --export -E",
    "--wait": "-w -W --follow -f",
    "--retries": "--retry --requeue",
    "--on-end": "--callback --notify --mail-type",
}


def command(word: str) -> str:
    """What a command of another tool is called here, or ""."""
    return _found(COMMANDS, word.lower())


def option(path: str, name: str) -> str:
    """What an option of another tool's submit is called here, or ""."""
    return _found(SUBMIT, name) if path.endswith("submit") else ""


def _found(table: dict[str, str], word: str) -> str:
    return next((here for here, there in table.items() if word in there.split()), "")
