"""The bench's configurations: what each needs, why one cannot run here, and x11vnc without our options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.desktop import plan
from bench.desktop.command_line import arguments, plan_of
from bench.desktop.measure import SCENES, Durations
from bench.desktop.paths import REPOSITORY
from bench.desktop.servers.configurations import CONFIGURATIONS, Configuration
from bench.desktop.servers.own_backends import install
from bench.desktop.servers.untuned_x11vnc import UntunedX11vnc, untuned
from jupyter_vnc_proxy.backends.base import Paths
from jupyter_vnc_proxy.options import DesktopOptions


def configuration(**changes: Any) -> Configuration:
    return Configuration(
        **{"name": "x", "description": "", "hops": ("a",), "worker": "x", "backend": "tigervnc", **changes}
    )


def test_what_can_not_run_here_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configuration().obstacle() is None
    assert configuration(backend="").obstacle() is None
    assert "no backend 'nope'" in str(configuration(backend="nope").obstacle())
    assert "no transport 'nope'" in str(configuration(transport="nope").obstacle())
    assert "no option 'nope'" in str(configuration(options={"nope": "1"}).obstacle())
    needs = {"no-such-program": "its-package", "sh": "dash"}
    assert configuration(needs=needs).obstacle() == "Not installed: its-package (no-such-program)."
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert configuration(never_as_root="Not as root.").obstacle() == "Not as root."
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert configuration(never_as_root="Not as root.").obstacle() is None
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr("jupyter_vnc_proxy.system.environment.SYSTEM_PATH", ("/nonexistent",))
    assert "Not installed: Xtigervnc" in str(configuration().obstacle())


def test_what_can_not_run_here_is_a_result_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONFIGURATIONS, "x", configuration(backend="nope"))
    said: list[str] = []
    wanted = plan.Plan(((1280, 720),), ("loopback",), ("click",), Durations())
    result = plan.measure_configuration("x", wanted, tmp_path / "log", said.append)
    assert (result["rows"], result["versions"], result["command"]) == ([], {}, "")
    assert result["error"].startswith("There is no backend 'nope'")
    assert said == [f"x: {result['error']}"]


def test_scenes_that_are_not_named_are_fewer_over_links_and_at_other_sizes() -> None:
    _, everything = plan_of(arguments([]))
    first, second = everything.sizes
    large = everything.of("stream").sizes[2:]
    assert large == ((2560, 1440), (3840, 2160))
    assert everything.of("selkies").sizes == (first, second, *large)
    assert everything.of("x11vnc").sizes == (first, second)
    assert everything.scenes_at(large[0], "loopback") == ("scroll", "video", "click")
    assert everything.scenes_at(first, "loopback") == SCENES
    assert everything.scenes_at(first, "2mbit-100ms") == ("scroll", "video", "click")
    assert everything.scenes_at(second, "loopback") == ("scroll", "video", "click", "click-video")
    _, named = plan_of(arguments(["--scene", "still"]))
    assert named.scenes_at(second, "2mbit-100ms") == ("still",)
    variant = everything.of_variant()
    assert (variant.sizes, variant.links) == ((first,), ("loopback",))


def test_every_configuration_is_drawn_and_named_once() -> None:
    for each in CONFIGURATIONS.values():
        assert len(each.hops) % 2 == 1, each.name
        assert each.name == each.name.lower()
    assert len({each.name for each in CONFIGURATIONS.values()}) == len(CONFIGURATIONS)


def test_x11vnc_as_it_comes_lacks_nothing_but_what_is_for_speed() -> None:
    paths = Paths(Path("/d"), Path("/d/rfb.sock"), Path("/d/Xauthority"))
    (step,) = [step for step in UntunedX11vnc().plan(DesktopOptions(), paths).steps if step.name == "vnc"]
    assert step.argv[:5] == ("x11vnc", "-display", "{display}", "-auth", "/d/Xauthority")
    assert {"-unixsock", "/d/rfb.sock", "-rfbport", "-rfbportv6", "-1", "-forever", "-shared"} <= set(step.argv)
    assert not {"-wait", "-defer", "-noxrecord"} & set(step.argv)
    assert untuned(("x11vnc", "-wait", "5", "-rfbport", "0", "-ncache", "2")) == ("x11vnc", "-rfbport", "0")


def test_the_bench_announces_its_own_backend_as_a_package_does(tmp_path: Path) -> None:
    install(tmp_path, UntunedX11vnc)
    code = "from jupyter_vnc_proxy.backends import all_backends; print(*all_backends())"
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert UntunedX11vnc.name in done.stdout.split()
