"""Reads the status that the server reports."""

from __future__ import annotations

import json
import os
from typing import Any


class Listener:
    """The reading end of the server's status pipe."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self.text = b""

    def messages(self) -> list[Any]:
        """Return the complete messages so far; fail if one is incomplete."""
        while True:
            try:
                chunk = os.read(self.reader, 1 << 16)
            except BlockingIOError:
                break
            if not chunk:
                break
            self.text += chunk
        assert not self.text or self.text.endswith(b"\n")
        return [json.loads(line) for line in self.text.splitlines()]
