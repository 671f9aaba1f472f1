"""Support for the tests of the stream."""
