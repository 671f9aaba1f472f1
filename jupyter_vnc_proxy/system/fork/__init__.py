"""A program of ours that is forked from this process, instead of started in a new Python."""

from __future__ import annotations
