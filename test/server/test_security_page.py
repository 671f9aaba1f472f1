"""The page about security: each promise names tests that exist."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parents[1] / "docs" / "security.md"


@functools.cache
def functions(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_promise_names_a_test_that_exists() -> None:
    promises, _, _ = PAGE.read_text(encoding="utf-8").partition("## What is not promised")
    items = re.findall(r"^- .*(?:\n  .*)*", promises, re.MULTILINE)
    assert len(items) > 15
    for item in items:
        named = re.findall(r"`(\S+\.py)::(\w+)`", item)
        assert named, item
        for file, name in named:
            assert name in functions(file), (file, name)
