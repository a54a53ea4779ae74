"""The sensors' readings as people read them."""

from __future__ import annotations

from reverie_daemon.core.idle import Policy, QuietHours, Readings
from reverie_daemon.core.readings import Told, duration, in_words


def told(now: Readings, policy: Policy | None = None) -> dict[str, Told]:
    return {one.name: one for one in in_words(now, policy or Policy())}


def test_each_reading_is_told_with_what_learning_asks_for() -> None:
    """“CPU busy” alone does not say how busy is too busy."""
    now = Readings(1.0, user_idle_s=245.0, processor_share=0.034, gpu_share=0.0, on_battery=True, battery_share=0.62)
    found = told(now)
    assert found["user idle"] == Told("user idle", 245.0, "s", "idle for 4 min", "idle for 30 s")
    assert found["other programs' CPU"].text == "other programs use 3% of the CPU"
    assert (found["other programs' CPU"].value, found["other programs' CPU"].wanted) == (3.4, "30% at most")
    assert found["battery"].text == "on battery, 62% left" and found["battery"].wanted == "50% at least"
    assert found["other programs' GPU"].text == "GPU not used by others"
    busy = told(Readings(1.0, processor_share=0.9, busiest="cargo", gpu_share=0.4))
    assert busy["other programs' CPU"].text == "other programs use 90% of the CPU (most of it cargo)"
    assert busy["other programs' GPU"].text == "other programs use 40% of the GPU"


def test_what_no_sensor_tells_is_said_to_be_unknown() -> None:
    """A missing sensor must not read like a quiet machine."""
    found = told(Readings(1.0))
    assert all(found[name].value is None for name in ("user idle", "other programs' CPU", "other programs' GPU"))
    assert found["user idle"].text == "nothing here tells when you are away" and found["battery"].text == "on mains"
    assert told(Readings(1.0, on_battery=True))["battery"].text == "on battery, its charge is not known"


def test_what_the_user_said_is_among_the_readings() -> None:
    """A pause, quiet hours, learning switched off and a question that waits keep it awake as a busy machine does."""
    policy = Policy(when_idle=False, quiet_hours=(QuietHours(22 * 60, 7 * 60),), on_battery=False)
    found = told(Readings(1.0, minute_of_day=23 * 60, question_waiting=True, paused=True, on_battery=True), policy)
    assert found["quiet hours"].value is True and found["paused"].value is True
    assert found["question waiting"].text == "a question is being answered" and found["battery"].wanted == "mains"
    assert found["learning by itself"].value is False
    assert "quiet hours" not in told(Readings(1.0)) and "learning by itself" not in told(Readings(1.0))


def test_durations_are_in_their_largest_unit() -> None:
    """Nobody reads seconds by the thousand."""
    assert [duration(one) for one in (0.4, 59.9, 60, 3_599, 7_300)] == ["0 s", "59 s", "1 min", "59 min", "2 h"]
