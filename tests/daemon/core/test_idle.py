"""When to learn: the policy as a reader of the design expects it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.idle import Policy, QuietHours, Readings, Standing, decide, quiet_hours

POLICY = Policy()
CALM = Readings(0.0, user_idle_s=600.0, processor_share=0.02, battery_share=1.0)

shares = st.one_of(st.none(), st.floats(0, 1))
readings = st.builds(
    Readings,
    at_s=st.just(0.0),
    minute_of_day=st.integers(0, 1439),
    user_idle_s=st.one_of(st.none(), st.floats(0, 10_000)),
    processor_share=shares,
    busiest=st.sampled_from(["", "cargo"]),
    on_battery=st.booleans(),
    battery_share=shares,
    gpu_share=shares,
    question_waiting=st.booleans(),
    paused=st.booleans(),
)


def lived(moments: list[Readings], policy: Policy = POLICY, step_s: float = 1.0) -> list[Standing]:
    """The standings that follow from readings a second apart."""
    standing, found = Standing(), []
    for number, moment in enumerate(moments):
        standing = decide(standing, replace(moment, at_s=number * step_s), policy)
        found.append(standing)
    return found


def asleep() -> Standing:
    return lived([CALM] * 40)[-1]


def test_it_falls_asleep_deeply_once_all_is_calm() -> None:
    """On mains with nobody about, everything may run."""
    standings = lived([CALM] * 40)
    assert not standings[0].asleep and standings[-1].depth == "deep"
    assert standings[-1].state == "learning" and standings[-1].reason == "on mains, idle for 10 min"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"processor_share": 0.9, "busiest": "cargo"}, "CPU busy (cargo)"),
        ({"user_idle_s": 1.0}, "you are at work (last input 1 s ago)"),
        ({"question_waiting": True}, "a question is being answered"),
        ({"on_battery": True, "battery_share": 0.2}, "on battery, 20% left"),
        ({"paused": True}, "until you run: reverie resume"),
    ],
)
def test_every_obstacle_wakes_at_once_and_says_which_it_was(change: dict[str, object], reason: str) -> None:
    """Work stops within a second, and the user can read why."""
    woken = decide(asleep(), replace(CALM, at_s=40.0, **change), POLICY)  # type: ignore[arg-type]
    assert not woken.asleep and woken.reason == reason
    assert woken.state == ("paused" if "paused" in change else "waiting")


def test_between_the_thresholds_nothing_changes() -> None:
    """A load that wavers about one threshold would start and stop work all the time."""
    between = replace(CALM, processor_share=0.4, user_idle_s=20.0)
    assert decide(asleep(), replace(between, at_s=41.0), POLICY).asleep
    assert not any(standing.asleep for standing in lived([between] * 100))


def test_without_an_idle_source_the_processor_decides_and_it_says_so() -> None:
    """A server has no screen; it still has quiet nights."""
    standings = lived([replace(CALM, user_idle_s=None)] * 40)
    assert standings[-1].depth == "deep" and "nothing here tells when you are away" in standings[-1].reason
    assert not decide(standings[-1], replace(CALM, at_s=41.0, user_idle_s=None, processor_share=0.8), POLICY).asleep


def test_others_on_the_gpu_leave_room_for_all_but_a_local_model() -> None:
    """A game or a training run needs the GPU; an API call does not."""
    assert decide(asleep(), replace(CALM, at_s=41.0, gpu_share=0.8), POLICY).depth == "remote"


def test_on_battery_no_local_model_runs() -> None:
    """It would empty the battery; small work does not."""
    standing = lived([replace(CALM, on_battery=True, battery_share=0.9)] * 60)[-1]
    assert standing.depth == "remote" and standing.reason == "on battery (90%), idle for 10 min"
    assert not lived([replace(CALM, on_battery=True)] * 60, Policy(on_battery=False))[-1].asleep


def test_quiet_hours_hold_over_midnight() -> None:
    """They are mostly nights: the fan is next to the bed."""
    night = Policy(quiet_hours=(quiet_hours("22:00-07:30"),))
    for minute, awake in ((22 * 60, True), (0, True), (7 * 60 + 29, True), (7 * 60 + 30, False), (12 * 60, False)):
        standing = lived([replace(CALM, minute_of_day=minute)] * 40, night)[-1]
        assert standing.asleep is not awake
    assert lived([replace(CALM, minute_of_day=5)], night)[-1].reason == "quiet hours until 07:30"


@pytest.mark.parametrize("text", ["", "22-7", "25:00-07:00", "22:00", "22:61-07:00", "22:00-07:00, 1"])
def test_a_span_that_is_none_is_refused(text: str) -> None:
    """A typing error must not pass for "never quiet"."""
    with pytest.raises(ValueError, match="is not a"):
        quiet_hours(text)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439))
def test_a_minute_is_quiet_in_a_span_or_in_its_complement(start: int, end: int, minute: int) -> None:
    """No minute is both, none is neither."""
    if start != end:
        assert QuietHours(start, end).covers(minute) is not QuietHours(end, start).covers(minute)


@given(st.lists(readings, min_size=1, max_size=60))
def test_it_never_sleeps_within_the_calm_time_of_an_obstacle(moments: list[Readings]) -> None:
    """So it cannot flap: each change from awake to asleep costs `calm_s` of peace before it."""
    standings = lived(moments)
    for number, standing in enumerate(standings):
        if standing.asleep and (number == 0 or not standings[number - 1].asleep):
            calm = standings[max(0, number - int(POLICY.calm_s)) : number]
            assert len(calm) >= POLICY.calm_s
            assert all(one.calm_since_s is not None for one in calm)


@given(st.lists(readings, min_size=1, max_size=60))
def test_questions_pauses_and_quiet_hours_always_win(moments: list[Readings]) -> None:
    """Whatever came before: these are promises to the user."""
    policy = Policy(quiet_hours=(QuietHours(0, 300),))
    for moment, standing in zip(moments, lived(moments, policy), strict=True):
        if moment.paused or moment.question_waiting or moment.minute_of_day < 300:
            assert not standing.asleep and not standing.allows("light")
        assert standing.reason
        assert (standing.state == "paused") is moment.paused


@given(st.lists(readings, min_size=1, max_size=60))
def test_a_local_model_runs_only_on_mains_with_the_gpu_left_alone(moments: list[Readings]) -> None:
    """Depth follows the latest readings at once, like waking does."""
    for moment, standing in zip(moments, lived(moments), strict=True):
        if standing.allows("deep"):
            assert not moment.on_battery and (moment.gpu_share or 0.0) <= POLICY.gpu_share[1]
            assert standing.allows("remote") and standing.allows("light")
