"""The user's choices: kept in their file, as they wrote it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from reverie_daemon import choices, preferences
from reverie_daemon.choices import Choice, Choices
from reverie_daemon.core.budget import Limits
from reverie_daemon.errors import UserError

ROOT = '/home/ada/"tea" & café'


def test_what_is_chosen_is_read_back(tmp_path):
    """For every kind of choice, with the paths that people have."""
    file = tmp_path / "new" / "config.toml"
    assert choices.read(file) == Choices()
    choices.use(file, "sleeping", Choice("http://127.0.0.1:1/v1#tiny", free=True, local=True))
    choices.use(file, "answering", Choice("https://api.openai.com/v1#gpt-4o-mini"))
    choices.set_limits(file, "learning", Limits(tokens=5_000))
    choices.set_limits(file, "learning", Limits(microusd=250_000))
    choices.set_limits(file, "questions", Limits(tokens=7), ROOT)
    choices.set_local_only(file, ROOT, True)
    read = choices.read(file)
    assert read.models["sleeping"] == Choice("http://127.0.0.1:1/v1#tiny", True, True)
    assert read.limits_of("learning", ROOT) == (Limits(5_000, 250_000), Limits())
    assert read.limits_of("questions", ROOT) == (Limits(), Limits(tokens=7))
    assert read.local_only == {ROOT}
    choices.use(file, "sleeping", None)
    choices.set_local_only(file, ROOT, False)
    assert set(choices.read(file).models) == {"answering"} and not choices.read(file).local_only


def test_a_limit_can_be_lifted_again(tmp_path):
    """One that was named by mistake must not bind for ever; the other stays."""
    file = tmp_path / "config.toml"
    choices.set_limits(file, "learning", Limits(5_000, 250_000))
    choices.set_limits(file, "learning", Limits(), lifted=["tokens_per_day"])
    assert choices.read(file).limits["learning"] == Limits(None, 250_000)


def test_what_is_chosen_at_once_from_two_sides_is_all_kept(tmp_path):
    """The first steps choose a model, a budget and a setting in one moment."""
    file = tmp_path / "config.toml"

    def chosen(number: int) -> None:
        choices.set_local_only(file, f"/r/{number}", True)
        preferences.put(file, "limits.parsers", number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(chosen, range(40)))
    assert len(choices.read(file).local_only) == 40
    assert "parsers" in file.read_text()


def test_comments_and_everything_else_stay(tmp_path):
    """It is the user's file."""
    file = tmp_path / "config.toml"
    file.write_text("# mine\n[limits]\nparsers = 1  # enough\n\n[later]\nx = 1\n")
    choices.set_limits(file, "learning", Limits(tokens=5))
    text = file.read_text()
    assert (
        text.startswith("# mine\n[limits]\nparsers = 1  # enough\n\n[later]\nx = 1\n") and "tokens_per_day = 5" in text
    )


@pytest.mark.parametrize(
    "text",
    [
        "[model",
        "[model.sleeping]\nfree = true\n",
        '[model.sleeping]\ntarget = "x"\nfree = "yes"\n',
        "[budget.learning]\ntokens_per_day = -1\n",
        '[budget.learning]\ntokens_per_day = "many"\n',
        "[budget.learning]\nusd_per_day = true\n",
        "budget = 3\n",
        '[repositories]\n"/x" = 1\n',
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_files_name(tmp_path, text):
    """A limit that is silently ignored is a bill."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(UserError) as caught:
        choices.read(file)
    assert str(file) in caught.value.message and caught.value.code == "config_invalid"
