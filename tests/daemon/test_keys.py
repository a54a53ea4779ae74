"""Keys come from three places and go to one host each."""

from __future__ import annotations

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from reverie_daemon.errors import UserError
from reverie_daemon.keys import Keys

HOST, VARIABLE = "api.example.org", "EXAMPLE_KEY"


class Remembering(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password


@pytest.fixture
def no_keyring():
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


def test_without_a_keyring_a_key_is_kept_in_a_file_for_its_owner_alone(tmp_path, no_keyring):
    """Servers and containers have none."""
    keys = Keys(tmp_path / "reverie" / "keys.toml", {})
    assert keys.find(HOST, VARIABLE) is None
    assert keys.store(HOST, "secret-1") == str(tmp_path / "reverie" / "keys.toml")
    keys.store("other.example.org", "secret-2")
    found = keys.find(HOST, VARIABLE)
    assert found is not None and found.value == "secret-1" and "secret-1" not in repr(found)
    assert (tmp_path / "reverie" / "keys.toml").stat().st_mode & 0o777 == 0o600
    assert keys.find("third.example.org", VARIABLE) is None


def test_the_environment_comes_first_then_the_keyring_then_the_file(tmp_path, no_keyring):
    """The nearer word counts."""
    keys = Keys(tmp_path / "keys.toml", environ := {})
    keys.store(HOST, "from the file")
    keyring.set_keyring(Remembering())
    assert keys.store(HOST, "from the keyring") == "the system's keyring"
    assert keys.find(HOST, VARIABLE).value == "from the keyring"
    environ[VARIABLE] = "from the environment"
    assert keys.find(HOST, VARIABLE).value == "from the environment"


@pytest.mark.parametrize(("text", "mode"), [('"api.example.org" = "secret-1"\n', 0o640), ('"secret-1\n', 0o600)])
def test_a_file_that_others_can_read_or_that_is_broken_is_refused_without_quoting_it(tmp_path, no_keyring, text, mode):
    """Its lines are keys."""
    (tmp_path / "keys.toml").write_text(text)
    (tmp_path / "keys.toml").chmod(mode)
    with pytest.raises(UserError) as caught:
        Keys(tmp_path / "keys.toml", {}).find(HOST, VARIABLE)
    assert "secret-1" not in caught.value.message + caught.value.next_step and caught.value.code.startswith("keys_")
