"""What looks like a secret in an environment is never shown."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.masking import MASK, hides, masked, masked_value, secret_name

WORDS = (
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "APIKEY",
    "API_KEY",
    "SSH_KEY",
    "CREDENTIALS",
    "AUTH",
    "AUTHORIZATION",
)
SECRET = st.text(string.ascii_letters + string.digits + "!$%&*-_=+~^", min_size=8, max_size=40)
PART = st.text(string.ascii_uppercase + string.digits, max_size=8)


@given(PART, st.sampled_from(WORDS), PART, st.booleans(), SECRET)
def test_a_name_that_says_secret_hides_its_value(before: str, word: str, after: str, lower: bool, secret: str) -> None:
    """Wherever in the name the word stands, in whatever case: nothing of the value is left."""
    name = "_".join(filter(None, (before, word, after)))
    name = name.lower() if lower else name
    assert masked({name: secret}) == {name: MASK}


@given(
    st.sampled_from(("https", "postgresql", "amqp+ssl", "redis")),
    st.text(string.ascii_letters, max_size=8),
    st.text(string.ascii_letters + string.digits + "!$&*+,;=:@/?#%-._~", min_size=6, max_size=30).map("Q7".__add__),
    st.sampled_from(("", "prefix ", "a=")),
)
def test_a_password_in_a_url_is_taken_out(scheme: str, user: str, password: str, before: str) -> None:
    """Whatever characters it has that should have been escaped; the host stays."""
    shown = masked_value("ORIGIN", f"{before}{scheme}://{user}:{password}@example.org/path")
    assert password not in shown
    assert "example.org" in shown


@pytest.mark.parametrize(
    "value",
    [
        "ghp_0123456789abcdefABCDEF0123456789abcd", "x glpat-0123456789abcdefghij", "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    ],
)  # fmt: skip
def test_well_known_secrets_are_seen_by_their_form(value: str) -> None:
    """Whatever their variable is called."""
    assert masked_value("WHATEVER", value) == MASK


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("host=db password=hunter2 port=5", f"host=db password={MASK} port=5"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {MASK}"),
        ('{"api_key": "123456"}', f'{{"api_key": {MASK}'),
        ("https://0123456789abcdef0123@github.com/x.git", f"https://{MASK}@github.com/x.git"),
        ("ssh://git@github.com/x.git", "ssh://git@github.com/x.git"),
        ("/usr/bin:/bin", "/usr/bin:/bin"),
        ("", ""),
    ],
)
def test_secrets_within_a_value(value: str, shown: str) -> None:
    """Only they are taken out, so that the rest still helps."""
    assert masked_value("OPTIONS", value) == shown
    assert hides("OPTIONS", value) == (value != shown)


@pytest.mark.parametrize("name", ["PATH", "HOME", "PWD", "OLDPWD", "KEYBOARD", "XKB_KEYMAP", "GIT_AUTHOR_NAME", "LANG"])
def test_plain_names_stay_readable(name: str) -> None:
    """A mask over everything would help nobody."""
    assert not secret_name(name)
    assert masked({name: "value"}) == {name: "value"}


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_any_environment_can_be_masked(environment: dict[str, str]) -> None:
    """The names stay, all of them; empty values stay empty."""
    shown = masked(environment)
    assert set(shown) == set(environment)
    assert all(shown[name] == "" for name, value in environment.items() if not value)
