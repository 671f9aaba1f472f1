"""Checks of the backends, sessions and Jupyter, on machines where programs are missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.machines import Machine

from jupyter_vnc_proxy import __version__
from jupyter_vnc_proxy.backends import AUTO, BUILT_IN, Module
from jupyter_vnc_proxy.commands.doctor import table
from jupyter_vnc_proxy.doctor import jupyter, programs
from jupyter_vnc_proxy.doctor.checks import can_run, next_step, run_checks
from jupyter_vnc_proxy.doctor.features import sound
from jupyter_vnc_proxy.doctor.findings import Finding
from jupyter_vnc_proxy.doctor.versions import versions
from jupyter_vnc_proxy.system import packages


def found(findings: list[Finding], topic: str) -> Finding:
    (finding,) = [each for each in findings if each.topic == topic]
    return finding


APT = "apt-get install --no-install-recommends"


def test_with_nothing_installed_each_backend_lists_its_missing_programs(machine: Machine) -> None:
    findings = programs.backends()
    tigervnc = found(findings, "backend-tigervnc")
    lacking = "Xtigervnc (the display and VNC server, on a unix socket)"
    assert tigervnc.message == f"TigerVNC cannot run: {lacking} is not installed."
    assert tigervnc.fixes == (f"{APT} tigervnc-standalone-server",)
    x11vnc = found(findings, "backend-x11vnc")
    assert "Xvfb (the display) and x11vnc (the VNC server) are not installed" in x11vnc.message
    assert x11vnc.fixes == (f"{APT} xvfb x11vnc",)
    assert not any(each.facts["usable"] for each in findings)
    auto = programs.auto(findings)
    assert (auto.status, auto.message) == ("problem", "No backend can run on this machine, so no desktop can start.")
    assert not can_run([*findings, auto])


def test_what_sound_lacks_is_named_with_the_command(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (server,) = sound.sound()
    assert (server.status, server.message) == ("note", "PulseAudio is not installed, so desktops have no sound.")
    assert server.fixes == (f"{APT} pulseaudio",)
    machine.stand_in("pulseaudio", then="echo pulseaudio 16.1")
    server, encoder = sound.sound()
    assert (server.status, encoder.status) == ("ok", "ok")
    assert "16.1" in server.message
    monkeypatch.setattr(sound, "ENCODER", Module(("no_such_module",), "encodes sound"))
    _, encoder = sound.sound()
    assert encoder.status == "note"
    assert encoder.fixes == (f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'",)
    assert can_run([server, encoder])


@pytest.mark.parametrize(
    ("present", "usable"),
    [
        (["Xtigervnc"], {"tigervnc", "stream"}),
        (["Xvnc"], {"tigervnc", "stream"}),
        (["Xvfb", "x11vnc"], {"x11vnc", "stream"}),
        (["Xvfb"], {"stream"}),
        (["x11vnc"], set()),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_installed_programs_decide_which_backends_can_run(
    machine: Machine, present: list[str], usable: set[str]
) -> None:
    machine.add(*present)
    ours = [each for each in programs.backends() if each.topic.removeprefix("backend-") in BUILT_IN]
    able = {each.topic.removeprefix("backend-") for each in ours if each.facts["usable"]}
    assert able & {"tigervnc", "x11vnc", "stream"} == usable
    auto = programs.auto(ours)
    assert auto.facts["backend"] == next((name for name in AUTO if name in able), None)
    assert (auto.status == "ok") == (auto.facts["backend"] is not None)


def test_a_display_that_does_not_grow_is_a_note(machine: Machine) -> None:
    assert programs.display(programs.backends()) == [], "there is none"
    machine.add("Xvfb")
    (note,) = programs.display(programs.backends())
    assert (note.topic, note.status, note.fixes) == ("display", "note", (f"{APT} tigervnc-standalone-server",))
    machine.add("Xtigervnc")
    assert programs.display(programs.backends()) == []


def test_fixes_use_the_package_manager_of_the_system_and_conda(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages.OS_RELEASE.write_text("ID=fedora\n")
    assert found(programs.backends(), "backend-x11vnc").fixes == ("dnf install xorg-x11-server-Xvfb x11vnc",)
    monkeypatch.setenv("CONDA_PREFIX", "/opt/conda")
    stream = found(programs.backends(), "backend-stream")
    assert stream.fixes == (
        "dnf install xorg-x11-server-Xvfb",
        "conda install --channel conda-forge xorg-xvfb-server",
    )
    packages.OS_RELEASE.write_text("ID=gentoo\n")
    monkeypatch.delenv("CONDA_PREFIX")
    assert found(programs.backends(), "backend-stream").fixes == ("install the packages that Debian calls xvfb",)


def test_without_its_modules_stream_is_not_what_to_install_first(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert programs.auto(programs.backends()).fixes == (f"{APT} xvfb",)
    monkeypatch.setattr("jupyter_vnc_proxy.backends.module.find_module", lambda name: None)
    assert programs.auto(programs.backends()).fixes == (f"{APT} tigervnc-standalone-server",)


def test_the_next_step_is_one_command_for_all_problems(machine: Machine) -> None:
    problems = [
        Finding("A", "a", "problem", "A.", (f"{APT} xvfb xauth", "another")),
        Finding("B", "b", "problem", "B.", ("export B=1",)),
        Finding("C", "c", "problem", "C.", (f"{APT} xauth openbox",)),
        Finding("D", "d", "problem", "D."),
        Finding("E", "e", "warning", "E.", (f"{APT} fonts",)),
    ]
    assert next_step(problems) == f"{APT} xvfb xauth openbox && export B=1"
    assert next_step(problems[3:]) is None


def test_versions_come_from_packages(machine: Machine) -> None:
    machine.add("Xvfb", "x11vnc", "Xtigervnc")
    found_versions = versions(str(machine.bin / name) for name in ("Xvfb", "x11vnc", "Xtigervnc"))
    assert found_versions[str(machine.bin / "Xvfb")].startswith("xvfb 2:")
    assert found_versions[str(machine.bin / "Xtigervnc")].startswith("tigervnc-standalone-server 1.")


def test_a_program_without_a_package_prints_its_version(machine: Machine) -> None:
    machine.stand_in("Xtigervnc", ["", "Xvnc TigerVNC 1.12.0 - built 2023-01-06"], "exit 0")
    machine.stand_in("Xvfb", ["Unrecognized option: -version"], "sleep 100")
    paths = [str(machine.bin / "Xtigervnc"), str(machine.bin / "Xvfb")]
    assert versions(paths) == {paths[0]: "Xtigervnc 1.12.0"}, "Xvfb has no such switch, and would start"


def test_an_engine_with_missing_libraries_is_distinguished_from_a_missing_engine(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine.add("Xvfb")
    broken = tmp_path / "site" / "pixelflux"
    broken.mkdir(parents=True)
    said = "libgbm.so.1: cannot open shared object file: No such file or directory"
    (broken / "__init__.py").write_text(f"raise ImportError({said!r})")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    stream = found(programs.backends(), "backend-stream")
    assert stream.message.endswith(" cannot run: The library libgbm.so.1 is not installed.")
    assert stream.fixes == (f"{APT} libgbm1",)
    assert stream.facts["usable"] is False


def test_without_a_session_the_fix_is_an_install_command(machine: Machine) -> None:
    (finding,) = programs.sessions()
    assert finding.status == "problem"
    assert finding.fixes[0].startswith(f"{APT} xfce4-session")
    machine.stand_in("openbox")
    machine.stand_in("xterm")
    findings = programs.sessions()
    assert found(findings, "session-openbox").facts["default"] is True
    assert found(findings, "desktop-environment").status == "note"
    machine.stand_in("xfce4-session")
    findings = programs.sessions()
    assert found(findings, "session-xfce").facts["default"] is True
    assert "desktop-environment" not in {each.topic for each in findings}
    absent = found(findings, "sessions-absent")
    assert absent.facts["commands"]["lxqt"] == f"{APT} lxqt-core"
    assert "xfce" not in absent.facts["commands"]


@pytest.fixture
def jupyter_dirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """An empty directory for Jupyter's configuration, and one for its data."""
    config, data = tmp_path / "config", tmp_path / "data"
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: [str(config), str(tmp_path / "system")])
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(data.joinpath(*parts))])
    return config, data


