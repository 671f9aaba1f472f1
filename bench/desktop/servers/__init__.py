"""The Jupyter servers to measure: this project's with each backend, and the peers'."""
