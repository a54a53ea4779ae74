"""The Settings page: its rows, what is typed into them, and how it answers keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.errors import UserError
from reverie_tui.app import ReverieApp
from reverie_tui.calls import Wish
from reverie_tui.events import Replied, Within
from reverie_tui.look import configured
from reverie_tui.model import reduce
from reverie_tui.pages import settings
from reverie_tui.pages.settings import Cancelled, Opened, Picked, Settings, Typed
from reverie_tui.pages.settings_rows import Row, rows
from reverie_tui.pages.settings_typed import Mistake, Secret, wish_of
from reverie_tui.pages.settled import Look
from reverie_tui.reading import DaemonStatus, Problem, read_status
from reverie_tui.signs import ASCII, UNICODE
from reverie_tui.state import Link, State
from support.json_values import JSON, payloads

ROOT = "/home/ada/flask"
NAMES = ["config", "models", "budget", "hooks", "set_config", "use_model", "languages", "ledger"]
KEYS = ["settings", "key", "kind", "value", "choices", "found", "chosen", "answering", "target", "learning", "tokens"]
THEME = {"choices": ["dark", "light", "terminal"], "set": "default"}
SETTINGS = [
    ("learning.when_idle", "switch", True, {}),
    ("learning.idle_after_s", "number", 30, {"set": "everywhere", "default": 60}),
    ("learning.quiet_hours", "spans", [], {}),
    ("index.ignore", "patterns", ["build/", "my docs/"], {"by_repository": True, "set": "everywhere"}),
    ("tui.theme", "choice", "dark", THEME),
    ("tui.ascii", "choice", "auto", {"choices": ["auto", "on", "off"]}),
    ("tui.welcomed", "switch", True, {"set": "everywhere"}),
    ("later.thing", "shape", {"x": 1}, {}),
]


@pytest.fixture
def daemon(daemon, wire):
    """A daemon with settings of every kind."""
    daemon.settings = [wire.setting(key, kind, value, **changes) for key, kind, value, changes in SETTINGS]
    return daemon


@pytest.fixture
def page(daemon, wire) -> Settings:
    """The page once everything came."""
    daemon.model = wire.models(chosen={"sleeping": None, "answering": wire.chosen()}, local_only=["/home/ada/tea"])
    page = Settings()
    for wish, payload in (
        (settings.CONFIG, daemon.config()),
        (Wish("config", {"root": ROOT}), daemon.config(root=ROOT)),
        (Wish("models"), daemon.models()),
        (Wish("budget"), wire.budget()),
        (Wish("hooks", {"root": ROOT}), daemon.hooks(root=ROOT)),
    ):
        page, _ = settings.replied(page, wish, payload, ROOT)
    return page


@pytest.fixture
def shown(page, wire) -> dict[str, Row]:
    """Its rows by id."""
    repositories = [wire.repository(), wire.repository(root="/home/ada/tea", name="tea")]
    found = read_status({"repositories": repositories}, DaemonStatus()).repositories
    return {row.id: row for row in rows(page, ROOT, found)}


@given(JSON | payloads(KEYS), st.sampled_from(NAMES))
def test_whatever_the_daemon_sends_can_be_shown(payload, name):
    """A newer daemon must not take the page down."""
    page, _ = settings.replied(Settings(), Wish(name, {"root": ""}), payload, ROOT)
    rows(page, ROOT, ())
    assert page.look.theme or page.look.theme == ""


def test_every_row_says_in_a_sentence_what_it_is_and_has_an_id_of_its_own(page, shown):
    """A setting that is only a name is left as it is."""
    assert len(shown) == len(rows(page, ROOT, ())) + 2
    assert all(row.meaning.endswith(".") for row in shown.values())


def test_a_kind_of_setting_that_is_not_known_here_is_shown_and_left_alone(shown):
    """The daemon may be newer than its client."""
    row = shown["set:shape:later.thing"]
    assert (row.act, row.value, row.section) == ("show", "?", "Later")


def test_that_the_first_steps_were_seen_is_no_setting_to_show(shown):
    """It is kept for the program, not for its user."""
    assert not any("welcomed" in row for row in shown)


def test_a_switch_is_turned_at_once(page, shown):
    """One key, one change."""
    row = shown["set:switch:learning.when_idle"]
    same, (wish,) = settings.reduce(page, Opened(row), ROOT)
    assert same == page
    assert wish.arguments == {"key": "learning.when_idle", "value": False, "root": ""}


def test_only_what_differs_from_its_default_can_be_set_back(shown):
    """A key that does nothing should not stand in the footer."""
    assert shown["set:switch:learning.when_idle"].back is None
    back = shown["set:number:learning.idle_after_s"].back
    assert back is not None and back.arguments["value"] is None


def test_a_field_begins_with_what_could_be_typed_for_the_value(shown):
    """A pattern with a space in it has to survive being looked at."""
    row = shown["set:patterns:index.ignore"]
    assert wish_of(row.id, row.typed, ROOT).arguments["value"] == ["build/", "my docs/"]


def test_a_repositorys_own_ignored_paths_are_its_own(shown):
    """What one repository ignores, another has to read."""
    assert wish_of("own:patterns:index.ignore", "dist/", ROOT).arguments["root"] == ROOT
    assert shown["own:patterns:index.ignore"].label == "ignored paths in flask"


@pytest.mark.parametrize(
    ("row", "text", "words"),
    [
        ("set:number:limits.parsers", "-1", "whole number"),
        ("set:number:limits.parsers", "two", "whole number"),
        ("set:number:limits.parsers", "9" * 5_000, "more than"),
        ("set:spans:learning.quiet_hours", "22:00-25:00", "“22:00-25:00”"),
        ("set:patterns:index.ignore", "'build", "quotation mark"),
        ("budget:learning:tokens_per_day", "0.5", "whole number"),
        ("budget:learning:usd_per_day", "nan", "amount"),
        ("budget:learning:usd_per_day", "-1", "amount"),
        ("model:answering", "gpt-5", "GGUF"),
        ("model:answering", "https://api.openai.com/v1", "#MODEL"),
        ("model:answering", "tiny.gguf", "whole path"),
        ("key:api.openai.com:answering", " ", "not empty"),
        ("add", "flask", "whole path"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(row, text, words):
    """“Invalid value” teaches nobody."""
    with pytest.raises(Mistake, match=words):
        wish_of(row, text, ROOT)


@given(
    st.text(), st.sampled_from(["set:number:a.b", "set:spans:a.b", "budget:learning:usd_per_day", "model:answering"])
)
def test_anything_can_be_typed(text, row):
    """A field takes what a cat types."""
    try:
        wish_of(row, text, ROOT)
    except Mistake as mistake:
        assert str(mistake).endswith(".")


@pytest.mark.parametrize(
    ("row", "text", "value"),
    [
        ("budget:learning:tokens_per_day", "200,000", {"tokens_per_day": 200_000}),
        ("budget:learning:usd_per_day", "$0.50", {"usd_per_day": 0.5}),
        ("budget:learning:usd_per_day", "", {"usd_per_day": None}),
    ],
)
def test_a_limit_is_named_or_lifted(row, text, value):
    """A limit that cannot be taken back is a trap."""
    assert wish_of(row, text, ROOT).arguments == {"limits": value, "side": "learning"}


def test_a_key_shows_itself_nowhere():
    """States and wishes end up in tracebacks."""
    wish = wish_of("key:api.openai.com:answering", "sk-1234", ROOT)
    assert wish.arguments == {"host": "api.openai.com", "key": "sk-1234"}
    assert "1234" not in repr(wish) and isinstance(wish.arguments["key"], Secret)


def test_a_refusal_stands_beside_the_field_and_what_was_typed_stays(page, shown):
    """A notice that fades while one looks at the keyboard is lost."""
    page, _ = settings.reduce(page, Opened(shown["set:spans:learning.quiet_hours"]), ROOT)
    page, (wish,) = settings.reduce(page, Typed("22:00-07:30"), ROOT)
    assert page.editing.wish == wish
    step = settings.failed(page, wish, Problem("It cannot be written.", "mend the file"))
    assert step is not None and step[0].editing.error == "It cannot be written. mend the file"
    assert settings.failed(page, Wish("models"), Problem("x")) is None


def test_a_row_is_done_once_the_daemon_took_it(page, shown, daemon):
    """Until then what was typed may have to be typed again."""
    page, _ = settings.reduce(page, Opened(shown["set:number:learning.idle_after_s"]), ROOT)
    page, (wish,) = settings.reduce(page, Typed("90"), ROOT)
    page, _ = settings.replied(page, wish, daemon.set_config("learning.idle_after_s", 90), ROOT)
    assert page.editing is None
    assert page.config.value("learning.idle_after_s") == 90


def test_a_place_with_many_models_asks_which(page, shown):
    """A service without a model's name cannot be called."""
    row = shown["model:answering"]
    page, _ = settings.reduce(page, Opened(row), ROOT)
    labels = [pick.label for pick in row.picks]
    page, wishes = settings.reduce(page, Picked(labels.index("openai#MODEL")), ROOT)
    assert (page.editing.start, wishes) == ("https://api.openai.com/v1#", ())
    page, _ = settings.reduce(page, Cancelled(), ROOT)
    assert page.editing is None


