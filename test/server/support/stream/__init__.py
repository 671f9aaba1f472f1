"""What the tests of the stream share."""
