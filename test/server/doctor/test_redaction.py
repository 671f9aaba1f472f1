"""A report's redaction removes secrets in many spellings, and keeps what support needs."""

from __future__ import annotations

import json
import string
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_vnc_proxy.doctor.redaction import LINE_LENGTH, Redaction, local_redaction

TOKEN = "b1f5d3c2a49e8d7f6a5b4c3d2e1f00112233445566778899"
COOKIE = "00112233445566778899aabbccddeeff"
SECRETS = {
    f"http://localhost:8888/lab?token={TOKEN}": TOKEN,
    f"[I 2026-11-24 LabApp] Authorization: token {TOKEN}": TOKEN,
    "GET /api?token=short1&x=2 HTTP/1.1": "short1",
    "Cookie: username-8888=2|1:0|10:1764|abc; _xsrf=2|0a1b": "username-8888",
    "Set-Cookie: _xsrf=2|8f7e6d": "8f7e6d",
    "bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc": "eyJhbGciOiJIUzI1NiJ9",
    f"host/unix:1  MIT-MAGIC-COOKIE-1  {COOKIE}": COOKIE,
    f"xauth: added {COOKIE.upper()} for :1": COOKIE.upper(),
    "cookie " + " ".join(COOKIE[i : i + 2] for i in range(0, 32, 2)): "88 99 aa",
    "key " + ":".join(COOKIE[i : i + 2] for i in range(0, 32, 2)): "88:99:aa",
    "xfreerdp /p:x --password=hunter2 /v:host": "hunter2",
    '{"password": "hunter2"}': "hunter2",
    'options: {"session_command": ["xfreerdp", "/v:there", "/p:hunter2"]}': "hunter2",
    '["x11vnc", "-passwd", "hunter2"]': "hunter2",
    "vncviewer --password hunter2": "hunter2",
    "https://ada:hunter2@example.org/x": "hunter2",
    "mail from ada.lovelace@example.org": "ada.lovelace@example.org",
    "connect to 192.168.17.4:5900": "192.168.17.4",
    "/home/lovelace/notes.txt": "lovelace",
    "proxy http://internal.example.org:3128/": "internal.example.org",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI": "wJalrXUtnFEMI",
    "pwd=hunter2": "hunter2",
    "passphrase=hunter2": "hunter2",
    "password: two words": "words",
    '["app", "--token", "hunter2x"]': "hunter2x",
    '["app", "-psecretpw"]': "secretpw",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc": "eyJzdWIi",
    "key sk-abcdefghij": "sk-abcdefghij",
    "slack xoxb-12345-abcde": "xoxb-12345",
    "at fe80::1ff:fe23:4567:890a": "fe23",
    "at [2001:db8::7]:5900": "2001:db8",
    "ether 02:42:ac:11:00:02": "02:42",
    "logged in as CORP\\ada": "ada",
    "GET /user/ada/api": "ada",
    r"mount \\\\filer\\share": "filer",
    "fe80:0000:0000:0000:0202:b3ff:fe1e:8329 is up": "b3ff",
}


@pytest.mark.parametrize(("line", "secret"), SECRETS.items())
def test_secrets_are_redacted(line: str, secret: str) -> None:
    cleaned = Redaction().clean(line)
    assert secret not in cleaned
    assert "<" in cleaned


@pytest.mark.parametrize(
    "line",
    [
        "Xvnc TigerVNC 1.12.0 - built 2023-01-06 16:01",
        "tigervnc-standalone-server 1.12.0+dfsg-8",
        "_XSERVTransmkdir: ERROR: euid != 0,directory /tmp/.X11-unix will not be created.",
        "(EE) :1 is taken because of /tmp/.X1-lock",
        "/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so",
        "cannot open display 127.0.0.1:10 or 0.0.0.0",
        "The token that Jupyter prints, and the cookie of the display, are not logged.",
        "2026-11-24T20:57:35.862Z 1280x720",
        "apt-get install --no-install-recommends xfce4-session xfwm4 xfce4-panel xfdesktop4 xfce4-settings",
        "Xvnc -pixelformat rgb888 -geometry 1280x720 -desktop :1 -rfbport 5901 -SecurityTypes None",
        "mysqld -port 3 -path x -print -plugin-dir /usr/lib -parallel 4 -pidfile /run/x.pid",
        "12:34:56 started; 23:59:59.123 ended after 0:00:12",
        "Sun Nov 29 14:26:05 2026",
        "std::vector<std::string>::size, QCoreApplication::exec: QThread::start, dead::beef, a::b::c",
        "xfce4-session 4.18.1.2-1, version 1.2.3.4, v1.2.3.4, libGL.so.1.7.0.0",
        "QT_QPA_PLATFORM=xcb LANG=C.UTF-8 PWD=/srv OLDPWD=/",
        "keyboard: us, monkey=3, keysym 0xff0d, hotkeys=on, compass: north, author: X.Org, design=flat",
        "Basic settings of the bearer, digest algorithms",
        "org.freedesktop.DBus.Error.ServiceUnknown: org.xfce.Panel was not provided by any .service files",
        "File jupyter_vnc_proxy/stream/__main__.py, line 12, in run: numpy.core, libgbm.so.1, threading.Lock",
        "Xvnc :1 -auth /tmp/x/Xauthority -rfbauth /tmp/x/passwd",
        "memcpy@GLIBC_2.14 memcpy@@GLIBC_2.17, @jupyterlab/services",
        "[1234]: task-switcher hf_hub_download npm_config_registry sk_buff //usr/lib",
        "session opened for user root, User: root",
        "listening on ::1 and 127.0.0.1, ::",
        r"C:\\x \d+\s* 'a\nb'",
    ],
)
def test_useful_lines_are_kept(line: str) -> None:
    assert Redaction().clean(line) == line


