"""Checks the machine: D-Bus, fonts, OpenGL, restrictions of containers, and screen lockers."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from pathlib import Path

from ..backends.sessions import XDG
from ..runner.diagnosis import BUS, FONTS, GL, NO_SECCOMP
from ..system.environment import conda_prefixes, search_path
from ..system.files.reading import read_small
from ..system.inheritance.account import home_directory
from ..system.inheritance.variables import SCRIPT_PATHS, shadows
from ..system.packages import install_commands, merge_packages
from .findings import Finding
from .versions import TIMEOUT_SECONDS

GROUP = "Machine"

FONT_DIRECTORIES = ("/usr/share/fonts/X11/misc", "/usr/share/X11/fonts/misc", "/usr/lib/X11/fonts/misc")
SCALABLE_FONT_DIRECTORIES = ("/usr/share/fonts", "/usr/local/share/fonts")
LIBRARY_DIRECTORIES = ("/usr/lib/*-linux-gnu*", "/usr/lib64", "/usr/lib", "/usr/local/lib")
SOFTWARE_RENDERERS = ("dri/swrast_dri.so", "libgallium*.so", "gallium-pipe/pipe_swrast.so")
"""Files of Mesa's software renderer; since Mesa 24.2 it is one library (docs.mesa3d.org, relnotes)."""

PROC_STATUS = Path("/proc/self/status")
CONTAINER_FILES = (Path("/.dockerenv"), Path("/run/.containerenv"))

SCRIPT_FONTS = {
    "Chinese, Japanese and Korean": (
        r"(?im)CJK|(?:: |\|)(?:zh-cn|ja)(?:\||$)",
        {"apt": "fonts-noto-cjk", "dnf": "google-noto-sans-cjk-fonts"},
    ),
    "emoji": (
        r"(?i)emoji",
        {"apt": "fonts-noto-color-emoji", "dnf": "google-noto-color-emoji-fonts"},
    ),
}
"""Scripts with a pattern of a font's family or languages, as `fc-list` prints them, and the packages of a font."""

SVG_LOADERS = tuple(
    f"{each}/gdk-pixbuf-2.0/*/loaders/*svg*.so" for each in ("/usr/lib/*-linux-gnu*", "/usr/lib64", "/usr/lib")
)
"""GTK's loader of SVG pictures."""

SVG = {"apt": "librsvg2-common", "dnf": "librsvg2"}

DEJAVU = {"apt": "fonts-dejavu-core", "dnf": "dejavu-sans-fonts"}


def bus() -> list[Finding]:
    """Check which program starts the session's D-Bus."""
    path = search_path(os.environ.get("PATH", ""))
    launcher = shutil.which("dbus-run-session", path=path) or shutil.which("dbus-launch", path=path)
    facts = {"launcher": launcher}
    prefixes = conda_prefixes(os.environ)
    findings = []
    if launcher is None:
        message = "Neither dbus-run-session nor dbus-launch is installed, so sessions have no D-Bus."
        findings.append(Finding(GROUP, "dbus", "warning", message, tuple(install_commands(BUS)), facts))
    elif any(Path(launcher).is_relative_to(prefix) for prefix in prefixes):
        message = (
            f"Sessions use the D-Bus of a conda environment ({launcher}), which may not work with system programs."
        )
        findings.append(Finding(GROUP, "dbus", "warning", message, tuple(install_commands(BUS)), facts))
    else:
        findings.append(Finding(GROUP, "dbus", "ok", f"{launcher} starts a D-Bus for each session.", (), facts))
    return findings


