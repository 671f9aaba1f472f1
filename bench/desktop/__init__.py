"""Measures desktops in a browser: `scripts/bench` (see bench/README.md)."""