def test_names_of_users_and_hosts_are_redacted_as_whole_words() -> None:
    redaction = Redaction(
        homes=("/data/people/ada",), users=frozenset({"ada", "Ada King"}), hosts=frozenset({"engine7", "engine7.lab"})
    )
    text = "/data/people/ada/x /data/people/adam ada@engine7:~$ ADA on engine7.lab, the adage, jupyter-ada-1; Ada King"
    cleaned = redaction.clean(text)
    assert cleaned.startswith("~/x /data/people/adam <")
    assert "adage" in cleaned
    assert "jupyter-<user>-1; <user>" in cleaned
    assert "engine7" not in cleaned


def test_the_environment_defines_secrets_and_names() -> None:
    redaction = local_redaction(
        {
            "HOME": "/somewhere/of/ada",
            "JUPYTERHUB_USER": "ada",
            "USER": "root",
            "HOSTNAME": "engine7.example.org",
            "JUPYTERHUB_API_TOKEN": "correct horse battery",
            "JPY_COOKIE_SECRET": "staple!!",
            "DEBUG_TOKEN": "1",
        }
    )
    cleaned = redaction.clean("correct horse battery staple!! /somewhere/of/ada ada root engine7 1")
    assert cleaned == "<removed> <removed> ~ <user> root <host> 1"


PASSWORDS = st.text(string.ascii_letters + string.digits + "!#$%*+./@^_~-", min_size=8, max_size=24).filter(
    lambda text: (
        any(each.isdigit() for each in text)
        and any(each.isalpha() for each in text)
        and text[0].isalnum()
        and text[-1].isalnum()
    )
)
NAMES = st.sampled_from(
    (
        "token",
        "password",
        "passwd",
        "passphrase",
        "secret",
        "api_key",
        "apiKey",
        "API-Key",
        "access_key",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "MYSQL_PWD",
        "DB_PASS",
        "SSHPASS",
        "ssh_auth",
        "X_SIG",
        "JPY_API_TOKEN",
        "_xsrf",
        "clientSecret",
        "db.password",
        "PRIVATE_KEY",
        "CREDENTIALS",
        "HMAC_SIG",
        "SLACK_TOKEN_2",
        "encryptionKey",
    )
)
ASSIGNED = st.sampled_from(
    (
        "{name}={secret}",
        "{name}: {secret}",
        "{name}:{secret}",
        "{name} = {secret}",
        "{name} => {secret}",
        "export {name}='{secret}'",
        '{{"{name}": "{secret}"}}',
        "{{'{name}': '{secret}'}}",
        '{{\\"{name}\\": \\"{secret}\\"}}',
        "GET /x?a=1&{name}={secret}&b=2 HTTP/1.1",
        "--{name} {secret}",
        "--{name}={secret}",
        "-{name} {secret}",
        '["app", "--{name}", "{secret}"]',
        "['app', '--{name}', '{secret}']",
        "{name}: {secret} and more words {secret}",
        "[W 12:34:56 App] cannot log in with {name}={secret}, giving up",
    )
)
BARE = st.sampled_from(
    (
        "https://ada:{secret}@example.org/x",
        "http://{secret}@127.0.0.1:8888/",
        "Authorization: Basic {secret}",
        "authorization: token {secret}",
        "Proxy-Authorization: Negotiate {secret}",
        "Cookie: a={secret}; b={secret}",
        "{{'X-Auth-Token': '{secret}'}}",
        "bearer {secret}",
        "curl -u ada:{secret} localhost",
        "xfreerdp /u:{secret} /p:{secret} /v:{secret} /d:{secret}",
        "sshpass -p {secret} ssh there",
        "the password is {secret}",
        "Password for ada: {secret}",
        "enter passphrase: {secret} {secret}",
        "GET /user/{secret}/api",
    )
)
CODES = st.text(string.ascii_letters + string.digits, min_size=24, max_size=36)
PREFIXES = ("sk-", "xoxb-", "xoxp-", "ghp_", "github_pat_", "glpat-", "hf_", "npm_", "AIza")
TOKENS = st.one_of(
    st.builds("{}{}".format, st.sampled_from(PREFIXES), CODES),
    st.builds("AKIA{}".format, st.text(string.ascii_uppercase + string.digits, min_size=16, max_size=16)),
    st.builds("eyJ{}.eyJ{}.{}".format, CODES, CODES, CODES),
    st.binary(min_size=16, max_size=40).map(bytes.hex),
)
ADDRESSES = st.one_of(
    st.ip_addresses(v=4).filter(lambda each: each.packed[0] not in (0, 127)).map(str),
    st.ip_addresses(v=6).filter(lambda each: int(each) > 1 << 100).map(str),
    st.ip_addresses(v=6).filter(lambda each: int(each) > 1 << 100).map(lambda each: each.exploded.upper()),
    st.integers(0, (1 << 64) - 1).map(lambda each: f"fe80::{each >> 48:x}:{each >> 32 & 65535:x}:ff:{each & 65535:x}"),
    st.binary(min_size=6, max_size=6).map(lambda each: each.hex(":")),
    st.binary(min_size=6, max_size=6).map(lambda each: each.hex("-").upper()),
)
PLACES = st.sampled_from(
    (
        "{}",
        "at {}",
        "at {}.",
        "at {}: refused",
        "({}), ",
        "[{}]:5900",
        "addr:{} up",
        "host={}",
        '"{}"',
        "inet6 {}/64",
        "from {}, to {}",
    )
)
QUICK = settings(max_examples=150, deadline=None, database=None, derandomize=True)


