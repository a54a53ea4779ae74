"""Sensors against the real system where it is Linux, and against recorded outputs where it is not."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from reverie_daemon.sensors import Sensors, elsewhere, power
from reverie_daemon.sensors.gpu import GpuOthers
from reverie_daemon.sensors.input_idle import InputIdle
from reverie_daemon.sensors.processor import ProcessorOthers

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
BURN = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: sum(range(1000))"


def test_all_sensors_together_give_readings() -> None:
    """Whatever this machine lacks is None, never an exception."""
    readings = Sensors().read()
    assert 0 <= readings.minute_of_day < 24 * 60 and readings.at_s > 0
    assert readings.user_idle_s is None or readings.user_idle_s >= 0


def proc_of(folder: Path, busy: int, idle: int, processes: dict[int, tuple[str, int, list[int]]]) -> None:
    """A /proc with these ticks, and processes as {pid: (name, ticks, children)}."""
    folder.mkdir(exist_ok=True)
    (folder / "stat").write_text(f"cpu  {busy} 0 0 {idle} 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0\n")
    for pid, (name, ticks, children) in processes.items():
        task = folder / str(pid) / "task" / str(pid)
        task.mkdir(parents=True, exist_ok=True)
        (folder / str(pid) / "comm").write_text(f"{name}\n")
        (folder / str(pid) / "stat").write_text(f"{pid} (a ) b) S 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 1 0\n")
        (task / "children").write_text(" ".join(map(str, children)))


def test_our_own_work_is_subtracted_and_the_busiest_other_is_named(tmp_path: Path) -> None:
    """Learning must not keep itself awake; and "CPU busy" alone does not help anybody."""
    clock = [0.0]
    proc_of(tmp_path, 0, 0, {7: ("reverie", 0, [8]), 8: ("python", 0, []), 9: ("cargo", 0, []), 10: ("bash", 0, [])})
    (tmp_path / "self").symlink_to("7")
    sensor = ProcessorOthers(tmp_path, lambda: clock[0])
    assert sensor.share() == (None, "")
    clock[0] = 10.0
    proc_of(tmp_path, 800, 200, {8: ("python", 300, []), 9: ("cargo", 490, []), 10: ("bash", 10, [])})
    assert sensor.share() == (0.5, "")
    clock[0] = 20.0
    proc_of(tmp_path, 1600, 400, {8: ("python", 600, []), 9: ("cargo", 990, []), 10: ("bash", 10, [])})
    assert sensor.share() == (0.5, "cargo")
    clock[0] = 30.0
    proc_of(tmp_path, 1600, 1400, {})
    assert sensor.share() == (0.0, "")


@linux
def test_a_child_that_works_hard_is_ours(tmp_path: Path) -> None:
    """On the real /proc: a busy child of ours is in the family, so its ticks are subtracted."""
    child = subprocess.Popen([sys.executable, "-c", BURN])
    try:
        sensor = ProcessorOthers()
        family = set(sensor._family())
        assert {os.getpid(), child.pid} <= family
        deadline = time.monotonic() + 20
        while sensor._used_by(child.pid) < 10 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert sensor._used_by(child.pid) >= 10
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({}, power.Power()),
        ({"AC": {"type": "Mains", "online": "1"}}, power.Power()),
        (
            {
                "AC": {"type": "Mains", "online": "0"},
                "BAT0": {"type": "Battery", "status": "Discharging", "capacity": "62"},
            },
            power.Power(True, 0.62),
        ),
        ({"BAT0": {"type": "Battery", "status": "Full", "capacity": "100"}}, power.Power(False, 1.0)),
        (
            {"mouse": {"type": "Battery", "scope": "Device", "status": "Discharging", "capacity": "9"}},
            power.Power(),
        ),
        ({"BAT0": {"type": "Battery", "status": "Discharging"}}, power.Power(True, None)),
    ],
)
def test_the_power_of_laptops_and_desktops(
    tmp_path: Path, supplies: dict[str, dict[str, str]], expected: power.Power
) -> None:
    """A mouse that runs low is no reason to stop; an unplugged laptop may be."""
    for name, values in supplies.items():
        (tmp_path / name).mkdir()
        for key, value in values.items():
            (tmp_path / name / key).write_text(f"{value}\n")
    assert power.read(tmp_path) == expected
    assert power.read(tmp_path / "absent") == power.MAINS


def test_the_newest_terminal_that_took_input_counts(tmp_path: Path) -> None:
    """Somebody who works over ssh is at work, whatever the screen saver says."""
    for name, read_at in (("0", 1_000.0), ("3", 1_090.0), ("ptmx", 1_099.0)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (read_at, read_at))
    assert InputIdle([str(tmp_path)], [], wall_s=lambda: 1_100.0).seconds() == 10.0
    assert InputIdle([str(tmp_path)], [lambda: 4.0], wall_s=lambda: 1_100.0).seconds() == 4.0
    assert InputIdle([str(tmp_path / "absent")], []).seconds() is None


def test_a_desktop_that_does_not_answer_is_left_alone_for_a_while() -> None:
    """Each vain call costs a connection; servers have no desktop ever."""
    clock, calls = [0.0], []

    def vain() -> None:
        calls.append(clock[0])

    sensor = InputIdle([], [vain], monotonic_s=lambda: clock[0])
    for clock[0] in (0.0, 1.0, 30.0, 61.0):
        assert sensor.seconds() is None
    assert calls == [0.0, 61.0]


IOREG = """+-o IOHIDSystem  <class IOHIDSystem, id 0x1000002f1, registered, matched, active, busy 0 (0 ms), retain 27>
    {
      "HIDIdleTime" = 4383516541
      "IOClass" = "IOHIDSystem"
      "HIDParameters" = {"HIDClickTime"=500000000,"HIDPointerAcceleration"=45056}
    }