@pytest.mark.parametrize(("choice", "signs"), [("on", ASCII), ("off", UNICODE), ("auto", UNICODE), ("?", UNICODE)])
def test_the_characters_follow_the_setting_and_else_the_terminal(daemon, choice, signs):
    """A terminal that lies about itself has to be overruled."""
    state = reduce(State(root=ROOT, link=Link("up")), Within("settings", Cancelled()))
    state = reduce(state, Within("settings", Opened(Row("x", "", "", "", "", "do", settings.CONFIG))))
    daemon.set_config("tui.ascii", choice)
    assert reduce(state, Replied(state.calls[-1].number, "t", daemon.config())).signs == signs


def test_two_hundred_repositories_have_rows(wire):
    """Some people have that many."""
    found = [wire.repository(root=f"/r/{i}", name=f"r{i}") for i in range(200)]
    status = read_status({"repositories": found}, DaemonStatus())
    assert sum(row.section == "Repositories" for row in rows(Settings(), ROOT, status.repositories)) == 201


async def go_to(stage, label: str) -> None:
    """Move the cursor to the row with this label."""
    await stage.sees("236 files")
    await stage.press("f6")
    await stage.sees("model for learning")
    await stage.until(lambda: label in [row.label for row in row_list(stage)._rows])
    for _ in range(60):
        if row_list(stage).row and row_list(stage).row.label == label:
            return
        await stage.press("down")
    raise AssertionError(f"there is no row {label}:\n{stage.shown()}")


