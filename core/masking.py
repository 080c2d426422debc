"""What looks like a secret in an environment, and how it is shown: by its name alone.

Better too much than too little: a value that is masked for nothing costs a look into the job itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MASK = "***"

_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|COOKIE|PRIVATE|APIKEY|(?:^|_)PASS(?:$|_)|_PWD$|(?:^|_)PWD_"
    r"|KEY(?!BOARD|MAP|WORD)|AUTH(?!OR(?:$|_|S))",
    re.IGNORECASE,
)
# Up to the last @ of a word: a password may hold anything that should have been escaped.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*://)(?:[^\s/?#@]*:\S*|[^\s:/?#@]{16,})@")
_SPOKEN = re.compile(
    r"((?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|credentials?)[\"']?\s*[=:]\s*)\S+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"((?:bearer|basic)\s+)\S+", re.IGNORECASE)
_KNOWN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w\-]{16,}|xox[a-z]-[\w\-]{10,}|A[KS]IA[0-9A-Z]{16}"
    r"|sk-[\w\-]{16,}|hf_\w{16,}|npm_\w{16,}|pypi-[\w\-]{16,}|eyJ[\w\-]+\.[\w\-]+\.[\w\-]*)"
)


def secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret, most likely."""
    return _NAME.search(name) is not None


def masked_value(name: str, value: str) -> str:
    """A variable's value as people may see it."""
    if not value:
        return value
    if secret_name(name) or _KNOWN.search(value):
        return MASK
    value = _URL.sub(rf"\1{MASK}@", value)
    return _BEARER.sub(rf"\1{MASK}", _SPOKEN.sub(rf"\1{MASK}", value))


def masked(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment as people may see it, by name."""
    return {name: masked_value(name, environment[name]) for name in sorted(environment)}


def hides(name: str, value: str) -> bool:
    """Whether anything of this value is not shown."""
    return masked_value(name, value) != value
