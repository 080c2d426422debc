"""What a notebook gives a job has the types of a JobSpec, or is refused before anything is stored."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobyard.core.errors import BadInput
from jobyard.core.givenspec import typed
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After

PLAIN = JobSpec({})
HOSTILE: tuple[Any, ...] = (
    "x",
    b"x",
    1.5,
    math.nan,
    math.inf,
    1e300,
    [1],
    ["x"],
    {1: 2},
    {"a": object()},
    object(),
    ("x",),
    None,
)


def test_what_is_right_stays_as_it_is() -> None:
    """The very same job, without a copy."""
    edges = (Dependency("1", After.OK),)
    spec = PLAIN._replace(name="a", priority=3, time_limit=1.5, held=True, cwd="/", dependencies=edges)
    assert typed(PLAIN) is PLAIN
    assert typed(spec) == spec


def test_numbers_of_numpy_and_paths_become_pythons() -> None:
    """As a notebook has them."""
    given = {"priority": np.int64(3), "retries": 2.0, "time_limit": np.float32(2), "held": np.bool_(True)}
    found = typed(PLAIN._replace(**given, cwd=Path("/x"), configs={"hardware_config": Path("hw.yml")}))
    numbers = [found.priority, found.retries, found.time_limit, found.held]
    assert numbers == [3, 2, 2.0, True]
    assert [type(one) for one in numbers] == [int, int, float, bool]
    assert (found.cwd, found.configs) == ("/x", {"hardware_config": "hw.yml"})


@pytest.mark.parametrize("name", [name for name in JobSpec._fields if name != "fields"])
def test_whatever_a_field_is_given_is_of_its_type_or_refused(name: str) -> None:
    """In a line that names it; a text that is stored as a priority would stop every worker."""
    default = JobSpec._field_defaults[name]
    whole = default if default is not None else {} if name == "configs" else 0.0
    kinds = {str: str, int: int, float: (int, float), bool: bool, tuple: tuple}.get(type(whole), object)
    told = []
    for value in HOSTILE:
        try:
            found = getattr(typed(PLAIN._replace(**{name: value})), name)
        except BadInput as error:
            told.append(str(error))
            continue
        assert found is None or isinstance(found, kinds)
        assert not isinstance(found, float) or math.isfinite(found)
    assert len(told) >= 8
    assert all(words.startswith(f"The {name} ") for words in told)