def row_list(stage):
    """The list of rows."""
    return stage.app.screen.query_one("#rows")


async def test_the_page_shows_what_is_settled_and_where_it_is_kept(stage, daemon):
    """Nobody should have to find the file."""
    async with stage.run(80, 50):
        await stage.press("f6")
        await stage.sees(
            "model for learning", "no limit", "idle after", "30 s", "build/, my docs/", "git hooks in flask"
        )
        await stage.sees("kept in /home/ada/.config/reverie/config.toml")


async def test_enter_turns_a_switch(stage, daemon):
    """Changed in place, and shown as it is then."""
    async with stage.run():
        await go_to(stage, "when idle")
        await stage.sees("What learning.when_idle is.")
        await stage.press("enter")
        await stage.until(lambda: ("set_config", "learning.when_idle", False, "") in daemon.called)
        await stage.sees("when idle                   off")


async def test_a_number_is_typed_in_place_and_an_error_stands_beside_it(stage, daemon):
    """What is wrong is said where it was typed."""
    async with stage.run():
        await go_to(stage, "idle after")
        await stage.press("enter", "x", "enter")
        await stage.sees("A whole number of at least 0 is needed", "30x")
        await stage.press("backspace", "0", "enter")
        await stage.until(lambda: ("set_config", "learning.idle_after_s", 300, "") in daemon.called)
        await stage.sees("300 s")
        await stage.until(lambda: stage.app.focused is row_list(stage))


async def test_what_the_daemon_refuses_stands_beside_the_field(stage, daemon):
    """The daemon has the last word, and the user the way out."""
    daemon.refused["set_config"] = UserError("The file cannot be written.", next_step="make it writable")
    async with stage.run():
        await go_to(stage, "idle after")
        await stage.press("enter", "0", "enter")
        await stage.sees("The file cannot be written. make it writable", "300")
        await stage.press("escape")
        await stage.misses("make it writable")
        await stage.sees("[Settings]")


async def test_a_model_is_chosen_among_those_found(stage, daemon):
    """The choice says what each costs and where text goes."""
    async with stage.run():
        await go_to(stage, "model for answering")
        await stage.press("enter")
        await stage.sees("ollama:tiny  price unknown; goes to 127.0.0.1:11434")
        await stage.press("down", "enter")
        target = "http://127.0.0.1:11434/v1#tiny"
        await stage.until(lambda: ("use_model", target, "answering", False, False) in daemon.called)


async def test_a_key_is_typed_unseen(stage, daemon, wire):
    """Somebody looks over a shoulder."""
    daemon.model = wire.models(chosen={"sleeping": None, "answering": wire.chosen()})
    async with stage.run():
        await go_to(stage, "  key")
        await stage.press("enter", "s", "k", "7")
        await stage.sees("•••")
        await stage.misses("sk7")
        await stage.press("enter")
        await stage.until(lambda: ("store_key", "api.openai.com", "sk7") in daemon.called)


