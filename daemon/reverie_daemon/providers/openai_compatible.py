"""Models behind any server that speaks OpenAI's chat completions: OpenAI, Ollama, LM Studio, llama.cpp, vLLM, others.

Through the `openai` package, which is imported when the first call is made: it costs half a second. Its own retries
are off, since each attempt has to be reserved and counted. Redirects are not followed: text goes to the address that
the user chose and to no other.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .. import completions
from ..core.budget import Usage
from ..core.retries import FailureKind
from ..errors import WrongUsage
from ..provider import (
    Cancelled,
    ChatRequest,
    Connection,
    Cut,
    ModelFailure,
    Offer,
    Provider,
    ReplyBounds,
    Target,
    cut_when,
)

if TYPE_CHECKING:
    import openai

CONNECT_WAIT_S = 10.0
SILENCE_WAIT_S = 300.0
"""Servers that load a model first say nothing for long; each request has its own, shorter end."""
CONNECTIONS_MAX = 64
PROBE_WAIT_S = 0.5
PROBE_BYTES_MAX = 1 << 18
MODELS_SHOWN_MAX = 20
LOOPBACK = ("localhost", "127.0.0.1", "::1")

SERVERS = {11434: "ollama", 1234: "lmstudio", 8080: "llama.cpp", 8000: "vllm"}
"""What usually answers on which loopback port."""

_SERVICES = (
    ("openai", "OPENAI_API_KEY", "https://api.openai.com/v1"),
    ("openrouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1"),
    ("groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1"),
    ("mistral", "MISTRAL_API_KEY", "https://api.mistral.ai/v1"),
    ("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1"),
    ("xai", "XAI_API_KEY", "https://api.x.ai/v1"),
    ("gemini", "GEMINI_API_KEY", "https://generativelanguage.googleapis.com/v1beta/openai"),
)
ANY_SERVICE_VARIABLE = "REVERIE_API_KEY"
_TOO_LONG = re.compile(r"context.{0,12}(length|size|window)|maximum context|too many tokens|prompt is too long", re.I)
_OUT_OF_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "insufficient_balance")
_OPTIONS = ("response_format", "stream_options", "temperature", "max_completion_tokens", "max_tokens")


def _understands(text: str) -> Target | None:
    if not text.startswith(("http://", "https://")):
        return None
    address, _, model = text.partition("#")
    parts = urlsplit(address)
    if parts.username or parts.password or parts.query or not parts.hostname:
        raise WrongUsage(
            "A model's address is a plain base URL: no user, password or query belongs in it.",
            next_step="keep the key in the environment, or store it: reverie model key",
        )
    if not model:
        raise WrongUsage(
            "The model's name is missing from the address.", next_step=f"reverie model use {address}#MODEL"
        )
    return Target("openai_compatible", address.rstrip("/"), model)


def _key_variable(target: Target) -> str:
    return next(
        (variable for _, variable, address in _SERVICES if _host(address) == _host(target.address)),
        "AZURE_OPENAI_API_KEY" if _is_azure(target.address) else ANY_SERVICE_VARIABLE,
    )


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _is_azure(address: str) -> bool:
    return _host(address).endswith((".openai.azure.com", ".cognitiveservices.azure.com"))


def is_loopback(address: str) -> bool:
    """Whether an address names this machine outright. Names that merely resolve to it do not count."""
    return _host(address) in LOOPBACK or _host(address).startswith("127.")


def offers(environ: Mapping[str, str], ports: Mapping[int, str] = SERVERS) -> list[Offer]:
    """Services whose keys are in the environment, which are not contacted, and what answers on loopback `ports`."""
    found = [
        Offer(service, Target("openai_compatible", address, ""), f"{variable} is set")
        for service, variable, address in _SERVICES
        if environ.get(variable)
    ]
    endpoint = environ.get("AZURE_OPENAI_ENDPOINT", "").rstrip("/")
    if endpoint and environ.get("AZURE_OPENAI_API_KEY"):
        azure = Target("openai_compatible", f"{endpoint}/openai/v1", "")
        found.append(Offer("azure", azure, "AZURE_OPENAI_API_KEY is set"))
    with ThreadPoolExecutor(len(ports) or 1) as pool:
        for (port, server), models in zip(ports.items(), pool.map(_models_at, ports), strict=True):
            address = f"http://127.0.0.1:{port}/v1"
            found += [
                Offer(f"{server}:{model}", Target("openai_compatible", address, model), f"answers on port {port}")
                for model in models[:MODELS_SHOWN_MAX]
            ]
    return found


def _models_at(port: int) -> list[str]:
    """The models that a server on this port lists; none where nothing, or something else, answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROBE_WAIT_S)
    try:
        connection.request("GET", "/v1/models")
        listed = json.loads(connection.getresponse().read(PROBE_BYTES_MAX))["data"]
        return [str(model["id"]) for model in listed]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return []
    finally:
        connection.close()


