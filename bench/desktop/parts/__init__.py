"""The parts of the bench that need no browser or no server."""
