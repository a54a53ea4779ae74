"""The sensors' readings in words, each with what learning asks of it, for whoever wonders why it learns or waits.

What follows from them is decided in `core/idle.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from reverie_daemon.core.idle import MINUTES_A_DAY, Policy, Readings


@dataclass(frozen=True, slots=True)
class Told:
    """One reading: `value` in `unit` ("s", "%", or "" for yes and no), None where no sensor tells; `text` says it in
    words and `wanted` what learning asks for, "" for nothing."""

    name: str
    value: float | bool | None
    unit: str
    text: str
    wanted: str = ""


def in_words(now: Readings, policy: Policy) -> list[Told]:
    """Every reading, those that matter most first."""
    return [_user(now, policy), _processor(now, policy), _power(now, policy), _gpu(now, policy), *_others(now, policy)]


def duration(seconds: float) -> str:
    """ "4 min": in the largest unit of which there is one."""
    whole = int(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min" if whole < 3600 else f"{whole // 3600} h"


def _user(now: Readings, policy: Policy) -> Told:
    wanted = f"idle for {duration(policy.user_idle_s[0])}"
    if now.user_idle_s is None:
        return Told("user idle", None, "s", "nothing here tells when you are away")
    return Told("user idle", round(now.user_idle_s, 1), "s", f"idle for {duration(now.user_idle_s)}", wanted)


def _processor(now: Readings, policy: Policy) -> Told:
    wanted = f"{policy.processor_share[0]:.0%} at most"
    if now.processor_share is None:
        return Told("other programs' CPU", None, "%", "other programs' CPU use is not known yet", wanted)
    whose = f" (most of it {now.busiest})" if now.busiest else ""
    return Told(
        "other programs' CPU", _percent(now.processor_share), "%",
        f"other programs use {now.processor_share:.0%} of the CPU{whose}", wanted,
    )  # fmt: skip


def _power(now: Readings, policy: Policy) -> Told:
    if not now.on_battery:
        return Told("battery", None, "%", "on mains")
    wanted = f"{policy.battery_share[0]:.0%} at least" if policy.on_battery else "mains"
    if now.battery_share is None:
        return Told("battery", None, "%", "on battery, its charge is not known", wanted)
    return Told("battery", _percent(now.battery_share), "%", f"on battery, {now.battery_share:.0%} left", wanted)


def _gpu(now: Readings, policy: Policy) -> Told:
    if now.gpu_share is None:
        return Told("other programs' GPU", None, "%", "no GPU that can be read")
    used = f"other programs use {now.gpu_share:.0%} of the GPU" if now.gpu_share else "GPU not used by others"
    return Told(
        "other programs' GPU", _percent(now.gpu_share), "%", used,
        f"{policy.gpu_share[0]:.0%} at most, for a model on this machine",
    )  # fmt: skip


def _others(now: Readings, policy: Policy) -> list[Told]:
    quiet = any(span.covers(now.minute_of_day % MINUTES_A_DAY) for span in policy.quiet_hours)
    asking = "a question is being answered" if now.question_waiting else "no question waits"
    found = [
        Told("question waiting", now.question_waiting, "", asking, "none"),
        Told("paused", now.paused, "", "paused" if now.paused else "not paused", "not paused"),
    ]
    if policy.quiet_hours:
        found.append(
            Told("quiet hours", quiet, "", "quiet hours now" if quiet else "no quiet hours now", "outside them")
        )
    if not policy.when_idle:
        found.append(Told("learning by itself", False, "", "learning.when_idle is off", "on"))
    return found


def _percent(share: float) -> float:
    return round(share * 100, 1)
