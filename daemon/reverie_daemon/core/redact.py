"""Takes secrets out of source text before it is stored, shown or sent.

Recognises credentials by their published shapes, and values that look random where a name says that they are secret.
It deliberately does not decide which files are secret as a whole (the worktree does), knows no languages, and never
touches line ends: line N of the result is line N of the text. Placeholders ("changeme", "<password>", "${VAR}") stay.

Nearly all text holds no secret, so the work is arranged in gates: two translated copies of the text are scanned for
literals at memory speed, and a regular expression runs only where its literal occurs.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

REDACTED = "[redacted]"
"""What stands in a secret's place."""

_BITS_PER_CHARACTER_MIN = 2.75
_VALUE_LENGTH_MIN = 8
_LETTERS_ONLY_LENGTH_MIN = 16

# "api_key2", "NotImplementedError", "sha256sum" and "1.2.3-beta4" are words; "Tr0ub4dor&3" is not.
_WORD = re.compile(
    r"[a-z]*(?:[A-Z]+[a-z]{2,}|As|At|By|Id|If|In|Is|It|No|Of|On|Or|To)*[A-Z]*(?:\d{1,3}(?:[a-z]{0,3}|[a-z]*[aeiou][a-z]*))?"
    r"|\d{1,4}"
)
_BETWEEN_WORDS = re.compile(r"[-_./:@#~ ]+")
_PLACEHOLDER = re.compile(
    r"^[$%<{*#]|\$[({a-z_]|\{\{|%\(|%s|://|x{4}|0{6}|\*{3}|\.{3}|^\W?\w{0,4}(?:123456|abcdef)|\[.*\]|\(.*\)|\{.*\}"
)
_PLACEHOLDER_STEMS = (
    "example", "change.?me", "place.?holder", "your", "dummy", "fake", "redacted", "passw", "secret", "insert",
    "replace",
)  # fmt: skip
# As a word of its own, in one case: among the letters of a long random value any of them may turn up by chance.
_PLACEHOLDER_WORD = re.compile(
    r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?:"
    + "|".join(form for stem in _PLACEHOLDER_STEMS for form in (stem, stem.upper(), stem.capitalize()))
    + ")"
)
_EXAMPLE = re.compile(r"example|x{8}|0{12}|\.{3}")
_EVERYONES_PASSWORDS = frozenset(
    ("pass", "pw", "pwd", "user", "username", "admin", "root", "test", "guest", "foo", "bar", "baz", "host", "port")
)

_Judge = Callable[[re.Match[str]], bool]


def redact(text: str) -> str:
    """The text with each secret replaced by REDACTED; everything else, line ends included, as it was.

    Idempotent: what is redacted once is redacted for good. A text without secrets comes back as the same object.
    """
    rules = _rules_to_try(text)
    if not rules:
        return text
    # A replacement can bring a later secret into the reach of an earlier rule. Each pass that changes anything leaves
    # fewer characters that are not REDACTED, so this ends.
    while (redacted := _apply(rules, text)) != text:
        text = redacted
    return text


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    """A kind of secret: the group `secret` of `pattern` is replaced, where one of `literals` occurs in the text and
    `judge`, when there is one, agrees. No literals: always worth trying once the gate is open."""

    kind: str
    pattern: str
    literals: tuple[str, ...] = ()
    judge: _Judge | None = None

    def apply(self, text: str) -> str:
        if self.literals and not any(literal in text for literal in self.literals):
            return text
        return _compiled(self.pattern).sub(self._replacement, text)

    def _replacement(self, match: re.Match[str]) -> str:
        if self.judge is not None and not self.judge(match):
            return match[0]
        start, end = (place - match.start() for place in match.span("secret"))
        return match[0][:start] + REDACTED + match[0][end:]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # When it is first needed: each process that starts would pay for sixty patterns, to use two or three.
    return re.compile(pattern)


