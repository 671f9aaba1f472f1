"""The limit of open files."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

LOWER = (
    "import resource\nfrom jupyter_vnc_proxy.system.inheritance import limits\nlimits.MAX_DESCRIPTORS = 300\n"
    "limits.lower_descriptor_limit()\nprint(*resource.getrlimit(resource.RLIMIT_NOFILE))"
)


@pytest.mark.parametrize(("before", "after"), [(400, 300), (300, 300), (200, 200)])
def test_a_huge_limit_is_lowered_and_can_be_raised_again(before: int, after: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    done = subprocess.run(
        [sys.executable, "-c", LOWER],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(after), str(hard)]