async def test_a_repository_is_kept_local_and_removed(stage, daemon, wire):
    """What may leave the machine is a matter for each repository."""
    daemon.news.put(wire.delta(repositories=[wire.repository(), wire.repository(root="/home/ada/tea", name="[b]tea")]))
    async with stage.run():
        await go_to(stage, "[b]tea")
        await stage.sees("x Remove", "/home/ada/tea")
        await stage.press("enter")
        await stage.until(lambda: ("mark_local_only", "/home/ada/tea", True) in daemon.called)
        await stage.press("x")
        await stage.until(lambda: ("remove_repository", Path("/home/ada/tea")) in daemon.called)


async def test_the_repository_at_hand_has_limits_of_its_own(stage, daemon, wire):
    """One repository is worth more than another; what is named for all of them holds besides."""
    daemon.budgets = wire.budget(learning={**wire.budget()["learning"], "tokens": {"spent": 7, "limit": 500_000}})
    async with stage.run():
        await go_to(stage, "learning, tokens a day")
        await stage.press(*["down"] * 4)
        assert row_list(stage).row.section == "Budget of flask"
        await stage.press("enter", *"20,000")
        daemon.own_budgets = wire.budget(
            learning={**wire.budget()["learning"], "tokens": {"spent": 7, "limit": 20_000}}
        )
        await stage.press("enter")
        await stage.sees("20,000", "500,000")
        assert ("set_budget", {"tokens_per_day": 20_000}, "learning", ROOT) in daemon.called
        await stage.press("backspace")
        await stage.until(lambda: ("set_budget", {"tokens_per_day": None}, "learning", ROOT) in daemon.called)


async def test_hooks_are_installed_with_one_key(stage, daemon):
    """And removed with the same."""
    async with stage.run():
        await go_to(stage, "git hooks in flask")
        await stage.press("enter")
        await stage.sees("installed")
        await stage.until(lambda: ("set_hooks", True) in daemon.called and daemon.hooked)


async def test_a_theme_takes_effect_at_once_and_at_the_next_start(stage, daemon):
    """A look that has to be chosen again each day is not settled."""
    async with stage.run():
        await go_to(stage, "theme")
        await stage.press("enter", "down", "enter")
        await stage.until(lambda: stage.app.theme == "reverie-light")
    assert ("set_config", "tui.theme", "light", "") in daemon.called


async def test_a_theme_of_the_palette_is_kept(stage, daemon):
    """Ctrl+P is where most people look for one; tomorrow it should still be there."""
    async with stage.run():
        await stage.until(lambda: stage.app.state.link.state == "up")
        stage.app.search_themes()
        await stage.press(*"nord")
        await stage.sees("nord")
        await stage.press("enter")
        await stage.until(lambda: stage.app.theme == "nord")
    assert ("set_config", "tui.theme", "nord", "") in daemon.called


def test_the_first_screen_is_drawn_as_it_is_settled(daemon, tmp_path, monkeypatch):
    """A dark flash at every start hurts whoever wants it light; the daemon is asked later."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    file = tmp_path / "config.toml"
    file.write_text('[tui]\ntheme = "light"\nascii = "on"\nreduced_motion = true\n')
    app = ReverieApp(daemon.connect, tmp_path, settled=configured(file))
    assert (app.theme, app.animation_level, app.state.signs) == ("reverie-light", "none", ASCII)


@pytest.mark.parametrize("text", ["", "tui = 3", "[tui]\ntheme = 3", "[tui", "\udcff"])
def test_a_configuration_that_cannot_be_read_looks_as_by_default(tmp_path, text):
    """What is wrong in it is told by the daemon, in words; a start that fails would tell less."""
    file = tmp_path / "config.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert configured(file) == configured(tmp_path / "none.toml") == Look()


async def test_a_theme_that_is_not_there_is_told(stage, daemon):
    """A slip in the configuration would else look like a setting that does nothing."""
    stage.app = ReverieApp(daemon.connect, Path(ROOT), settled=Look("nrod"))
    daemon.settings = [{**one, "value": "nrod"} if one["key"] == "tui.theme" else one for one in daemon.settings]
    async with stage.run():
        await stage.sees("There is no theme nrod.")
        assert stage.app.theme == "reverie"


async def test_reduced_motion_is_taken_from_the_settings(stage, daemon, wire):
    """Whoever gets dizzy gets dizzy at the start, too."""
    daemon.settings.append(wire.setting("tui.reduced_motion", "switch", True, set="everywhere"))
    async with stage.run():
        await stage.until(lambda: stage.app.animation_level == "none")


async def test_escape_leads_back_to_the_question(stage):
    """As from everywhere."""
    async with stage.run():
        await stage.press("f6", "escape")
        await stage.sees("[Ask]")
