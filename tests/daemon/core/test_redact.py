"""Redaction: what must never be stored or sent, and what must stay readable.

Every secret here is put together from pieces and from digests, so that nothing in this file is one.
"""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.redact import REDACTED, redact
from support.planted import ASSIGNED, CONTEXTS, HEX, SHAPES, base64_of, body, upper, url_safe


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("kind", SHAPES)
def test_a_token_never_survives(kind: str, context: str) -> None:
    """A token is as usable from our store as from the file that it leaked into."""
    for seed in range(5):
        secret = SHAPES[kind](seed)
        assert secret not in redact(CONTEXTS[context](secret))


@pytest.mark.parametrize("kind", SHAPES)
def test_a_token_is_found_in_plain_prose(kind: str) -> None:
    """People paste tokens into comments and notes, with no name beside them."""
    secret = SHAPES[kind](7)
    redacted = redact(f"Try it with {secret}, he said.\n")
    assert secret not in redacted
    assert redacted.startswith("Try it with ")
    assert redacted.endswith(f"{REDACTED}, he said.\n")


@given(st.sampled_from(sorted(SHAPES)), st.sampled_from(sorted(CONTEXTS)), st.integers(0, 10**9))
def test_no_planted_token_survives_anywhere(kind: str, context: str, seed: int) -> None:
    """As above, over as many tokens as there is time for."""
    secret = SHAPES[kind](seed)
    assert secret not in redact(CONTEXTS[context](secret))


@given(st.sampled_from(sorted(ASSIGNED)), st.sampled_from(sorted(CONTEXTS)), st.integers(0, 10**9))
def test_no_random_value_beside_a_secret_name_survives(kind: str, context: str, seed: int) -> None:
    """Most services' keys have no shape of their own; the name beside them is all there is to go by."""
    secret = ASSIGNED[kind](seed)
    assert secret not in redact(CONTEXTS[context](secret))


@pytest.mark.parametrize(
    "value", ["ifaKeoBv4ax2e9UQ4K1DdVTPFhLffz71", "q7yOuRT3mz0Xw8Lk2bNp5Vd9", "9exampLe4fQz7Kp1Wm3Xt8Rb"]
)
def test_a_word_that_turns_up_by_chance_makes_no_placeholder(value: str) -> None:
    """A long random value holds any four letters now and then; one in a million secrets would be shown."""
    assert value not in redact(f'password = "{value}"\n')


PIECES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["\n", "\r\n", "\x0c", "\u2028", "password", "=", ": ", '"', "'", "://", "@", " Bearer ", "İ"]),
    st.builds(lambda kind, seed: SHAPES[kind](seed), st.sampled_from(sorted(SHAPES)), st.integers(0, 99)),
    st.builds(lambda seed: f'password = "{body(seed, 20)}"', st.integers(0, 99)),
    st.sampled_from(["-----BEGIN RSA PRIVATE" + " KEY-----\n", "-----END RSA PRIVATE KEY-----"]),
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_line_counts_stay_and_redacting_again_changes_nothing(text: str) -> None:
    """Citations name lines, and redacted text is compared with text that is redacted anew."""
    redacted = redact(text)
    assert len(redacted.splitlines()) == len(text.splitlines())
    assert redacted.count("\n") == text.count("\n")
    assert redact(redacted) == redacted


@given(st.text(alphabet=st.characters(exclude_categories=["Nd"])))
def test_text_without_digits_or_marks_is_left_alone(text: str) -> None:
    """Prose in any language is no secret."""
    if "://" not in text:
        assert redact(text) is text


PEM_BODY = "\n".join(base64_of(seed, 48) for seed in range(8)) + "\n" + base64_of(9, 10)


