"""A viewer without a browser: it acknowledges and records what a server sends, to be decoded afterwards."""
