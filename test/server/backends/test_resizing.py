"""Each way to resize a display that a plan may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_vnc_proxy.backends import Paths, all_backends, plan_of, resizing
from jupyter_vnc_proxy.options import DesktopOptions, Geometry

MODULE = "jupyter_vnc_proxy.backends.resizing"
PATHS = Paths(Path("/run/d"), Path("/run/d/rfb.sock"), Path("/run/d/Xauthority"))
HD = Geometry(1280, 720)


def test_every_plan_names_a_way_that_there_is() -> None:
    for name, backend in all_backends().items():
        for transport in backend.transports:
            options = DesktopOptions(backend=name, transport=transport)
            assert plan_of(backend, options, PATHS).resize_through in resizing.RESIZERS


def test_each_way_gets_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        "jupyter_vnc_proxy.backends.resizing.size.resize", lambda *arguments: called.append(("randr", *arguments))
    )
    monkeypatch.setattr(
        "jupyter_vnc_proxy.backends.resizing.sway.resize", lambda *arguments: called.append(("sway", *arguments))
    )
    for way in resizing.RESIZERS:
        resizing.resize(way, ":7", PATHS, HD)
    assert called == [("randr", ":7", PATHS.xauthority, HD), ("sway", Path("/run/d/sway.sock"), HD)]
