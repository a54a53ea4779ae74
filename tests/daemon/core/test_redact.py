"""Redaction: what must never be stored or sent, and what must stay readable.

Every secret here is put together from pieces and from digests, so that nothing in this file is one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.redact import REDACTED, redact

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def body(seed: int, length: int, alphabet: str = LETTERS_AND_DIGITS) -> str:
    """Characters that look random, the same for the same seed, always with letters and digits among them."""
    digest = b"".join(hashlib.sha256(f"{seed}/{block}".encode()).digest() for block in range(length // 32 + 1))
    return "".join(alphabet[byte % len(alphabet)] for byte in digest[:length])


def url_safe(seed: int, length: int) -> str:
    return body(seed, length, LETTERS_AND_DIGITS + "-_")[:-1] + "x"


def upper(seed: int, length: int) -> str:
    return body(seed, length, string.ascii_uppercase + "234567")


def base64_of(seed: int, size: int) -> str:
    return base64.b64encode(b"".join(hashlib.sha256(f"{seed}+{n}".encode()).digest() for n in range(4))[:size]).decode()


SHAPES: dict[str, Callable[[int], str]] = {
    "AWS access key": lambda n: "AK" + "IA" + upper(n, 16),
    "AWS temporary key": lambda n: "AS" + "IA" + upper(n, 16),
    "GitHub token": lambda n: "gh" + "pousr"[n % 5] + "_" + body(n, 36),
    "GitHub fine-grained": lambda n: "github" + "_pat_" + body(n, 22) + "_" + body(n + 1, 59),
    "GitLab": lambda n: "gl" + "pat-" + url_safe(n, 20),
    "Slack bot": lambda n: "xo" + "xb-" + "-".join(("1234509876", "9876501234", body(n, 24))),
    "Slack app": lambda n: "xa" + "pp-1-A0" + upper(n, 9) + "-1234509876-" + body(n, 64, HEX),
    "Stripe": lambda n: ("sk", "rk")[n % 2] + "_live" + "_" + body(n, 24),
    "Stripe webhook": lambda n: "wh" + "sec_" + body(n, 32),
    "OpenAI": lambda n: "s" + "k-" + body(n, 48),
    "OpenAI project": lambda n: "s" + "k-proj-" + url_safe(n, 60),
    "Anthropic": lambda n: "s" + "k-ant-api03-" + url_safe(n, 93),
    "Google API": lambda n: "AI" + "za" + url_safe(n, 35),
    "Google access": lambda n: "ya" + "29." + url_safe(n, 60),
    "Google client": lambda n: "GOC" + "SPX-" + url_safe(n, 28),
    "npm": lambda n: "np" + "m_" + body(n, 36),
    "PyPI": lambda n: "py" + "pi-AgEIcHlwaS5vcmc" + url_safe(n, 80),
    "JWT": lambda n: ".".join(("ey" + "J" + body(n, 20), "ey" + "J" + body(n + 1, 40), url_safe(n, 43))),
    "SendGrid": lambda n: "S" + "G." + url_safe(n, 22) + "." + url_safe(n + 1, 43),
    "Twilio": lambda n: "S" + "K" + body(n, 32, HEX),
    "Mailgun": lambda n: "ke" + "y-" + body(n, 32, HEX),
    "DigitalOcean": lambda n: "do" + "p_v1_" + body(n, 64, HEX),
    "Shopify": lambda n: "sh" + "pat_" + body(n, 32, HEX),
    "Hugging Face": lambda n: "h" + "f_" + body(n, 34),
    "Databricks": lambda n: "da" + "pi" + body(n, 32, HEX),
    "Telegram": lambda n: "1234567890" + ":A" + "A" + url_safe(n, 33),
    "Vault": lambda n: "hv" + "s." + url_safe(n, 24),
    "age": lambda n: "AGE-SECRET" + "-KEY-1" + upper(n, 58),
    "RubyGems": lambda n: "ruby" + "gems_" + body(n, 48, HEX),
    "Groq": lambda n: "gs" + "k_" + body(n, 52),
}
"""Secrets that are known by their shape, wherever they stand."""

ASSIGNED: dict[str, Callable[[int], str]] = {
    "hexadecimal": lambda n: body(n, 32, HEX),
    "base64": lambda n: base64_of(n, 30),
    "Azure account key": lambda n: base64_of(n, 64),
    "letters and digits": lambda n: body(n, 32),
}
"""Secrets that nothing but a name beside them gives away."""

CONTEXTS: dict[str, Callable[[str], str]] = {
    "json": lambda secret: json.dumps({"service": {"api_key": secret}, "retries": 3}, indent=2),
    "json in a string": lambda secret: json.dumps(json.dumps({"password": secret})),
    "yaml": lambda secret: f"service:\n  password: {secret}\n  retries: 3\n",
    "quoted yaml": lambda secret: f"client_secret: '{secret}'\n",
    "python": lambda secret: f'class Settings:\n    auth_token: str = "{secret}"  # of the service\n',
    "python call": lambda secret: f"client = connect(host, password={secret!r}, retries=3)\n",
    "shell": lambda secret: f"export SERVICE_TOKEN={secret}\ncurl --retry 3 example.org\n",
    "flag": lambda secret: f"deploy --verbose --api-key {secret} production\n",
    "env": lambda secret: f"DEBUG=1\nAWS_SECRET_ACCESS_KEY={secret}\n",
    "ini": lambda secret: f"[service]\ndb_passwd = {secret}\n",
    "toml": lambda secret: f'[service]\nsecret_key = "{secret}"\n',
    "xml": lambda secret: f"<server>\n  <password>{secret}</password>\n</server>\n",
    "ruby": lambda secret: f'config = {{ :secret => "{secret}" }}\n',
    "go": lambda secret: f'\tapiKey := "{secret}"\n',
    "javascript": lambda secret: f"const accessKey = `{secret}`;\n",
    "connection string": lambda secret: f'"Server=db;User Id=app;Password={secret};Timeout=3"\n',
    "windows line ends": lambda secret: f"A=1\r\nAPI_TOKEN={secret}\r\nB=2\r\n",
}


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
