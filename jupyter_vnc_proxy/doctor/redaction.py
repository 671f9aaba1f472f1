"""Redacts secrets, addresses and the names of users and hosts in a text."""

from __future__ import annotations

import ipaddress
import json
import os
import pwd
import re
import shlex
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from .secret_patterns import ADDRESS, IPV4, IPV6, KEY_BLOCK, PATTERNS, REMOVED

SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|COOKIE|CREDENTIAL|API_?KEY|PRIVATE|(?:KEY|(?<!OLD)(?<!^)PWD|PASS|PASSPHRASE|AUTH|SIG)$",
    re.IGNORECASE,
)
"""Matches the names of environment variables whose values are secrets."""

MIN_SECRET_LENGTH = 6
"""Shorter values of such variables are numbers or flags; replacing them would redact ordinary words."""

MIN_WORD_LENGTH = 3
"""Shorter values of a desktop's options are left; those up to `MIN_SECRET_LENGTH` are replaced as whole words."""

GENERIC_NAMES = frozenset({"root", "localhost", "localdomain", "user", "jovyan", "jupyter", "nobody"})
"""Names of users and hosts that do not identify anyone; container images use them."""

MAX_IPV6_LENGTH = 45
"""Characters of an IPv6 address, at the most, with an IPv4 address at its end."""

LINE_LENGTH = 1000
"""Characters of a line that are kept, which also bounds the time that the patterns take."""


@dataclass(frozen=True)
class Redaction:
    """What to redact: ``secrets`` literally, ``homes`` as paths, ``users`` and ``hosts`` as whole words."""

    secrets: frozenset[str] = frozenset()
    homes: tuple[str, ...] = ()
    users: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def with_secrets(self, secrets: Iterable[str]) -> Redaction:
        """Return the redaction of more secrets; short numbers, and values of one or two characters, are left."""
        secrets = set(secrets)
        known = {each for each in secrets if len(each) >= MIN_WORD_LENGTH and not each.isdigit()}
        long_numbers = {each for each in secrets if len(each) >= MIN_SECRET_LENGTH}
        return replace(self, secrets=self.secrets | known | long_numbers)

    def with_hosts(self, hosts: Iterable[str]) -> Redaction:
        """Return the redaction of more hosts, by their full names and by the first labels of these."""
        names = {name for host in hosts for name in (host, host.partition(".")[0]) if len(name) > 1}
        return replace(self, hosts=self.hosts | {name for name in names if not name.isdigit()} - GENERIC_NAMES)

    def clean(self, text: str) -> str:
        """Return ``text``, redacted, with long lines cut."""
        for secret in sorted({form for each in self.secrets for form in _spellings(each)}, key=len, reverse=True):
            text = _replaced(text, secret)
        for home in sorted(self.homes, key=len, reverse=True):
            text = re.sub(rf"(?<![\w.-]){re.escape(home)}(?![\w.-])", "~", text)
        text = KEY_BLOCK.sub(REMOVED, text)
        return "\n".join(self._clean_line(_cut(line)) for line in text.split("\n"))

    def _clean_line(self, line: str) -> str:
        for pattern, instead in PATTERNS:
            line = pattern.sub(instead, line)
        line = IPV4.sub(_address, IPV6.sub(_addresses, line))
        line = _words(line, self.hosts, "<host>")
        return _words(line, self.users, "<user>")


def _spellings(secret: str) -> set[str]:
    """Return a secret as it is in a text, in JSON, in an URL and in a shell's quotes."""
    in_json = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    return {secret, *in_json, repr(secret)[1:-1], quote(secret), quote(secret, safe=""), shlex.quote(secret).strip("'")}


def _replaced(text: str, secret: str) -> str:
    """Replace ``secret`` anywhere, or as a whole word if it is so short that other words may contain it."""
    if len(secret) >= MIN_SECRET_LENGTH:
        return text.replace(secret, REMOVED)
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])", REMOVED, text)


def _cut(line: str) -> str:
    """Return a line of at most `LINE_LENGTH` characters, without a piece of a word, which no pattern would know."""
    return line if len(line) <= LINE_LENGTH else f"{line[:LINE_LENGTH].rpartition(' ')[0]} …"


def _address(match: re.Match[str]) -> str:
    """Return the replacement for what may be an IPv4 address: loopback and unspecified ones stay."""
    numbers = [int(number) for number in match[0].split(".")]
    if max(numbers) > 255 or numbers[0] == 127 or not any(numbers):
        return match[0]
    return ADDRESS


def _addresses(match: re.Match[str]) -> str:
    """Return the replacement for a text that may contain an IPv6 address, such as ``addr:fe80::1:``."""
    text, zone = match[0].removesuffix(match[1] or ""), match[1] or ""
    before = match.string[match.start() - 1 : match.start()] if match.start() else ""
    after = match.string[match.end() : match.end() + 1]
    for start in (0, *(each.end() for each in re.finditer(":", text))):
        if start == 0 and (before.isalnum() or before == "_"):
            continue  # the end of a word, as in ``std::``
        for end in range(min(len(text), start + MAX_IPV6_LENGTH), start + 1, -1):
            if end == len(text) and (after.isalnum() or after == "_"):
                continue  # the beginning of a word, as in ``::size``
            if end < len(text) and text[end] != ":" and text[end] != ".":
                continue
            if _is_private_data(text[start:end]):
                rest = text[end:] + zone if end < len(text) else ""
                return f"{text[:start]}{ADDRESS}{rest}"
    return match[0]


def _is_private_data(text: str) -> bool:
    """Whether ``text`` is an IPv6 address that tells machines apart; ``dead::beef`` is C++."""
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified:
        return False
    return any(each.isdigit() for each in text) or address.is_private or address.is_link_local or address.is_multicast


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
