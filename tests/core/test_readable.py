"""Waiting for descriptors."""

from __future__ import annotations

import fcntl
import os
import resource

import pytest

from jobyard.core.readable import readable


def test_what_can_be_read_is_told() -> None:
    """Those with something in them or without a writer; after the time that was given none."""
    (one, one_in), (other, other_in), (third, third_in) = os.pipe(), os.pipe(), os.pipe()
    try:
        assert readable([one, other], 0.0) == []
        os.write(other_in, b"x")
        os.close(third_in)
        assert readable([one, other, third], 10.0) == [other, third]
    finally:
        for number in (one, one_in, other, other_in, third):
            os.close(number)


def test_a_descriptor_beyond_1023() -> None:
    """A process with many running jobs has numbers that `select.select` does not take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.fail("this host allows too few open files to test that")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    near, far = os.pipe()
    high = fcntl.fcntl(near, fcntl.F_DUPFD_CLOEXEC, 1500)
    try:
        os.write(far, b"x")
        assert readable([high], 10.0) == [high]
    finally:
        for number in (near, far, high):
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
