"""The stream's encoders, one file each: `encoder` has their contract, `table` lists them by number.

Pixels in, a rectangle's content out. `cursor` makes whole rectangles, of the pointer's shape.
"""

from __future__ import annotations
