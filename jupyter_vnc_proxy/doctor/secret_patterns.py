"""Regular expressions for secrets, addresses and names in logs, and what replaces them.

Quantifiers in front of a name are bounded, so that a long line takes linear time.
"""

from __future__ import annotations

import re

REMOVED = "<removed>"
ADDRESS = "<address>"

ANYWHERE = (
    r"token|passw(?:or)?d|passphrase|passcode|secret|credentials?|cookie|_xsrf|(?:api|access|private|secret)[_-]?key"
)
"""Names of secrets, wherever they are in a name: ``JUPYTER_TOKEN_2``, ``dbPassword``."""

AT_THE_END = r"key|pwd|pass|auth|sig|signature|otp|pin"
"""Names of secrets if they are the last part of a name: ``SSH_KEY``, but not ``monkey`` or ``keyboard``."""

NAME = (
    rf"(?<![A-Za-z0-9])(?!(?-i:(?:OLD)?PWD=[/~]))(?:[\w.-]{{0,60}}?(?:{ANYWHERE})[\w.-]{{0,20}}"
    rf"|(?:[\w.-]{{0,60}}[_.-])?(?:{AT_THE_END})"
    r"|(?-i:[A-Z0-9_]{1,60}(?:KEY|PASS|PASSPHRASE|AUTH|SIG)|[A-Z0-9_]{1,60}(?<!OLD)PWD|[A-Za-z0-9]{1,60}[a-z](?:Key|Pwd|Pass|Auth|Sig)))"
)
"""A name of a secret, in an option, a variable, a JSON key or a log line."""

QUOTED = r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|\\\"(?:(?!\\\").)*(?:\\\")?"
"""A quoted value, perhaps within JSON; the closing quote may be cut off."""

WORDS_WITH_P = (
    r"ort|ath|id|ass\b|ixel|rint|lug|roc|re|ar|hy|kg|ro|ol|os|age"
    r"|anel|riv|ub|ull|ush|ause|lay|oint|ac|at|er|eer|ip|ing|ng|df|ict|en\b"
)
"""What follows ``-p`` in an option that is a word, as in ``-pixelformat``."""

ROOTS = r"usr|etc|tmp|home|var|opt|run|dev|proc|sys|bin|sbin|lib\w*|root|srv|mnt|media|data|work|scratch"
"""The first directories of paths, to tell ``//usr/lib`` from ``//server/share``."""

PATH = rf"/(?:{ROOTS})/"
"""An absolute path, which tells where a secret is, not what it is."""

GENERIC_USERS = r"(?:root|user|jovyan|jupyter|nobody|daemon|none|null|true|false|yes|no)\b"
"""Names of users that identify nobody."""

ENDINGS = r"com|org|net|edu|gov|mil|int|info|biz|cloud|io|eu|local|lan|internal|intranet|corp|localdomain|example|arpa"
"""Last labels of host names."""

COUNTRIES = r"(?!(?:so|py|sh|pl|rs|cc|la|md|ps|js|ts|gz|bz|in|am|pc|po|mo|ui|db|va|id|st|as)\b)[a-z]{2}"
"""Last labels with two letters, without those that end names of files."""

NUMBERS = r"\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w|-\d+(?![\d.]))"
IPV4 = re.compile(rf"(?i)(?<![\w.])(?<!version )(?<!release ){NUMBERS}|(?<=\.\.){NUMBERS}")
"""A text that may be an IPv4 address. Versions may have four numbers too; they stay if a word or a letter says so."""

IPV6 = re.compile(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[\w.-]+)?")
"""A text that may contain an IPv6 address; `ipaddress` decides."""

KEY_BLOCK = re.compile(
    r"(?s)-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE|MESSAGE)[A-Z ]*-----.*?(?:-----END [A-Z ]+-----|\Z)"
)
"""A key or certificate of several lines."""