class _KeyBlock(_Rule):
    """A private key over several lines, or over escaped line ends within one: its letters go, its layout stays."""

    def _replacement(self, match: re.Match[str]) -> str:
        material = match["secret"]
        if not re.search(r"[A-Za-z0-9+/]{16}", material):
            return match[0]
        return match[0].replace(material, re.sub(r"((?:\\[nr])*)[A-Za-z0-9+/=]+", r"\1" + REDACTED, material), 1)


class _Assignment(_Rule):
    """A value given to a name that says it is secret, in any of the ways that languages and formats write that.

    The names are looked for with `find` rather than by the pattern: "token" is in every parser, and what follows it
    is worth a match, the text in between is not.
    """

    def apply(self, text: str) -> str:
        done, parts = 0, []
        for start in self._values(text):
            match = _compiled(self.pattern).match(text, start)
            if match is None or start < done or not _is_secret_assigned(match):
                continue
            group = "quoted" if match["quoted"] else "bare"
            parts += [text[done : match.start(group)], REDACTED]
            done = match.end(group)
        return "".join([*parts, text[done:]]) if parts else text

    def _values(self, text: str) -> list[int]:
        lowered = _lowered(text)
        ends = set()
        for name in self.literals:
            at = lowered.find(name)
            while at >= 0:
                if name != "key" or _BEFORE_KEY.search(lowered, max(0, at - _BEFORE_KEY_MAX), at):
                    ends.add(at + len(name))
                at = lowered.find(name, at + len(name))
        return sorted(ends)


def _apply(rules: tuple[_Rule, ...], text: str) -> str:
    for rule in rules:
        text = rule.apply(text)
    return text


