"""All encoders by the number of their encoding, in order of preference. A new one needs a file and a line here."""

from __future__ import annotations

from .encoder import Encoder
from .raw import RawEncoder
from .tight import TightEncoder
from .zrle import ZRLEEncoder

ENCODERS: dict[int, type[Encoder]] = {each.encoding: each for each in (TightEncoder, ZRLEEncoder, RawEncoder)}