@QUICK
@given(PASSWORDS, NAMES, ASSIGNED)
def test_what_is_named_as_a_secret_is_removed(secret: str, name: str, form: str) -> None:
    line = form.format(name=name, secret=secret)
    assert secret not in Redaction().clean(line), line


@QUICK
@given(PASSWORDS, BARE)
def test_credentials_are_removed_from_urls_headers_and_command_lines(secret: str, form: str) -> None:
    line = form.format(secret=secret)
    assert secret not in Redaction().clean(line), line


@QUICK
@given(TOKENS, PLACES)
def test_tokens_of_known_forms_are_removed_without_a_name(token: str, place: str) -> None:
    line = place.format(token, token)
    assert token not in Redaction().clean(line), line


@QUICK
@given(ADDRESSES, PLACES)
def test_addresses_are_removed_in_every_spelling(address: str, place: str) -> None:
    line = place.format(address, address)
    cleaned = Redaction().clean(line)
    assert address not in cleaned, line
    assert "<" in cleaned


@QUICK
@given(st.text(min_size=6, max_size=20).filter(lambda text: text.strip() == text and "\n" not in text))
def test_a_known_value_is_removed_as_text_json_and_python(value: str) -> None:
    redaction = Redaction().with_secrets([value])
    for line in (f"a {value} b", json.dumps({"x": value}), repr([value])):
        assert value not in redaction.clean(line)
        assert "<removed>" in redaction.clean(line)


@pytest.mark.parametrize(
    ("line", "secret"),
    {
        "payroll.corp.example.com is up": "payroll",
        "connected to pc7.lab.uni-jena.de.": "uni-jena",
        "ssh ada@engine7": "ada",
        "mount //filer/share on /mnt": "filer",
        "corp\\ada logged in": "ada",
        "session opened for user ada(uid=1000)": "ada",
        "ec2 ip-10-1-2-3.internal": "10-1-2-3",
        "1.2.3.4.": "1.2.3.4",
        "inet6 addr:fe80::1%eth0": "eth0",
        "-----BEGIN RSA PRIVATE KEY-----\nabcd/efgh\n-----END RSA PRIVATE KEY-----": "efgh",
        "AWS wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "bPxRfi",
        "a <host> token=hunter2": "hunter2",
    }.items(),
)
def test_other_spellings(line: str, secret: str) -> None:
    assert secret not in Redaction().clean(line)


def test_a_host_of_the_options_is_removed_by_its_first_label_too() -> None:
    redaction = Redaction().with_hosts(["payroll-db.corp.example.com"])
    assert redaction.clean("payroll-db refused; PAYROLL-DB.corp.example.com") == "<host> refused; <host>"


def test_a_long_line_is_cut_between_words() -> None:
    long = " ".join(uuid.uuid5(uuid.NAMESPACE_DNS, str(number)).hex[:9] for number in range(2 * LINE_LENGTH // 10))
    cleaned = Redaction().clean(f"{long}\nnext")
    assert cleaned.endswith(" …\nnext")
    assert len(cleaned) <= LINE_LENGTH + len(" …\nnext")
    assert cleaned.split()[-3] in long.split()