def _lowered(text: str) -> str:
    """Lower case, character for character: `str.lower` may lengthen text outside ASCII."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else re.sub("[A-Z]+", lambda match: match[0].lower(), text)


def _is_placeholder(value: str) -> bool:
    return _PLACEHOLDER.search(value.lower()) is not None or _PLACEHOLDER_WORD.search(value) is not None


def _is_words(value: str) -> bool:
    return all(_WORD.fullmatch(piece) for piece in _BETWEEN_WORDS.split(value))


def _looks_random(value: str) -> bool:
    """Whether a value is more likely a credential than a word, an identifier, a path, a number or a placeholder."""
    if len(value) < _VALUE_LENGTH_MIN or _is_placeholder(value) or _is_words(value):
        return False
    letters = any(character.isalpha() for character in value)
    digits = any(character.isdigit() for character in value)
    if not letters or not (digits or len(value) >= _LETTERS_ONLY_LENGTH_MIN):
        return False
    return _bits_per_character(value) >= _BITS_PER_CHARACTER_MIN


def _bits_per_character(value: str) -> float:
    """Shannon's entropy of the value's characters."""
    shares = [count / len(value) for count in Counter(value).values()]
    return -sum(share * math.log2(share) for share in shares)


def _is_secret_assigned(match: re.Match[str]) -> bool:
    if _TELLS_ABOUT_SECRET.search(match["rest"]):
        return False
    operator, value = match["operator"], match["quoted"] or match["bare"]
    if match["quoted"]:
        # A list of names goes on with another name; setenv("API_TOKEN", "…") goes on with the value.
        return _looks_random(value) and (operator != "," or any(character.isdigit() for character in value))
    if not operator:
        before = match.string[max(0, match.start() - 40) : match.start()]
        return re.search(r"(?:^|\s)--?[\w-]+$", before) is not None and _looks_random(value)
    if operator == "," or not _looks_random(value):
        return False
    # In code a bare value is an expression. In shell, env and ini files nothing stands around "=", or the value is all
    # that is left of the line, as in YAML; there it must not look like a name.
    tight = match.start("bare") == match.end("operator")
    ends_line = match.end() == len(match.string) or match.string[match.end()] in "\r\n"
    return tight or (ends_line and (operator == ":" or len(value) >= 20 or len(re.findall(r"\d+", value)) >= 2))


def _is_password_in_url(match: re.Match[str]) -> bool:
    user, password = match["user"].lower(), match["secret"].lower()
    return password != user and password not in _EVERYONES_PASSWORDS and not _is_placeholder(password)


def _is_user_and_password(match: re.Match[str]) -> bool:
    """Basic authentication is base64 of "user:password"; prose after the word "Basic" is not."""
    encoded = match["secret"].rstrip("=")
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        return False
    return b":" in decoded and decoded.isascii() and decoded.decode("ascii").isprintable()


def _is_random(match: re.Match[str]) -> bool:
    return _looks_random(match["secret"])


def _is_no_example(match: re.Match[str]) -> bool:
    return _EXAMPLE.search(match["secret"].lower()) is None


_END = r"(?![A-Za-z0-9])"


def _token(kind: str, literal: str, rest: str) -> _Rule:
    """A secret known by its shape alone, at the start of a word (or right after an escape like "\\n").

    The pattern begins with its literal, and looks back only then: that is what lets `re` skip ahead to it.
    """
    lead = re.escape(literal)
    start = rf"(?:(?<![A-Za-z0-9]{lead})|(?<=\\[nrt]{lead}))"
    return _Rule(kind, f"(?P<secret>{lead}{start}{rest}){_END}", (literal,), _is_no_example)


# Gates: a copy of the text is scanned for a few bytes, and rules are tried only where these occur. `squeezed` is the
# text's letters in lower case with hardly anything between them, so that API_KEY, apiKey and "api-key" are one
# literal. `outlined` has "a" for a letter or digit and "_" for "_" or "-", so that one scan stands for all tokens
# like prefix_LongBody.
_KEPT_WHEN_SQUEEZED = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:/"
_LOWER = bytes(range(256)).lower()
_SQUEEZED_OUT = bytes(set(range(256)) - set(_KEPT_WHEN_SQUEEZED))
_OUTLINE = bytes(
    ord("a") if bytes([byte]).isalnum() else ord("_") if byte in b"-_" else ord(" ") for byte in range(256)
)
_MARK_AND_BODY = b"_" + b"a" * 16
_LONG_BODY = b"a" * 32
_BEFORE_MARK_MAX = 40
_BEFORE_MARK = re.compile(
    rb"(?:gh[pousr]|github_pat|xox[a-z]-[\w.-]*|xapp-[\w-]*|[rs]k_(?:live|test)|sk|npm|hf|do[opr]_v1|shp(?:at|ca|pa|ss)"
    rb"|glsa|gsk|xai|pplx|r8|rubygems|sbp|lin_api|NRAK|PMAK|pul|key|ntn)[_-]\Z"
)

_WITH_MARK = (
    *(_token("GitHub token", f"gh{kind}_", r"[A-Za-z0-9]{36,255}") for kind in "pousr"),
    _token("GitHub fine-grained token", "github_pat_", r"\w{36,255}"),
    _token("Slack token", "xox", r"[a-z](?:-[A-Za-z0-9.]+){2,6}"),
    _token("Slack app token", "xapp-", r"\d-[A-Z0-9]+-\d+-[a-f0-9]{32,}"),
    *(_token("Stripe key", f"{kind}_", r"(?:live|test)_[A-Za-z0-9]{16,255}") for kind in ("sk", "rk")),
    _token("OpenAI key", "sk-", r"[A-Za-z0-9]{32,255}"),
    _token("npm token", "npm_", r"[A-Za-z0-9]{36}"),
    _token("Hugging Face token", "hf_", r"[A-Za-z0-9]{30,60}"),
    *(_token("DigitalOcean token", f"do{kind}_v1_", r"[a-f0-9]{64}") for kind in "opr"),
    _token("Shopify token", "shp", r"(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"),
    _token("Grafana token", "glsa_", r"[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    _token("Groq key", "gsk_", r"[A-Za-z0-9]{40,60}"),
    _token("xAI key", "xai-", r"[A-Za-z0-9]{60,100}"),
    _token("Perplexity key", "pplx-", r"[A-Za-z0-9]{40,60}"),
    _token("Replicate token", "r8_", r"[A-Za-z0-9]{37}"),
    _token("RubyGems key", "rubygems_", r"[a-f0-9]{48}"),
    _token("Supabase token", "sbp_", r"[a-f0-9]{40}"),
    _token("Linear key", "lin_api_", r"[A-Za-z0-9]{32,48}"),
    _token("New Relic key", "NRAK-", r"[A-Z0-9]{27}"),
    _token("Postman key", "PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}"),
    _token("Pulumi token", "pul-", r"[a-f0-9]{40}"),
    _token("Mailgun key", "key-", r"[a-f0-9]{32}"),
    _token("Notion token", "ntn_", r"[A-Za-z0-9]{40,60}"),
)
_WITH_LONG_BODY = (_token("Twilio key", "SK", r"[a-f0-9]{32}"),)

_KEY_HEADER = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
# No possessive quantifier: before Python 3.11.4 it may miss what it should match, and then a key is shown.
_PRIVATE_KEY = (
    _KeyBlock(
        "private key block",
        _KEY_HEADER + r"(?P<secret>(?:[^()<>{}\[\]-]|-(?!----)){16,})-----END ",
    ),
    _KeyBlock(
        "private key block without an end",
        _KEY_HEADER + r"(?P<secret>(?:(?:\s|\\[nr]){1,20}[A-Za-z0-9+/=]{16,})+)",
    ),
)

_TELLS_ABOUT_SECRET = re.compile(
    r"(?i)(?:^|[_.\-]|(?<=[a-z]))(?:url|uri|name|type|file|path|field|header|regex|pattern|prefix|id|ids|length|size|count"
    r"|expiry|expires|policy|hint|label|class|endpoint|version|format|arn)$"
)
_BEFORE_KEY = re.compile(r"(?:api|access|account|auth|private)[_-]?\Z")
_BEFORE_KEY_MAX = 8
_ASSIGNMENT = _Assignment(
    "assigned value",
    r"(?P<rest>[\w.\-]{0,40})(?:\\?[\"'])?\]?[ \t]{0,8}"
    r"(?P<operator>:[ \t]{0,4}[\w.\[\]| ]{1,40}=|=>|:=|={1,3}|!=|[:,>]|(?<=[ \t]))"
    r"[ \t]{0,8}(?:[bBrRuUfF]{1,2}(?=\\?[\"'`]))?"
    r"(?:\\?(?P<quote>[\"'`])(?P<quoted>[^\"'`\s\\]{8,512})\\?(?P=quote)"
    r"|(?P<bare>[^\s\"'`,;()\[\]{}<>\\&|:=][^\s\"'`,;()\[\]{}<>\\&|]{7,511})(?![(\[{.]))",
    ("passw", "passphrase", "pwd", "secret", "token", "credential", "key"),
)

_URL_PASSWORD = _Rule(
    "password in a URL",
    r"://(?P<user>[^\s/:@'\"<>`]{0,128}):(?P<secret>[^\s/@'\"<>`{}\[\]$]{3,256})@",
    ("@",),
    _is_password_in_url,
)
_WEBHOOKS = (
    _Rule("Slack webhook", r"hooks\.slack\.com/\w{4,16}/(?P<secret>[\w/-]{24,})", judge=_is_no_example),
    _Rule("Discord webhook", r"/api/webhooks/(?P<secret>\d{6,}/[\w-]{24,})", judge=_is_no_example),
)
_AZURE_SIGNATURE = _Rule("Azure shared access signature", r"sig=(?P<secret>[\w%+/-]{24,255}={0,2})", judge=_is_random)
_IN_HEADER = (
    _Rule("bearer token", r"earer[ \t]{1,4}(?P<secret>[\w.~+/-]{16,4096}={0,2})", judge=_is_random),
    _Rule("bearer token", r"EARER[ \t]{1,4}(?P<secret>[\w.~+/-]{16,4096}={0,2})", judge=_is_random),
)
_BASIC = _Rule(
    "basic authentication",
    r"asic[ \t]{1,4}(?P<secret>[A-Za-z0-9+/]{8,512}={0,2})",
    judge=_is_user_and_password,
)
_TOKEN_HEADER = _Rule("token header", r"oken[ \t]{1,4}(?P<secret>[A-Za-z0-9]{32,255})" + _END, judge=_is_random)

_BY_LITERAL: dict[bytes, tuple[_Rule, ...]] = {
    b"privatekey": (*_PRIVATE_KEY, _ASSIGNMENT),
    b"akia": (_token("AWS access key", "AKIA", r"[A-Z2-7]{16}"),),
    b"asia": (_token("AWS temporary access key", "ASIA", r"[A-Z2-7]{16}"),),
    b"skant": (_token("Anthropic key", "sk-ant-", r"[\w-]{20,255}"),),
    b"skproj": (_token("OpenAI project key", "sk-proj-", r"[\w-]{20,255}"),),
    b"tblbkfj": (_token("OpenAI account key", "sk-", r"[\w-]{2,255}T3BlbkFJ[\w-]{8,255}"),),
    b"aiza": (_token("Google API key", "AIza", r"[\w-]{35}"),),
    b"ya.": (_token("Google access token", "ya29.", r"[\w-]{20,512}"),),
    b"gocspx": (_token("Google client secret", "GOCSPX-", r"[\w-]{20,64}"),),
    b"glpat": (_token("GitLab token", "glpat-", r"[\w.-]{20,255}"),),
    b"pypiage": (_token("PyPI token", "pypi-AgE", r"[\w-]{32,512}"),),
    b"eyj": (_token("JSON web token", "eyJ", r"[\w-]{8,4096}\.eyJ[\w-]{8,8192}\.[\w-]{8,2048}"),),
    b"sg.": (_token("SendGrid key", "SG.", r"[\w-]{16,32}\.[\w-]{32,64}"),),
    b":aa": (_Rule("Telegram bot token", r":(?<=\d{8}:)(?P<secret>AA[\w-]{33})" + _END),),
    b"hvs.": (_token("Vault token", "hvs.", r"[\w-]{24,255}"),),
    b"dapi": (_token("Databricks token", "dapi", r"[a-f0-9]{32}"),),
    b"whsec": (_token("Stripe webhook secret", "whsec_", r"[A-Za-z0-9+/]{24,64}={0,2}"),),
    b"://": (_URL_PASSWORD,),
    b"hooks": _WEBHOOKS,
    b"windows.net": (_AZURE_SIGNATURE,),
    b"bearer": _IN_HEADER,
    b"basic": (_BASIC,),
    b"token": (_TOKEN_HEADER, _ASSIGNMENT),
    b"secret": (_token("age key", "AGE-SECRET-KEY-1", r"[A-Z0-9]{58}"), _ASSIGNMENT),
    b"passw": (_ASSIGNMENT,),
    b"passphrase": (_ASSIGNMENT,),
    b"pwd": (_ASSIGNMENT,),
    b"apikey": (_ASSIGNMENT,),
    b"accesskey": (_ASSIGNMENT,),
    b"accountkey": (_ASSIGNMENT,),
    b"authkey": (_ASSIGNMENT,),
    b"credential": (_ASSIGNMENT,),
}


def _rules_to_try(text: str) -> tuple[_Rule, ...]:
    """The rules whose gate this text opens, each once, assignments last: they judge what the shapes left."""
    raw = text.encode("utf-8", "replace")
    squeezed = raw.translate(_LOWER, _SQUEEZED_OUT)
    outlined = raw.translate(_OUTLINE)
    rules = [rule for literal, gated in _BY_LITERAL.items() if literal in squeezed for rule in gated]
    if _has_marked_token(raw, outlined):
        rules += _WITH_MARK
    if _LONG_BODY in outlined:
        rules += _WITH_LONG_BODY
    return tuple(sorted(dict.fromkeys(rules), key=lambda rule: rule is _ASSIGNMENT))


def _has_marked_token(raw: bytes, outlined: bytes) -> bool:
    at = outlined.find(_MARK_AND_BODY)
    while at >= 0:
        if _BEFORE_MARK.search(raw, max(0, at - _BEFORE_MARK_MAX), at + 1):
            return True
        at = outlined.find(_MARK_AND_BODY, at + len(_MARK_AND_BODY))
    return False
