"""When to learn: readings of the machine in, awake or asleep to a depth out, with the reason.

Any obstacle (a question, the user, a busy processor, the battery, quiet hours, a pause) wakes at once. Sleep begins
only when nothing stood in the way for `calm_s`; of each threshold there are two, for falling asleep and for staying so.
So it does not flap. Nothing is read here, and what is learned is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Depth = Literal["awake", "light", "remote", "deep"]
"""`light` is small CPU work, `remote` adds calls to an API, which need little CPU, and `deep` adds a local model."""
State = Literal["learning", "waiting", "paused"]
"""What users see. To them it sleeps when it works, so they never see "asleep"."""

DEPTHS: Sequence[Depth] = ("awake", "light", "remote", "deep")
MINUTES_A_DAY = 24 * 60
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Part of the day in which nothing is learned, in minutes since midnight; over midnight where it ends before it
    begins, and the whole day where both are the same."""

    start: int
    end: int

    def covers(self, minute: int) -> bool:
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


@dataclass(frozen=True, slots=True)
class Readings:
    """The machine at one moment. `at_s` is monotonic; shares lie between 0 and 1, of all cores or of the whole GPU, and
    count other programs only. None is what no sensor could tell. `busiest` names the program that uses most."""

    at_s: float
    minute_of_day: int = 12 * 60
    user_idle_s: float | None = None
    processor_share: float | None = None
    busiest: str = ""
    on_battery: bool = False
    battery_share: float | None = None
    gpu_share: float | None = None
    question_waiting: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds. Of each pair the first is for falling asleep, the second, more lenient, for staying so."""

    when_idle: bool = True
    user_idle_s: tuple[float, float] = (30.0, 10.0)
    deep_user_idle_s: float = 120.0
    calm_s: float = 15.0
    processor_share: tuple[float, float] = (0.3, 0.5)
    gpu_share: tuple[float, float] = (0.1, 0.3)
    battery_share: tuple[float, float] = (0.5, 0.4)
    on_battery: bool = True
    quiet_hours: tuple[QuietHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What was decided, and since when nothing stands in the way of sleep (`calm_since_s`) and of depth
    (`deep_since_s`); None while something does."""

    depth: Depth = "awake"
    reason: str = "just started"
    paused: bool = False
    calm_since_s: float | None = None
    deep_since_s: float | None = None

    @property
    def asleep(self) -> bool:
        return self.depth != "awake"

    @property
    def state(self) -> State:
        return "paused" if self.paused else "learning" if self.asleep else "waiting"

    def allows(self, depth: Depth) -> bool:
        """Whether work that needs this depth may begin, or go on."""
        return self.asleep and DEPTHS.index(depth) <= DEPTHS.index(self.depth)


def decide(before: Standing, now: Readings, policy: Policy) -> Standing:
    """Where `before` leads with these readings, which must be later than those that led to it."""
    obstacle = _obstacle(now, policy, asleep=before.asleep)
    if obstacle:
        return Standing("awake", obstacle, paused=now.paused)
    calm_since = now.at_s if before.calm_since_s is None else before.calm_since_s
    deep_since = _deep_since(before, now, policy)
    remaining = calm_since + policy.calm_s - now.at_s
    if not before.asleep and remaining > 0:
        return Standing("awake", f"quiet since a moment, begins in {remaining:.0f} s", False, calm_since, deep_since)
    return Standing(_depth(now, policy, deep_since), _calm(now), False, calm_since, deep_since)


def _depth(now: Readings, policy: Policy, deep_since: float | None) -> Depth:
    if deep_since is not None and now.at_s - deep_since >= policy.calm_s:
        return "deep"
    # A battery that nobody can read may be nearly empty: a radio would be the next to empty it.
    return "light" if now.on_battery and now.battery_share is None else "remote"


def _obstacle(now: Readings, policy: Policy, *, asleep: bool) -> str:
    """What stands in the way of any learning; "" when nothing does."""
    side = 1 if asleep else 0
    if now.paused:
        return "until you run: reverie resume"
    if not policy.when_idle:
        return "learning.when_idle is off; reverie learn learns at once"
    quiet = next((span for span in policy.quiet_hours if span.covers(now.minute_of_day)), None)
    if quiet is not None:
        return f"quiet hours until {quiet.end // 60:02d}:{quiet.end % 60:02d}"
    if now.question_waiting:
        return "a question is being answered"
    if now.processor_share is not None and now.processor_share > policy.processor_share[side]:
        return f"CPU busy ({now.busiest})" if now.busiest else "CPU busy"
    if now.user_idle_s is not None and now.user_idle_s < policy.user_idle_s[side]:
        return f"you are at work (last input {now.user_idle_s:.0f} s ago)"
    return _battery(now, policy, side) if now.on_battery else ""


def _battery(now: Readings, policy: Policy, side: int) -> str:
    if not policy.on_battery:
        return "on battery"
    if now.battery_share is None or now.battery_share >= policy.battery_share[side]:
        return ""
    return f"on battery, {now.battery_share:.0%} left"


def _deep_since(before: Standing, now: Readings, policy: Policy) -> float | None:
    """Since when a local model could run: on mains, the user well away, the GPU left alone by others."""
    gpu_max = policy.gpu_share[1 if before.depth == "deep" else 0]
    away = now.user_idle_s is None or now.user_idle_s >= policy.deep_user_idle_s
    if now.on_battery or not away or (now.gpu_share is not None and now.gpu_share > gpu_max):
        return None
    return now.at_s if before.deep_since_s is None else before.deep_since_s


def _calm(now: Readings) -> str:
    """Why learning goes on, as users read it: "on mains, idle for 4 min"."""
    power = "on mains" if not now.on_battery else "on battery"
    if now.on_battery and now.battery_share is not None:
        power += f" ({now.battery_share:.0%})"
    if now.user_idle_s is None:
        return f"{power}, CPU calm (nothing here tells when you are away)"
    idle_s = int(now.user_idle_s)
    idle = f"{idle_s} s" if idle_s < 60 else f"{idle_s // 60} min" if idle_s < 3600 else f"{idle_s // 3600} h"
    return f"{power}, idle for {idle}"


def quiet_hours(text: str) -> QuietHours:
    """ "22:00-07:30" as quiet hours. Raises ValueError for what is no such span."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a span such as 22:00-07:30")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    if hour > 23 or end_hour > 24 or minute > 59 or end_minute > 59:
        raise ValueError(f"{text!r} is not a time of day")
    return QuietHours(hour * 60 + minute, (end_hour * 60 + end_minute) % MINUTES_A_DAY)
