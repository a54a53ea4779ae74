"""The desktop's own word on how long the user is away, over D-Bus.

Three services tell it, each in its own unit; a desktop has one of them, sometimes two. jeepney is imported only when a
bus is asked, and anything that goes wrong is answered with None.
"""

from __future__ import annotations

import time
from typing import Any

REPLY_WAIT_S = 0.5
MICRO = 1_000_000


class _Service:
    """One service on one bus; the connection is kept, and made anew after a failure."""

    bus = "SESSION"
    name = ""
    path = ""
    interface = ""

    def __init__(self) -> None:
        self._connection: Any = None

    def idle_s(self) -> float | None:
        raise NotImplementedError

    def _call(self, method: str, signature: str = "", values: tuple[object, ...] = (), interface: str = "") -> Any:
        """The reply's first value; None when there is no such bus or service, or it does not answer in time."""
        from jeepney import DBusAddress, MessageType, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        try:
            if self._connection is None:
                self._connection = open_dbus_connection(self.bus)
            address = DBusAddress(self.path, bus_name=self.name, interface=interface or self.interface)
            message = new_method_call(address, method, signature or None, values)
            reply = self._connection.send_and_get_reply(message, timeout=REPLY_WAIT_S)
        except (OSError, KeyError, ValueError, RuntimeError, TimeoutError, EOFError):
            self._drop()
            return None
        return reply.body[0] if reply.header.message_type is MessageType.method_return and reply.body else None

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except OSError:
                return


class Mutter(_Service):
    """GNOME."""

    name = "org.gnome.Mutter.IdleMonitor"
    path = "/org/gnome/Mutter/IdleMonitor/Core"
    interface = "org.gnome.Mutter.IdleMonitor"

    def idle_s(self) -> float | None:
        milliseconds = self._call("GetIdletime")
        return milliseconds / 1_000 if isinstance(milliseconds, int) else None


class ScreenSaver(_Service):
    """KDE and others; the reply is in seconds."""

    name = "org.freedesktop.ScreenSaver"
    path = "/org/freedesktop/ScreenSaver"
    interface = "org.freedesktop.ScreenSaver"

    def idle_s(self) -> float | None:
        seconds = self._call("GetSessionIdleTime")
        return float(seconds) if isinstance(seconds, int) else None


class Logind(_Service):
    """systemd. Of a graphical session it knows only whether the desktop called it idle, and since when: until then it
    says nothing."""

    bus = "SYSTEM"
    name = "org.freedesktop.login1"
    path = "/org/freedesktop/login1/session/auto"
    interface = "org.freedesktop.login1.Session"

    def idle_s(self) -> float | None:
        if self._property("IdleHint") is not True:
            return None
        since = self._property("IdleSinceHint")
        return max(0.0, time.time() - since / MICRO) if isinstance(since, int) and since else None

    def _property(self, name: str) -> Any:
        variant = self._call("Get", "ss", (self.interface, name), "org.freedesktop.DBus.Properties")
        return variant[1] if isinstance(variant, tuple) else None
