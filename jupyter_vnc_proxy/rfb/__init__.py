"""The RFB protocol: messages as bytes and as values, for server, bridge, doctor and tests alike."""

from __future__ import annotations
