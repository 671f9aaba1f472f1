"""Tests of the in-house RFB server."""