RULES = (
    # Whole lines and blocks.
    (
        r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]*(?:auth|token|key)[\w-]*)(['\"]?\s*[:=]\s*).*",
        rf"\1\2{REMOVED}",
    ),
    (r"(?i)\bMIT-MAGIC-COOKIE-1\s+\S+", f"MIT-MAGIC-COOKIE-1 {REMOVED}"),
    (r"(?i)\b(bearer)\s+[^\s'\"]{6,}", rf"\1 {REMOVED}"),
    (r"(?i)\b(basic|negotiate|ntlm|digest)\s+(?-i:(?=[\w+/=-]*(?:[0-9=]|[a-z][A-Z])))[\w+/=-]{6,}", rf"\1 {REMOVED}"),
    # Secrets that are known by their form.
    (r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*){0,3}", REMOVED),  # a JSON Web Token
    (r"(?<![A-Za-z0-9])(?:sk-|[sr]k_(?:live|test)_|xox[a-z]-|xapp-|glpat-)[\w-]{6,}", REMOVED),
    (r"(?<![A-Za-z0-9])(?:gh[a-z]_|github_pat_|hf_|npm_|pypi-|dckr_pat_|AIza)[\w-]*[A-Za-z0-9]{20,}[\w-]*", REMOVED),
    (r"(?<![A-Za-z0-9])(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{12,}(?![A-Za-z0-9])", REMOVED),
    (r"(/services/)T\w+/B\w+/\w+", rf"\1{REMOVED}"),
    # A name and its value: quoted; behind a colon, to the end of the line; else one word.
    (rf"(?i)({NAME}(?:\\?['\"])?\s*(?:=>?|:)\s*)(?!\"(?:un)?set\")(?:b|u|f|r)?(?:{QUOTED})", rf'\1"{REMOVED}"'),
    (rf"(?i)({NAME}:\s+)(?![\"'<\[{{]).+", rf"\1{REMOVED}"),
    (r"(?i)\b(pass(?:word|wd|phrase|code)\s*=\s*)(?![\"'<]).+?(?=\s+[\w-]+=|[&,;\"']|$)", rf"\1{REMOVED}"),
    (rf"(?i)({NAME}(?:\\?['\"])?\s*(?:=>?|:)\s*)(?![\"<]|{PATH})[^\s'\"&,;<]+", rf"\1{REMOVED}"),
    (rf"(?i)\b((?:{ANYWHERE}|pwd|pin)\b(?:\s+\w+){{0,3}}:\s+)(?![\"'<]).+", rf"\1{REMOVED}"),
    (rf"(?i)\b((?:{ANYWHERE}|pwd)\s+(?:(?:is|was|to|now|set)\s+){{0,3}})(?:{QUOTED})", rf"\1{REMOVED}"),
    (
        rf"(?i)\b((?:{ANYWHERE}|pwd)\s+(?:(?:is|was|to|now|set)\s+){{0,3}})(?=[\w.~+/=!#$%&*-]*\d)[\w.~+/=!#$%&*-]{{6,}}",
        rf"\1{REMOVED}",
    ),
    # An option and the next word, plain or as words of JSON or of a Python list.
    (rf"(?i)(?<![\w-])(--?{NAME}['\",]*\s+)(?:{QUOTED})", rf'\1"{REMOVED}"'),
    (rf"(?i)(?<![\w-])(--?{NAME}['\",]*\s+['\"]?)(?!--|<|\"|{PATH})[^\s'\"]+", rf"\1{REMOVED}"),
    (r"(\bsshpass\s.*?-p\s*)[^\s<]+", rf"\1{REMOVED}"),
    (rf"(?m)(?:(?<=[\s\"'])|^)(-p)(?!{WORDS_WITH_P})(?=[^\s'\",]{{4}})[^\s'\",]+", rf"\1{REMOVED}"),  # -pPASSWORD
    (
        r"(?m)(?:(?<=[\s\"'])|^)(-u|--user|--proxy-user)(['\",]*[\s=]*['\"]?)[^\s'\":=]+:[^\s'\"]+",
        rf"\1\2{REMOVED}",
    ),  # curl's
    (
        r"(?i)(?<![\w/.-])(/(?:p|pass|password|u|d|v|g|gu|gp|gd|pth|gateway|proxy):)[^\s'\"]+",
        rf"\1{REMOVED}",
    ),  # xfreerdp's
    # 16 bytes in hexadecimal, in one piece or in pairs: a cookie, a key, a digest.
    (r"(?i)(?<![0-9a-z])(?:(?:\\x)?[0-9a-f]{2}[ :-]?){15,}[0-9a-f]{2}(?![0-9a-z])", REMOVED),
    (r"(?<![\w/.-])(?=[\w+=-]*\d)(?=[\w+=-]*[a-zA-Z])[\w+=-]{40,}(?![\w/.-])", REMOVED),
    (r"(?<![\w/.+-])(?!/)(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9+/]{40,}={0,2}(?![\w/.-])", REMOVED),  # base64
    # Hosts and addresses. IP addresses are `redaction`'s, which parses them.
    (r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s'\"<>@/]*:[^\s'\"<>@]*@[^\s/'\"<>]+", r"\1<host>"),
    (r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/'\"<>]+", r"\1<host>"),
    (r"(?<![\\\w])\\{2,4}[\w.-]+(?=\\)", "<host>"),  # UNC
    (rf"(?<![:\w/.])//(?!(?:{ROOTS})/)[A-Za-z][\w.-]*(?=/\w)", "//<host>"),
    (r"\b[\w.+-]+@(?![A-Z]+_\d)[\w-]+(?:\.[\w-]+)+", ADDRESS),
    (r"(?<![\w@.])[a-z_][\w.-]*@(?![A-Z]+_\d)[A-Za-z][\w-]*(?![\w@])", ADDRESS),
    (
        r"(?i)(?<![0-9a-f])(?<!\b[0-9a-f]{2}[:-])[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?![0-9a-f]|[:-][0-9a-f])",
        ADDRESS,
    ),
    (r"(?i)(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])", ADDRESS),
    (r"(?i)\bip-\d+-\d+-\d+-\d+[\w.-]*", "<host>"),
    (rf"(?i)(?<![\w/.@-])(?:[a-z0-9][a-z0-9-]*\.)+(?-i:{ENDINGS}|{ENDINGS.upper()})\.?(?![\w/-]|\.\w)", "<host>"),
    (rf"(?<![\w/.@-])(?:[a-z0-9][a-z0-9-]*\.){{2,}}{COUNTRIES}(?![\w/-]|\.\w)", "<host>"),
    # Users.
    (r"(?<![\\\w])[A-Z][A-Z0-9.-]+\\{1,2}[\w.$-]+", "<user>"),  # DOMAIN\user
    (r"(?<![\\\w:])[A-Za-z][\w.-]+\\(?:\\|(?![nrt]|u[0-9a-f]{4}|x[0-9a-f]{2}))[A-Za-z][\w.$-]+(?!\\)", "<user>"),
    (r"(/(?:hub/)?user/|/hub/api/users/)(?!<)[^/\s'\"?]+", r"\1<user>"),
    (
        rf"(?i)\b((?:user(?:_?name)?|login|logname|account)['\"]?\s*[=:]\s*['\"]?)(?!{GENERIC_USERS}|<)[\w.@+-]+",
        r"\1<user>",
    ),
    (rf"(?i)\b((?:for|by|as|of) user ['\"]?)(?!{GENERIC_USERS}|<)[\w.@+-]*[\w+]", r"\1<user>"),
    (r"(?<![\w~])/(home|Users|export/home|gpfs/home|mnt/home)/(?!jovyan\b)[^/\s:'\"]+", r"/\1/<user>"),
    (r"(?i)(\b[A-Z]:\\{1,2}users\\{1,2})[^\\\s'\"]+", r"\1<user>"),
)
"""Regular expressions and their replacements, in this order."""

PATTERNS = tuple((re.compile(pattern), instead) for pattern, instead in RULES)
