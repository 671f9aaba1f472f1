"""The wheel and the source distribution of this tree."""

from __future__ import annotations

import pytest
from support.archives import Built, build, copy_of_tree, unpack


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The source distribution of this tree, and the wheel that pip builds from it."""
    directory = tmp_path_factory.mktemp("packages")
    sdist = build(copy_of_tree(directory / "tree"), "sdist", directory / "sdist")
    wheel = build(unpack(sdist, directory / "unpacked"), "wheel", directory / "wheel")
    return Built(sdist, wheel)
