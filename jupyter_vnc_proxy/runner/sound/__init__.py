"""The sound server of a desktop, and the encoder that runs while somebody listens."""

from __future__ import annotations
