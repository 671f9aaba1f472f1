"""An authorizer for tests: takes rights from the user while the server runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.auth import Authorizer


class DeniedRights(Authorizer):
    """Allows all but what ``~/denied`` lists, such as ``write contents``, one a line."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Return whether a user may do something."""
        denied = Path.home() / "denied"
        return not denied.exists() or f"{action} {resource}" not in denied.read_text().splitlines()
