"""What a model's tokens cost, in micro-dollars: the prices that `genai-prices` keeps, read when first needed.

A price that is not known is None, never 0. Nothing here contacts anybody: prices are as old as the installed package.
"""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from .core.budget import MICRO, Usage
from .provider import Target


def cost_microusd(target: Target, usage: Usage, *, free: bool = False) -> int | None:
    """What this usage costs at the target, rounded up; 0 for one that is free, None where the price is unknown."""
    if free:
        return 0
    from genai_prices import Usage as Priced
    from genai_prices import calc_price

    priced = Priced(
        input_tokens=usage.prompt, cache_read_tokens=usage.cached, output_tokens=usage.completion + usage.reasoning
    )
    try:
        price = calc_price(priced, target.model, provider_api_url=target.address).total_price
    except (LookupError, ValueError):
        return None
    return math.ceil(price * MICRO)


def shown(target: Target, *, free: bool = False) -> str:
    """What a million tokens cost, for people."""
    if free:
        return "free"
    million = [
        cost_microusd(target, usage)
        for usage in (Usage(prompt=MICRO), Usage(prompt=MICRO, cached=MICRO), Usage(completion=MICRO))
    ]
    if any(cost is None for cost in million):
        return "price unknown"
    asked, cached, written = ((cost or 0) / MICRO for cost in million)
    return f"${asked:g} in, ${cached:g} cached, ${written:g} out (a million tokens)"


def goes_to(target: Target, *, local: bool) -> str:
    """Where text goes when this model is used, for people."""
    where = urlsplit(target.address).netloc or "this machine"
    return "stays on this machine" if local else f"goes to {where}"
