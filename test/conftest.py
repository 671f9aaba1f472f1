"""The tests import the package as it is installed, in place or as a wheel, and as the programs do that they start."""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = os.fspath(Path(__file__).parents[1])

# Last, for what is not installed: bench/ and scripts/.
sys.path[:] = [each for each in sys.path if each not in ("", REPOSITORY)]
sys.path.append(REPOSITORY)
