"""The limit of open files, which some containers set to a thousand million."""

from __future__ import annotations

import resource

MAX_DESCRIPTORS = 1 << 16
"""Many programs close every descriptor up to the limit when they start another program: with 10⁹ it takes minutes."""


def lower_descriptor_limit() -> None:
    """Lower our soft limit to `MAX_DESCRIPTORS`, for us and what we start; who needs more can raise it again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft > MAX_DESCRIPTORS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_DESCRIPTORS, hard))
