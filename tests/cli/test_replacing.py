"""What takes the place of a file on request takes that of nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from jobyard.core.yard import Yard
from tests.cli.conftest import Call, one_line
from tests.results import kit


@pytest.mark.parametrize("way", ["direct", "link"])
def test_no_device_pipe_or_socket_is_replaced(call: Call, yard_home: Path, tmp_path: Path, way: str) -> None:
    """Not by a pull, an export or a backup with --force, also behind a link: root could replace /dev/null."""
    with Yard.open(yard_home) as yard:
        yard.config_push("hardware_config", b"a: 1\n", filename="hw.yml")
    data, pipe = kit.write(tmp_path / "data.h5"), tmp_path / "pipe"
    os.mkfifo(pipe)
    target = pipe
    if way == "link":
        target = tmp_path / "link.csv"
        target.symlink_to(pipe)
    for words in (
        ("config", "pull", "--force", "hardware_config", target),
        ("data", "export", data, "-d", "xpts", "-o", target, "--force"),
        ("backup", "--force", target),
    ):
        assert "cannot be replaced" in one_line(call(*words)), words
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert target.is_symlink() == (way == "link")
