"""Replays a recorded picture into the panel, so that a browser is measured without a server that paints."""
