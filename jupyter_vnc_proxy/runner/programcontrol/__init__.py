"""The programs that control a desktop: who they are, what they do, and whether a person has taken over."""

from __future__ import annotations
