"""What desktops have besides the picture: checks of what each needs."""

from __future__ import annotations
