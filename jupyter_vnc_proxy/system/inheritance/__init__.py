"""What a desktop inherits: the user's variables for programs of the user's, the system's libraries for the session."""

from __future__ import annotations
