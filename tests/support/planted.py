"""Secrets of many kinds, and the places where people leave them.

Every secret here is put together from pieces and from digests, so that nothing in this file is one.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import string
from collections.abc import Callable

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def body(seed: int, length: int, alphabet: str = LETTERS_AND_DIGITS) -> str:
    """Characters that look random, the same for the same seed, always with letters and digits among them."""

    def draw(mark: str) -> str:
        digest = b"".join(hashlib.sha256(f"{mark}/{block}".encode()).digest() for block in range(length // 32 + 1))
        return "".join(alphabet[byte % len(alphabet)] for byte in digest[:length])

    return _mixed(draw, seed)


def _mixed(draw: Callable[[str], str], seed: int) -> str:
    """The first that is drawn which has letters and digits: by chance one in hundreds is all letters, and a word."""
    drawn = (draw(f"{seed}{'+' * again}") for again in itertools.count())
    return next(one for one in drawn if any(map(str.isdigit, one)) and any(map(str.isalpha, one)))


def url_safe(seed: int, length: int) -> str:
    return body(seed, length, LETTERS_AND_DIGITS + "-_")[:-1] + "x"


def upper(seed: int, length: int) -> str:
    return body(seed, length, string.ascii_uppercase + "234567")


def base64_of(seed: int, size: int) -> str:
    def draw(mark: str) -> str:
        digest = b"".join(hashlib.sha256(f"{mark}+{n}".encode()).digest() for n in range(4))
        return base64.b64encode(digest[:size]).decode()

    return _mixed(draw, seed)


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
