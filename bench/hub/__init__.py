"""Measures what desktops cost on a JupyterHub with many users."""