def shadowed() -> list[Finding]:
    """Check for variables that replace the system's libraries and modules, which the session's programs ignore."""
    found = shadows(os.environ, scripts=True)
    if not found:
        return [Finding(GROUP, "shadows", "ok", "No variable replaces the system's libraries or modules.")]
    findings = []
    for each in found:
        if each.variable in SCRIPT_PATHS:
            message = f"{each}. Programs of the system that are written in {SCRIPT_PATHS[each.variable]} may fail."
        else:
            message = f"{each}. The session's own programs use the system's; terminals on the desktop get it as it is."
        facts = {"variable": each.variable, "entry": each.entry, "replaces": each.replaces}
        findings.append(Finding(GROUP, "shadows", "note", message, (), facts))
    return findings


def fonts() -> list[Finding]:
    """Check for the X server's font ``fixed``, and for a scalable font, which modern programs use."""
    fixed = next((each for each in FONT_DIRECTORIES if _has_fixed(Path(each))), None)
    if fixed:
        findings = [Finding(GROUP, "fonts-fixed", "ok", f"The X server's font 'fixed' is in {fixed}.")]
    else:
        message = (
            "The X server's font 'fixed' is not installed; old programs and some X servers do not start without it."
        )
        findings = [Finding(GROUP, "fonts-fixed", "warning", message, tuple(install_commands(FONTS)))]
    home = home_directory() or Path("/")
    if not any(_has_scalable(Path(each)) for each in (*SCALABLE_FONT_DIRECTORIES, home / ".local/share/fonts")):
        message = "No scalable font is installed, so text appears as boxes."
        findings.append(Finding(GROUP, "fonts-scalable", "warning", message, tuple(install_commands(DEJAVU))))
    return findings


def scripts() -> Finding:
    """Check for fonts of Chinese, Japanese and Korean, and of emoji, which many web pages and names of files need."""
    families = _font_families()
    if families is None:
        return Finding(GROUP, "fonts-scripts", "note", "Fonts can't be listed, because fc-list is not installed.")
    missing = {name: packages for name, (pattern, packages) in SCRIPT_FONTS.items() if not re.search(pattern, families)}
    facts = {"missing": list(missing)}
    if not missing:
        return Finding(GROUP, "fonts-scripts", "ok", "Fonts for Chinese, Japanese, Korean and emoji are installed.")
    message = f"No font for {' and '.join(missing)} is installed, so such text appears as boxes."
    fixes = tuple(install_commands(merge_packages(missing.values())))
    return Finding(GROUP, "fonts-scripts", "note", message, fixes, facts)


def pictures() -> list[Finding]:
    """Check whether Xfce, if it is installed, can show SVG pictures, such as icons and the wallpaper of Xfce 4.20."""
    if shutil.which("xfdesktop", path=search_path(os.environ.get("PATH", ""))) is None:
        return []
    if any(glob.glob(each) for each in SVG_LOADERS):
        return [Finding(GROUP, "pictures", "ok", "Xfce can show SVG pictures.")]
    message = "Xfce can't show SVG pictures, so the wallpaper may be black and icons may be missing."
    return [Finding(GROUP, "pictures", "note", message, tuple(install_commands(SVG)))]