class _Endpoint:
    """One model at one base URL."""

    def __init__(self, target: Target, key: str | None, local: bool) -> None:
        self._target = target
        self._key = key
        self._local = local
        self._refused_options: set[str] = set()
        self._lock = threading.Lock()
        self._client: openai.OpenAI | None = None
        self._calls = threading.local()

    def stream(self, request: ChatRequest, cancelled: Cancelled) -> Iterator[str | Usage]:
        """A remote call is paid for once it is sent, so it is not cut when cancelled; a local one is."""
        if cancelled():
            raise ModelFailure("cancelled", "stopped before it was sent")
        stop = cancelled if self._local else None
        with cut_when(stop, request.wait_s) as cut:
            try:
                for piece in self._pieces(request, cut):
                    yield piece
                    if stop is not None and stop():
                        raise ModelFailure("cancelled", "stopped")
            except ModelFailure as failure:
                if cut.reason is None or failure.kind not in ("lost", "unreachable"):
                    raise
                said = "stopped" if cut.reason == "cancelled" else f"no whole reply in {request.wait_s:.0f} s"
                raise ModelFailure(cut.reason, said) from failure

    def _pieces(self, request: ChatRequest, cut: Cut) -> Iterator[str | Usage]:
        import httpx2
        import openai

        finished, bounds = False, ReplyBounds(request)
        try:
            for event in self._sent(request, cut):
                if usage := completions.usage(event):
                    yield usage
                finished = finished or completions.is_last(event)
                if piece := completions.text(event):
                    if bounds.exceeded(piece):
                        return
                    yield piece
        except openai.APIStatusError as error:
            raise self._failure(error) from error
        except openai.APIConnectionError as error:
            kind: FailureKind = "unreachable" if _never_sent(error) else "lost"
            raise ModelFailure(kind, f"{self._target.address}: {error}", key=self._key) from error
        except completions.ErrorEvent as error:
            kind = "overflow" if _TOO_LONG.search(str(error)) else "lost"
            raise ModelFailure(kind, str(error), key=self._key) from error
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise ModelFailure("lost", f"the stream broke off: {error}", key=self._key) from error
        except (ValueError, AttributeError, TypeError) as error:  # what came is no stream of completions
            raise ModelFailure("lost", f"the reply cannot be read: {error}", key=self._key) from error
        if not finished:
            raise ModelFailure("lost", "the stream ended before the reply did")

    def _sent(self, request: ChatRequest, cut: Cut) -> Iterator[Mapping[str, Any]]:
        """The events of the reply, as they were sent: the package would check each token's against its whole schema,
        which takes more time than all else. An option that the server does not know is left out from then on.

        A reply that nobody follows is asked for in one piece, which costs less than half of what its tokens do one by
        one. A local server's is not: it shall stop when it is told to, in the midst of its reply."""
        import openai

        streaming = request.followed or self._local
        for _ in range(len(_OPTIONS) + 1):
            options = self._options(request, streaming)
            try:
                # As a body of our own: the package would match each message against all that one could be.
                body = {"messages": [{"role": role, "content": text} for role, text in request.messages]}
                self._calls.cut = cut
                with self._opened().chat.completions.with_streaming_response.create(
                    model=self._target.model, messages=(), stream=streaming, extra_body=body, **options
                ) as reply:
                    if reply.headers.get("content-type", "").startswith("application/json"):
                        yield completions.whole(reply.iter_bytes())
                    else:
                        yield from completions.events(reply.iter_lines())
                return
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                unknown = next((name for name in _OPTIONS if name in options and name in str(error)), None)
                if unknown is None or _TOO_LONG.search(str(error)):
                    raise
                self._refused_options.add(unknown)

    def _options(self, request: ChatRequest, streaming: bool) -> dict[str, Any]:
        ours = _host(self._target.address) == "api.openai.com" or _is_azure(self._target.address)
        newer = ours != bool({"max_tokens", "max_completion_tokens"} & self._refused_options)
        options: dict[str, Any] = {"max_completion_tokens" if newer else "max_tokens": request.tokens_max}
        if streaming:
            options["stream_options"] = {"include_usage": True}
        if not ours:
            options["temperature"] = 0
        if request.schema is not None:
            schema = {"name": "reply", "schema": request.schema}
            options["response_format"] = {"type": "json_schema", "json_schema": schema}
        kept = self._refused_options - {"max_tokens", "max_completion_tokens"}
        return {name: value for name, value in options.items() if name not in kept}

    def _opened(self) -> openai.OpenAI:
        """The client, made once: what it loads for TLS takes longer than a call. Connections are not kept between
        calls, since one that the server closed meanwhile would look like a reply that was lost."""
        with self._lock:
            if self._client is None:
                self._client = self._made()
            return self._client

    def _made(self) -> openai.OpenAI:
        import httpx2
        import openai

        def trace(request: httpx2.Request) -> None:
            cut: Cut = self._calls.cut
            request.extensions["trace"] = lambda event, info: _watch(cut, event, info)

        # The environment's organization and project are OpenAI's, and no other host's business.
        no_account: Any = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        timeout = httpx2.Timeout(SILENCE_WAIT_S, connect=CONNECT_WAIT_S)
        transport = httpx2.Client(
            timeout=timeout,
            limits=httpx2.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=not is_loopback(self._target.address),
            event_hooks={"request": [trace]},
        )
        return openai.OpenAI(
            api_key=self._key or "none",
            base_url=self._target.address,
            default_headers=no_account,
            max_retries=0,
            timeout=timeout,
            http_client=transport,
        )

    def _failure(self, error: openai.APIStatusError) -> ModelFailure:
        status, said = error.status_code, str(error)
        kind: FailureKind = "rejected"
        if status in (401, 402, 403) or (status == 429 and str(error.code) in _OUT_OF_MONEY):
            kind = "refused"
        elif status in (429, 503):
            kind = "busy"
        elif status in (408, 409, 425) or status >= 500:
            kind = "broken"
        elif status == 413 or _TOO_LONG.search(said) or error.code == "context_length_exceeded":
            kind = "overflow"
        elif status == 404:
            kind = "missing"
        after_s = completions.retry_after_s(error.response.headers) if kind in ("busy", "broken") else None
        return ModelFailure(kind, said, retry_after_s=after_s, key=self._key)

    def rest(self, now_s: float) -> bool:
        return True

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()


def _watch(cut: Cut, event: str, info: Mapping[str, Any]) -> None:
    if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
        connected = info["return_value"].get_extra_info("socket")
        if connected is not None:
            cut.watch(connected)


def _never_sent(error: openai.APIConnectionError) -> bool:
    import httpx2

    return isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout))


def _connect(target: Target, key: str | None, local: bool, quiet: bool) -> Connection:
    return _Endpoint(target, key, local)


def _offers(environ: Mapping[str, str]) -> Sequence[Offer]:
    return offers(environ)


PROVIDER = Provider(
    name="openai_compatible",
    own=False,
    understands=_understands,
    offers=_offers,
    connect=_connect,
    key_variable=_key_variable,
    key_variables=(*(variable for _, variable, _ in _SERVICES), "AZURE_OPENAI_API_KEY", ANY_SERVICE_VARIABLE),
)