@pytest.mark.parametrize("label", ["RSA PRIVATE", "EC PRIVATE", "OPENSSH PRIVATE", "ENCRYPTED PRIVATE", "PRIVATE"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\\n", '\\n" +\n    "'])
def test_the_letters_of_a_private_key_go_and_its_lines_stay(label: str, line_end: str) -> None:
    """A key block is the worst thing to leak; the lines below it must still be cited right."""
    block = f"-----BEGIN {label} " + f"KEY-----\n{PEM_BODY}\n-----END {label} KEY-----"
    text = f'before\nkey = "{block}"\nafter\n'.replace("\n", line_end)
    redacted = redact(text)
    assert all(line not in redacted for line in PEM_BODY.split("\n"))
    assert redacted.count("\n") == text.count("\n")
    assert redacted.startswith("before")
    assert redacted.rstrip(' "+\n').endswith(f"after{line_end}".rstrip(' "+\n'))


def test_a_private_key_cut_off_in_the_middle_goes_too() -> None:
    """Files are read up to a limit, and logs cut keys in half."""
    text = "-----BEGIN PRIVATE " + f"KEY-----\n{PEM_BODY}"
    assert base64_of(3, 48) not in redact(text)


def test_code_that_looks_for_private_keys_is_not_a_private_key() -> None:
    """Libraries that read keys name the marks; redacting the code between them would hide it from its readers."""
    text = 'if "-----BEGIN PRIVATE KEY-----" in text:\n    return parse(text, end="-----END PRIVATE KEY-----")\n'
    assert redact(text) == text


def test_a_certificate_is_public() -> None:
    """Only private halves are secrets."""
    text = f"-----BEGIN CERTIFICATE-----\n{PEM_BODY}\n-----END CERTIFICATE-----\n"
    assert redact(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("postgres://app:Xk29{}vbQ@db:5432/main", f"postgres://app:{REDACTED}@db:5432/main"),
        ("redis://:{}k3y9z@cache/0", f"redis://:{REDACTED}@cache/0"),
        ("https://deploy:{}a1b2@example.org/x.git", f"https://deploy:{REDACTED}@example.org/x.git"),
    ],
)
def test_a_password_in_a_url_goes_and_the_rest_of_the_url_stays(before: str, after: str) -> None:
    """Which database is used is worth knowing; its password is not ours to keep."""
    assert redact(before.format("q7")) == after


def test_authorization_headers_lose_their_credentials() -> None:
    """Recorded requests, curl lines and test cassettes are full of them."""
    basic = base64.b64encode(b"deploy:" + body(1, 12).encode()).decode()
    bearer = url_safe(2, 40)
    text = (
        f"Authorization: Basic {basic}\n-H 'authorization: bearer {bearer}'\nAuthorization: token {body(3, 40, HEX)}\n"
    )
    assert redact(text) == (
        f"Authorization: Basic {REDACTED}\n-H 'authorization: bearer {REDACTED}'\nAuthorization: token {REDACTED}\n"
    )


def test_webhooks_and_signatures_lose_what_makes_them_work() -> None:
    """Who holds such an address may post or read."""
    slack = "https://hooks.slack.com/" + "services/T0" + upper(1, 8) + "/B0" + upper(2, 8) + "/" + body(3, 24)
    discord = "https://discord.com/api/" + "webhooks/123456789012345678/" + url_safe(4, 68)
    azure = "https://a.blob.core.windows.net/c?se=2030&" + "sig=" + body(5, 40) + "%3D"
    redacted = redact(f"{slack}\n{discord}\n{azure}\n")
    assert body(3, 24) not in redacted
    assert url_safe(4, 68) not in redacted
    assert body(5, 40) not in redacted
    assert "hooks.slack.com" in redacted


@pytest.mark.parametrize(
    "text",
    [
        "password = get_password()",
        "password = os.environ['SERVICE_PASSWORD']",
        "password = settings.database.password2",
        'password = "changeme"',
        'password = "<password>"',
        'password: "${DB_PASSWORD_1}"',
        "password: {{ vault_db_password_1 }}",
        "PASSWORD=$DB_PASSWORD1",
        "PASSWORD=$(pass show db1)",
        'password = "%(db_password1)s"',
        'api_key = "YOUR_API_KEY_123"',
        'api_key="xxxxxxxx-1234-xxxx"',
        'token = "abc"',
        "token = tokens[index1 + 1]",
        "token = self.tokens_by_line[12]",
        'token_type = "oauth2-bearer"',
        "token = base64url_decode2",
        'SECRET_NAME = "prod/db1/main-a1"',
        "secret_file: /run/secrets/db1",
        "tokens = 12345678901",
        "class TokenKind2(Enum): IDENTIFIER_1 = 1",
        "if token == 'ID3_TAG_V2': pass",
        "Token::RecursiveZeroOrMore => {",
        "names = ['NSURLCredential', 'UIAccessibilityPVRHandler']",
        'TOKEN = "[a-zA-Z_][a-zA-Z0-9_-]*"',
        "def verify(password: str, token: bytes | None = None) -> bool: ...",
        "https://user:password@example.org/",
        "postgres://postgres:postgres@localhost/test",
        "http://localhost:8080/@handle",
        "Basic authentication is described below; Bearer authentication is not.",
        "AK" + "IAIOSFODNN7EXAMPLE",
        "mask-" + "0123456789abcdef" * 3,
        "sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
        "class='task-list-item-checkbox-with-a-very-long-name'",
        "test_a_very_long_name_of_a_test_that_is_no_token_at_all_1()",
    ],
)
def test_code_and_placeholders_stay_readable(text: str) -> None:
    """Each false alarm takes a line of code away from answers and citations."""
    assert redact(text) == text


def test_only_the_secret_itself_is_replaced() -> None:
    """What a secret is for is worth knowing, and everything around it is the user's code."""
    secret = body(5, 24)
    text = f'a = 1\n    password = "{secret}"  # rotate in May\nb = "{secret}"\n'
    assert redact(text) == f'a = 1\n    password = "{REDACTED}"  # rotate in May\nb = "{secret}"\n'


def test_characters_that_grow_in_lower_case_do_not_shift_what_is_redacted() -> None:
    """ "İ" is one character and two in lower case; places found in lower case must be places of the text."""
    secret = body(6, 24)
    assert redact(f'İİİİİİ password = "{secret}" İ') == f'İİİİİİ password = "{REDACTED}" İ'


def test_bytes_that_were_not_utf8_do_not_stop_redaction() -> None:
    """Undecodable bytes arrive as lone surrogates, which cannot be encoded."""
    secret = SHAPES["npm"](1)
    assert redact(f"\udcff {secret} \udcfe") == f"\udcff {REDACTED} \udcfe"
