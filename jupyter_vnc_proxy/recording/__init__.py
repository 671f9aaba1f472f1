"""The program that records a desktop: takes the pictures of its X display, encodes them and writes a file.

It knows no Jupyter. Its standard input is what it obeys, and its end: the file is whole even if the server is killed.
"""

from __future__ import annotations
