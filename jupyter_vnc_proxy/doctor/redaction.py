"""Redacts secrets, addresses and the names of users and hosts in a text."""

from __future__ import annotations

import ipaddress
import os
import pwd
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|COOKIE|CREDENTIAL|API_?KEY|PRIVATE|(?:KEY|PWD|PASS|PASSPHRASE|AUTH|SIG)$", re.IGNORECASE
)
"""Matches the names of environment variables whose values are secrets."""

MIN_SECRET_LENGTH = 6
"""Shorter values of such variables are numbers or flags; replacing them would redact ordinary words."""

GENERIC_NAMES = frozenset({"root", "localhost", "localdomain", "user", "jovyan", "jupyter", "nobody"})
"""Names of users and hosts that do not identify anyone; container images use them."""

WORD = r"(?:token|passw(?:or)?d|passwd|passphrase|secret|credentials?|pwd|pass|auth|sig|signature|"
WORD += r"(?:api|access|private)[_-]?key)"
"""A name of a secret, in an option or before a colon."""

PATTERNS = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), "<removed>"),  # a JSON Web Token
    (
        re.compile(
            r"(?<![A-Za-z0-9])(?:sk-|xox[a-z]-|gh[a-z]_|github_pat_|glpat-|hf_|AKIA|ASIA|AIza|npm_|pypi-)[\w-]{6,}"
        ),
        "<removed>",
    ),
    # A name and a value: quoted, or to the end of the line after a colon and a space.
    (re.compile(rf"(?i)\b([\w-]*{WORD}['\"]?\s*[=:]\s*)\"[^\"]*\""), r'\1"<removed>"'),
    (re.compile(rf"(?i)\b([\w-]*{WORD}['\"]?\s*[=:]\s*)'[^']*'"), r"\1'<removed>'"),
    (re.compile(rf"(?i)(?<![\w-])({WORD}:\s+)(?![\"'<]).+"), r"\1<removed>"),
    (re.compile(r"(?i)\b(\w*(?:key|pwd|pass|passphrase|auth|sig)=)['\"]?[^\s'\"&,;]+"), r"\1<removed>"),
    # An option and the next word, plain or as words of JSON.
    (re.compile(rf"(?i)(?<![\w-])(--?[\w-]*{WORD}['\",]*[\s=]+['\"]?)[^\s'\"]+"), r"\1<removed>"),
    (re.compile(r"(?<=[\s\"'])(-p)(?!ort|ath|id|ass\b)(?=[^\s'\",]{4})[^\s'\",]+"), r"\1<removed>"),  # -pPASSWORD
    (re.compile(r"(?<![\\\w])\\\\(?:\\\\)?[\w.-]+(?=\\)"), r"<host>"),  # UNC
    (re.compile(r"(?<![\\\w])[A-Z][A-Z0-9.-]+\\{1,2}[\w.-]+"), r"<user>"),  # DOMAIN\user
    (re.compile(r"(/user/)[^/\s'\"?]+"), r"\1<user>"),
    (re.compile(r"(?i)(?<![0-9a-f:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?![0-9a-f:-])"), "<address>"),
    (re.compile(r"(?i)\b(authorization|cookie|set-cookie)(['\"]?\s*[:=]\s*).*"), r"\1\2<removed>"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 <removed>"),
    (
        re.compile(
            r"(?i)\b(\w*(?:token|passw(?:or)?d|passwd|secret|_xsrf|api_?key|cookie))(['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;]+"
        ),
        r"\1\2<removed>",
    ),
    (re.compile(r"(?i)\b(token|password|passwd|secret|cookie)\s+(?=[\w.~+/=-]*\d)[\w.~+/=-]{8,}"), r"\1 <removed>"),
    (re.compile(r"(?i)(?<![\w/])(/p(?:ass(?:word)?)?:)[^\s'\"]+"), r"\1<removed>"),  # xfreerdp's option
    (re.compile(r"(?i)(?<![\w-])(--?passw(?:or)?d['\",]*\s+['\"]?)[^\s'\"]+"), r"\1<removed>"),
    (re.compile(r"(?i)\bMIT-MAGIC-COOKIE-1\s+\S+"), "MIT-MAGIC-COOKIE-1 <removed>"),
    # 16 bytes in hexadecimal, in one piece or in pairs: a cookie, a key, a digest.
    (re.compile(r"(?i)(?<![0-9a-z])(?:(?:\\x)?[0-9a-f]{2}[ :-]?){15,}[0-9a-f]{2}(?![0-9a-z])"), "<removed>"),
    (re.compile(r"(?<![\w/.-])(?=[\w+=-]*\d)(?=[\w+=-]*[a-zA-Z])[\w+=-]{40,}(?![\w/.-])"), "<removed>"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/'\"<>]+"), r"\1<host>"),
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<address>"),
    (re.compile(r"(?<![\d.])(?!127\.)(?!0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), "<address>"),
    (re.compile(r"(?<![\w~])/(home|Users|export/home|gpfs/home|mnt/home)/(?!jovyan\b)[^/\s:'\"]+"), r"/\1/<user>"),
)
"""Regular expressions for secrets and addresses, and their replacements."""

ADDRESS = re.compile(r"(?<![\w:.])[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*[0-9a-fA-F:](?![\w:])")
"""A text that may be an IPv6 address; `ipaddress` decides."""


def _address(match: re.Match[str]) -> str:
    try:
        address = ipaddress.IPv6Address(match[0])
    except ValueError:
        return match[0]
    return match[0] if address.is_loopback or address.is_unspecified else "<address>"


@dataclass(frozen=True)
class Redaction:
    """What to redact: ``secrets`` literally, ``homes`` as paths, ``users`` and ``hosts`` as whole words."""

    secrets: frozenset[str] = frozenset()
    homes: tuple[str, ...] = ()
    users: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def with_secrets(self, secrets: Iterable[str]) -> Redaction:
        """Return the redaction of more secrets; values that are too short to be told from ordinary words are left."""
        return replace(self, secrets=self.secrets | {each for each in secrets if len(each) >= MIN_SECRET_LENGTH})

    def clean(self, text: str) -> str:
        """Return ``text``, redacted."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "<removed>")
        for home in sorted(self.homes, key=len, reverse=True):
            text = re.sub(rf"(?<![\w.-]){re.escape(home)}(?![\w.-])", "~", text)
        for pattern, instead in PATTERNS:
            text = pattern.sub(instead, text)
        text = ADDRESS.sub(_address, text)
        text = _words(text, self.hosts, "<host>")
        return _words(text, self.users, "<user>")


def _words(text: str, words: Iterable[str], instead: str) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?i)(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", instead, text)
    return text


def local_redaction(environment: Mapping[str, str] = os.environ) -> Redaction:
    """Return the redaction for this user and machine."""
    secrets = {
        value for key, value in environment.items() if SECRET_NAME.search(key) and len(value) >= MIN_SECRET_LENGTH
    }
    homes = {environment.get("HOME", ""), os.path.realpath(environment.get("HOME", "/"))}
    users = {environment.get(key, "") for key in ("USER", "LOGNAME", "USERNAME", "JUPYTERHUB_USER", "SUDO_USER")}
    try:
        entry = pwd.getpwuid(os.getuid())
        users |= {entry.pw_name, *entry.pw_gecos.split(",")[:1]}
        homes.add(entry.pw_dir)
    except KeyError:  # a user in a container may have no entry
        pass
    hosts = {environment.get("HOSTNAME", ""), socket.gethostname(), _kernel_name()}
    hosts |= {host.partition(".")[0] for host in hosts}
    return Redaction(
        secrets=frozenset(secrets),
        homes=tuple(home for home in homes if home.strip("/")),
        users=frozenset(user for user in users if len(user) > 1) - GENERIC_NAMES,
        hosts=frozenset(host for host in hosts if len(host) > 1) - GENERIC_NAMES,
    )


def _kernel_name() -> str:
    try:
        return Path("/proc/sys/kernel/hostname").read_text().strip()
    except OSError:
        return ""
