"""Where Reverie keeps its files, and the limits it works under.

Everything follows from the environment, read once by whoever starts a process. `REVERIE_HOME` moves everything under
one folder. This module creates folders only when asked to, and reads no repository.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

from .errors import UserError

WRITING = threading.Lock()
"""Held by whoever changes config.toml, which is read, changed and replaced as a whole."""

SOCKET_PATH_BYTES_MAX = 100
"""Kernels accept 104 to 108 bytes; past this a short hashed name in the temporary folder is used."""


@dataclass(frozen=True, slots=True)
class Locations:
    """The files and folders of one user's Reverie."""

    state: Path
    config_file: Path
    socket: Path

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.db"

    @property
    def keys_file(self) -> Path:
        """Where keys are kept when the system has no keyring: for its owner alone."""
        return self.config_file.with_name("keys.toml")

    @property
    def log(self) -> Path:
        return self.state / "daemon.log"

    @property
    def lock(self) -> Path:
        return self.state / "daemon.lock"

    def store_elsewhere(self, common_dir: Path) -> Path:
        """Where the store of a repository goes whose `.git` cannot be used: a folder named by its path's digest."""
        return self.state / "stores" / hashlib.sha256(os.fsencode(common_dir)).hexdigest()[:16]


def locations(environ: Mapping[str, str] = os.environ) -> Locations:
    """Where this environment's Reverie lives; creates nothing."""
    home = environ.get("REVERIE_HOME")
    if home:
        base = Path(home).absolute()
        return Locations(base / "state", base / "config.toml", _socket(base, base / "state"))
    dirs = PlatformDirs("reverie", appauthor=False)
    state = Path(environ.get("XDG_STATE_HOME") or dirs.user_state_dir)
    state = state / "reverie" if environ.get("XDG_STATE_HOME") else state
    runtime = environ.get("XDG_RUNTIME_DIR")
    run = Path(runtime) / "reverie" if runtime and Path(runtime).is_dir() else state
    return Locations(state, Path(dirs.user_config_dir) / "config.toml", _socket(run, state))


def _socket(folder: Path, state: Path) -> Path:
    path = folder / "daemon.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"reverie-{os.getuid()}" / f"{digest}.sock"


def private_folder(path: Path) -> Path:
    """The folder, made if need be, for its owner alone.

    Raises UserError when it cannot be made, or belongs to somebody else (the temporary folder is everybody's).
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = path.stat().st_uid
    except OSError as error:
        raise UserError(
            f"The folder {path} cannot be made: {error.strerror}.",
            next_step="make it writable, or set REVERIE_HOME to a folder that is",
            code="state_unwritable",
        ) from error
    if owner != os.getuid():
        raise UserError(
            f"The folder {path} belongs to another user.",
            next_step="remove it, or set REVERIE_HOME to a folder of your own",
            code="state_unwritable",
        )
    return path


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user may set in config.toml; see the field comments for its keys."""

    source_bytes_max: int = 1 << 20  # [limits] source_bytes_max: larger source files are listed, not read
    parsers: int = 0  # [limits] parsers: parser processes at most; 0 means one a core, four at most
    vectors_max: int = 60_000  # [limits] vectors_max: passages of a repository that are embedded; 0 means none


def settings(config_file: Path) -> Settings:
    """The user's settings; those of an absent file are the defaults. Raises UserError for one that cannot be used."""
    try:
        tables = tomllib.loads(config_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise UserError(
            f"The configuration {config_file} cannot be read: {error}.",
            next_step="mend or remove that file",
            code="config_invalid",
        ) from error
    limits = tables.get("limits", {})
    values = {key: limits[key] for key in Settings.__dataclass_fields__ if key in limits}
    wrong = [key for key, value in values.items() if type(value) is not int or value < 0]
    if wrong:
        raise UserError(
            f"In {config_file}, limits.{wrong[0]} is not a whole number of at least 0.",
            next_step="mend that line",
            code="config_invalid",
        )
    return Settings(**values)