"""
PMSET_BATTERY = """Now drawing from 'Battery Power'
 -InternalBattery-0 (id=4653155)	83%; discharging; 6:12 remaining present: true
"""
PMSET_MAINS = """Now drawing from 'AC Power'
 -InternalBattery-0 (id=4653155)	100%; charged; 0:00 remaining present: true
"""


def test_what_a_mac_prints() -> None:
    """Recorded outputs of ioreg and pmset."""
    assert elsewhere.ioreg_idle_s(IOREG) == pytest.approx(4.383516541)
    assert elsewhere.ioreg_idle_s("") is None
    assert elsewhere.pmset_power(PMSET_BATTERY) == power.Power(True, 0.83)
    assert elsewhere.pmset_power(PMSET_MAINS) == power.Power(False, 1.0)
    assert elsewhere.pmset_power("Now drawing from 'AC Power'\n") == power.MAINS


def test_what_windows_returns() -> None:
    """LASTINPUTINFO and SYSTEM_POWER_STATUS as bytes; the tick count starts again after 49.7 days."""
    assert elsewhere.last_input_idle_s(struct.pack("<II", 8, 1_000), 61_000) == 60.0
    assert elsewhere.last_input_idle_s(struct.pack("<II", 8, 0xFFFFFFFF), 999) == 1.0
    assert elsewhere.last_input_idle_s(b"", 0) is None
    assert elsewhere.system_power(struct.pack("<BBBBII", 0, 8, 41, 0, 0, 0)) == power.Power(True, 0.41)
    assert elsewhere.system_power(struct.pack("<BBBBII", 1, 128, 255, 0, 0, 0)) == power.Power(False, None)


class _Library:
    """NVIDIA's management library as far as it is asked."""

    NVMLError = RuntimeError

    def __init__(self, used: int, pids: list[int]) -> None:
        self.used, self.pids, self.broken = used, pids, False

    def nvmlDeviceGetCount(self) -> int:
        if self.broken:
            raise self.NVMLError
        return 1

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:
        return number

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:
        return SimpleNamespace(gpu=self.used)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> list[Any]:
        return [SimpleNamespace(pid=pid) for pid in self.pids]

    def nvmlDeviceGetGraphicsRunningProcesses(self, handle: int) -> list[Any]:
        return []


def test_the_gpu_counts_as_others_only_when_others_use_it() -> None:
    """Our own model would otherwise stop itself."""
    assert GpuOthers(_Library(80, [os.getpid()])).share() == 0.0
    assert GpuOthers(_Library(80, [os.getpid(), 1])).share() == 0.8
    assert GpuOthers(_Library(80, [])).share() == 0.8
    broken = _Library(80, [])
    broken.broken = True
    assert GpuOthers(broken).share() is None


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A message bus of the test's own; its address is where a desktop's would be."""
    pytest.importorskip("jeepney")
    if shutil.which("dbus-daemon") is None:
        pytest.skip("no dbus-daemon")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:dir={tmp_path}"]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    for name in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
        monkeypatch.setenv(name, address)
    yield address
    daemon.kill()
    daemon.wait()


def serve(address: str, name: str, replies: dict[str, tuple[str, tuple[object, ...]]]) -> threading.Event:
    """A service of this name on the bus, that answers each method with a signature and values."""
    from jeepney import HeaderFields, MessageType, new_method_return
    from jeepney.bus_messages import message_bus
    from jeepney.io.blocking import open_dbus_connection

    ready = threading.Event()

    def run() -> None:
        connection = open_dbus_connection(bus=address)
        connection.send_and_get_reply(message_bus.RequestName(name))
        ready.set()
        try:
            while True:
                message = connection.receive()
                if message.header.message_type is MessageType.method_call:
                    asked = message.body[1] if message.body else message.header.fields[HeaderFields.member]
                    signature, values = replies[asked]
                    connection.send(new_method_return(message, signature, values))
        except (OSError, EOFError):
            return

    threading.Thread(target=run, daemon=True).start()
    return ready


def test_a_real_bus_tells_how_long_the_user_is_away(bus: str) -> None:
    """GNOME counts in milliseconds, the screen saver in seconds, logind in microseconds since 1970."""
    from reverie_daemon.sensors import desktop

    assert desktop.Mutter().idle_s() is None
    since = int((time.time() - 30) * 1_000_000)
    for name, replies in (
        ("org.gnome.Mutter.IdleMonitor", {"GetIdletime": ("t", (61_500,))}),
        ("org.freedesktop.ScreenSaver", {"GetSessionIdleTime": ("u", (75,))}),
        (
            "org.freedesktop.login1",
            {"IdleHint": ("v", (("b", True),)), "IdleSinceHint": ("v", (("t", since),))},
        ),
    ):
        assert serve(bus, name, replies).wait(10)
    assert desktop.Mutter().idle_s() == 61.5
    assert desktop.ScreenSaver().idle_s() == 75.0
    idle_s = desktop.Logind().idle_s()
    assert idle_s is not None and 29 < idle_s < 300
