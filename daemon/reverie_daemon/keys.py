"""Keys of model services: from the environment, the system's keyring where there is one, or a file of 0600.

A key is never an argument of a command, and never part of a message. It is looked up by the host it belongs to, each
time a connection is opened, so that a new one takes effect by itself.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from .errors import UserError

SERVICE = "reverie"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Key:
    """`found` says where, for people."""

    value: str = field(repr=False)
    found: str


class Keys:
    """`file` is where keys are kept when there is no keyring; it need not exist."""

    def __init__(self, file: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._file = file
        self._environ = environ

    def find(self, host: str, variable: str) -> Key | None:
        """The key for a host, None where there is none. Raises UserError for a file that others can read."""
        if value := self._environ.get(variable, "").strip():
            return Key(value, f"{variable} in the daemon's environment")
        if value := _from_keyring(host):
            return Key(value, "the system's keyring")
        if value := self._from_file().get(host, ""):
            return Key(value, str(self._file))
        return None

    def store(self, host: str, value: str) -> str:
        """Keeps a key, in the keyring where there is one; where it is now, for people."""
        if _to_keyring(host, value):
            return "the system's keyring"
        import tomlkit

        kept = tomlkit.document()
        kept.update({**self._from_file(), host: value})
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._file.with_name(f"{self._file.name}.new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(tomlkit.dumps(kept))
        beside.rename(self._file)
        return str(self._file)

    def _from_file(self) -> dict[str, str]:
        try:
            mode = self._file.stat().st_mode
            if mode & OTHERS:
                raise UserError(
                    f"The file of keys {self._file} can be read by others, so it is not used.",
                    next_step=f"chmod 600 {self._file}",
                    code="keys_exposed",
                )
            kept = tomllib.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            # The parser's message could quote the line, and the line is a key.
            raise UserError(
                f"The file of keys {self._file} cannot be read.",
                next_step='mend it (lines like "api.openai.com" = "…"), or remove it and run: reverie model key',
                code="keys_unreadable",
            ) from error
        return {host: value for host, value in kept.items() if isinstance(value, str)}


def _from_keyring(host: str) -> str:
    if find_spec("keyring") is None:
        return ""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, host) or ""
    except (KeyringError, OSError):  # no keyring here, or one that is locked
        return ""


def _to_keyring(host: str, value: str) -> bool:
    if find_spec("keyring") is None:
        return False
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, host, value)
    except (KeyringError, OSError):
        return False
    return True