def _font_families() -> str | None:
    program = shutil.which("fc-list")
    if program is None:
        return None
    argv = [program, "--format", "%{family}: %{lang}\\n"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def _has_fixed(directory: Path) -> bool:
    for name in ("fonts.alias", "fonts.dir"):
        try:
            text = (directory / name).read_text(encoding="latin-1")
        except OSError:
            continue
        if any(line.split()[:1] == ["fixed"] or "-misc-fixed-" in line for line in text.splitlines()):
            return any(directory.glob("*.pcf*"))
    return False


def _has_scalable(directory: Path) -> bool:
    kinds = (".ttf", ".otf", ".ttc", ".pfb")
    return any(name.lower().endswith(kinds) for _, _, names in os.walk(directory) for name in names)


def graphics() -> Finding:
    """Check for OpenGL's software renderer; the self-test finds out which renderer is used."""
    patterns = [f"{place}/{file}".lstrip("/") for place in LIBRARY_DIRECTORIES for file in SOFTWARE_RENDERERS]
    found = next((str(file) for pattern in patterns for file in Path("/").glob(pattern)), None)
    facts = {"renderer": found}
    if found:
        return Finding(GROUP, "opengl", "ok", f"OpenGL's software renderer is installed ({found}).", (), facts)
    message = "OpenGL's software renderer is not installed, so OpenGL programs do not start."
    return Finding(GROUP, "opengl", "warning", message, tuple(install_commands(GL)), facts)


def seccomp() -> Finding:
    """Check for a seccomp filter (proc(5), ``Seccomp``), and whether user namespaces are allowed."""
    mode = _status_field("Seccomp")
    refused = _refuses_namespaces()
    facts = {"filter": mode == "2", "namespaces": None if refused is None else not refused}
    if refused:
        cause = "This container's seccomp profile refuses" if mode == "2" else "This machine refuses"
        message = (
            f"{cause} new user namespaces. Desktops work, but programs that use them as a sandbox (Chromium, Electron) "
            "start only without the sandbox."
        )
        fixes = ("chromium --no-sandbox", *((NO_SECCOMP,) if mode == "2" else ()))
        return Finding(GROUP, "seccomp", "note", message, fixes, facts)
    message = "A seccomp filter is active, and allows sandboxes." if mode == "2" else "No seccomp filter is active."
    return Finding(GROUP, "seccomp", "ok", message, (), facts)


def _status_field(name: str) -> str | None:
    try:
        lines = PROC_STATUS.read_text().splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")), None)


def _refuses_namespaces() -> bool | None:
    program = shutil.which("unshare")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "--user", "true"], capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.returncode != 0


def container() -> Finding:
    """Check whether this is a container, and of which kind."""
    kind = next((name for name, seen in _containers().items() if seen), None)
    message = f"This is a container ({kind})." if kind else "This is not a known kind of container."
    return Finding(GROUP, "container", "ok", message, (), {"container": kind})


def _containers() -> dict[str, bool]:
    return {
        "Kubernetes": "KUBERNETES_SERVICE_HOST" in os.environ,
        "Docker": CONTAINER_FILES[0].exists(),
        "Podman": CONTAINER_FILES[1].exists(),
        "Apptainer": "APPTAINER_CONTAINER" in os.environ or "SINGULARITY_CONTAINER" in os.environ,
    }


def lockers() -> Finding:
    """Check whether a screen locker could lock a desktop, which a user without a password cannot unlock."""
    ours = {file.name for file in (XDG / "autostart").glob("*.desktop")}
    path = search_path(os.environ.get("PATH", ""))
    programs = {each.removesuffix(".desktop").removesuffix("-autostart") for each in ours}
    installed = sorted(each for each in programs if shutil.which(each, path=path))
    own = Path(os.environ.get("XDG_CONFIG_HOME") or (home_directory() or Path("/")) / ".config", "autostart")
    entries = [own / name for name in sorted(ours) if os.path.exists(own / name)]  # also if `own` is closed to us
    forced = [file for file in entries if not _hidden(file)]
    facts = {"installed": installed, "forced": [str(file) for file in forced]}
    if forced:
        message = (
            f"Your {forced[0]} starts {forced[0].stem}, which may lock a desktop. "
            "An account without a password cannot unlock it."
        )
        return Finding(GROUP, "lock-screen", "warning", message, tuple(f"rm {file}" for file in forced), facts)
    if installed:
        message = f"Desktops do not start these installed screen lockers: {', '.join(installed)}."
        return Finding(GROUP, "lock-screen", "ok", message, (), facts)
    return Finding(GROUP, "lock-screen", "ok", "No screen locker is installed.", (), facts)


def _hidden(file: Path) -> bool:
    try:
        lines = read_small(file).decode(errors="replace").splitlines()
    except OSError:
        return False
    return any(line.replace(" ", "").lower() == "hidden=true" for line in lines)