def write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def test_a_disabled_server_extension_or_missing_labextension_is_a_warning(
    jupyter_dirs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, data = jupyter_dirs
    _, server, lab = jupyter.jupyter()
    assert (server.status, server.fixes) == ("warning", ("jupyter server extension enable jupyter_vnc_proxy",))
    assert (lab.status, lab.topic) == ("warning", "labextension")
    enabled = {"ServerApp": {"jpserver_extensions": {"jupyter_vnc_proxy": True}}}
    write(config.parent / "system" / "jupyter_server_config.d" / "jupyter_vnc_proxy.json", enabled)
    assert jupyter.jupyter()[1].status == "ok"
    disabled = {"ServerApp": {"jpserver_extensions": {"jupyter_vnc_proxy": False}}}
    write(config / "jupyter_server_config.json", disabled)
    assert jupyter.jupyter()[1].status == "warning", "the user's wins"
    package = data / "labextensions" / "jupyter-vnc-proxy" / "package.json"
    write(package, {"version": __version__})
    assert jupyter.jupyter()[2].status == "ok"
    write(package, {"version": "9.0.0-rc.1"})
    with monkeypatch.context() as patch:
        patch.setattr(jupyter, "__version__", "9.0.0rc1")
        assert jupyter.jupyter()[2].status == "ok", "pip writes package.json's version in its own way"
    write(config / "labconfig" / "page_config.json", {"disabledExtensions": {"jupyter-vnc-proxy": True}})
    assert jupyter.jupyter()[2].fixes == ("jupyter labextension enable jupyter-vnc-proxy",)
    write(config / "labconfig" / "page_config.json", {"disabledExtensions": ["another"]})
    for other in ("0.0.9", "no version"):
        write(package, {"version": other})
        assert f"has version {other}" in jupyter.jupyter()[2].message


def test_broken_configuration_files_are_ignored(jupyter_dirs: tuple[Path, Path]) -> None:
    config, _ = jupyter_dirs
    for broken in ("[", "[]", '{"ServerApp": []}', '{"ServerApp": {"jpserver_extensions": 3}}'):
        config.mkdir(exist_ok=True)
        (config / "jupyter_server_config.json").write_text(broken)
        assert jupyter.jupyter()[1].status == "warning"


def test_the_command_prints_text_or_json_and_fails_if_nothing_can_run(runtime: Path) -> None:
    code = (
        "import sys; from jupyter_vnc_proxy import cli; from jupyter_vnc_proxy.system import environment\n"
        "environment.SYSTEM_PATH = ('/nonexistent',); sys.exit(cli.main(sys.argv[1:]))"
    )
    argv = [sys.executable, "-c", code, "doctor"]
    bare = {**os.environ, "PATH": "/nonexistent"}
    done = subprocess.run([*argv, "--json"], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["can_run"] is False
    assert {"backend-tigervnc", "runtime-directory", "seccomp"} <= {each["topic"] for each in answer["findings"]}
    done = subprocess.run(argv, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗ No backend can run on this machine, so no desktop can start." in done.stdout
    assert "\x1b" not in done.stdout, "no colours where nobody looks"
    next_one = done.stdout.splitlines()[-1].strip()
    assert next_one == answer["next"]
    assert "xvfb" in next_one.split(), "the backend whose modules are installed"
    assert "xfce4-session" in next_one.split(), "and a session, in the same command"
    assert next_one.count("install") == 2, "apt-get install --no-install-recommends, once"
    here = subprocess.run([sys.executable, "-m", "jupyter_vnc_proxy", "doctor"], capture_output=True, check=False)
    assert here.returncode == 0


def test_the_table_wraps_at_its_width_and_marks_each_finding() -> None:
    long = Finding("Group", "x", "warning", "word " * 40, ("one command", "another"))
    text = table([long, Finding("Other", "y", "ok", "Fine.")], 60, colours=False)
    assert all(len(line) <= 60 for line in text.splitlines())
    assert "    try: one command\n    or:  another\n" in text
    assert "\x1b[32m✓\x1b[0m Fine." in table([Finding("Other", "y", "ok", "Fine.")], 60, colours=True)


def test_every_finding_is_a_sentence_with_a_unique_topic(runtime: Path) -> None:
    findings = run_checks()
    assert len({each.topic for each in findings}) == len(findings)
    for each in findings:
        assert each.message.endswith("."), each
        assert "\n" not in each.message
        json.dumps(each.to_json())
