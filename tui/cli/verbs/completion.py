"""``jobyard completion``: the script that a shell sources."""

from __future__ import annotations

import click

from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.printing import say

VARIABLE = "_JOBYARD_COMPLETE"


@click.command(cls=Verb)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the completion script of a shell.

    It completes commands, options, ids and names of jobs, queues, sessions, workers and states.

    \b
    Examples:
      eval "$(jobyard completion bash)"                                     in ~/.bashrc
      eval "$(jobyard completion zsh)"                                      in ~/.zshrc
      jobyard completion fish > ~/.config/fish/completions/jobyard.fish
    """
    from click.shell_completion import get_completion_class

    from jobyard.tui.cli.root import cli

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(cli, {}, "jobyard", VARIABLE)
    # source() of bash starts a bash to ask for its version; the script needs 4.4, which is from 2016.
    say(script.source_template % script.source_vars())
    return 0
