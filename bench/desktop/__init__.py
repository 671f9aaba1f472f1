"""What a person feels of a desktop in a browser, measured: `scripts/bench` (see bench/README.md)."""
