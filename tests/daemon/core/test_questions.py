"""What a question asks, however a developer types it."""

from __future__ import annotations

import pytest
from reverie_daemon.core.questions import content_terms, key, understand

APP = '''"""The application."""

from .helpers import load_config
from .signals import Signal

STARTED = Signal()
DEFAULT_TIMEOUT = 30


class Base:
    """What applications share."""

    def register(self, blueprint):
        """Register a blueprint."""
        blueprint.attach(self)


class App(Base):
    """The application object."""

    def __init__(self, name):
        self.name = name
        self.config = load_config()

    def run(self, host=None):
        """Run the development server."""
        self.setup()

    def setup(self):
        """Prepare the application once."""
        STARTED.send(self)


class Blueprint(Base):
    """A group of views."""

    def attach(self, app):
        """Attach to an application."""
        app.setup()

    def run(self):
        """Run nothing."""


def create_app(name):
    """Create an application."""
    return App(name)
'''
HELPERS = '''"""Helpers."""


def load_config():
    """Load the configuration."""
    return {}


def url_for(endpoint):
    """Generate a URL to an endpoint."""
    return "/" + endpoint


class TestClient:
    """Calls an application in tests."""
'''
FILES = {
    "src/app.py": APP,
    "src/helpers.py": HELPERS,
    "src/signals.py": "class Signal:\n    def send(self, sender):\n        return sender\n",
    "src/__init__.py": "",
    "tests/test_app.py": "from src.app import create_app\n\n\ndef test_run():\n    create_app('x').run()\n",
    "README.md": "# Example\n\nA small application framework for tests.\n",
    "pyproject.toml": '[project]\nname = "example"\n',
}


@pytest.fixture
def example(catalogue_of):
    return catalogue_of(FILES)


NAMED = [
    # where
    ("where is url_for", "where", "url_for"),
    ("where is url_for?", "where", "url_for"),
    ("Where is `url_for` defined?", "where", "url_for"),
    ("where is the url_for function", "where", "url_for"),
    ("where's url_for", "where", "url_for"),
    ("where can i find url_for", "where", "url_for"),
    ("where do we define url_for", "where", "url_for"),
    ("where does App live", "where", "App"),
    ("find url_for", "where", "url_for"),
    ("locate App.run", "where", "App.run"),
    ("definition of url_for", "where", "url_for"),
    ("which file defines url_for", "where", "url_for"),
    ("what file is url_for in", "where", "url_for"),
    ("go to url_for", "where", "url_for"),
    ("url_for definition", "where", "url_for"),
    ("where is class App", "where", "App"),
    ("where is App.run()", "where", "App.run"),
    ("hey, where is url_for please", "where", "url_for"),
    ("can you tell me where url_for is defined", "where", "url_for"),
    ("where is the test client", "where", "TestClient"),
    ("in which module is load_config", "where", "load_config"),
    # what
    ("what is App", "what", "App"),
    ("what is App?", "what", "App"),
    ("what's url_for", "what", "url_for"),
    ("whats url_for", "what", "url_for"),
    ("what does url_for do", "what", "url_for"),
    ("what does url_for() do?", "what", "url_for"),
    ("what does the url_for function do", "what", "url_for"),
    ("what does App.run do", "what", "App.run"),
    ("What does `App.run` do?", "what", "App.run"),
    ("what is url_for for", "what", "url_for"),
    ("purpose of load_config", "what", "load_config"),
    ("what is the purpose of load_config", "what", "load_config"),
    ("tell me about App", "what", "App"),
    ("describe App", "what", "App"),
    ("url_for", "what", "url_for"),
    ("url_for?", "what", "url_for"),
    ("`url_for`", "what", "url_for"),
    ("App.run()", "what", "App.run"),
    ("what arguments does url_for take", "what", "url_for"),
    ("signature of url_for", "what", "url_for"),
    ("what methods does App have", "what", "App"),
    ("what is DEFAULT_TIMEOUT", "what", "DEFAULT_TIMEOUT"),
    ("what is Blueprint used for", "what", "Blueprint"),
    ("explain what url_for does", "what", "url_for"),
    # who calls
    ("who calls url_for", "callers", "url_for"),
    ("who calls `url_for`?", "callers", "url_for"),
    ("who calls url_for()?", "callers", "url_for"),
    ("what calls url_for", "callers", "url_for"),
    ("who uses App", "callers", "App"),
    ("callers of url_for", "callers", "url_for"),
    ("usages of url_for", "callers", "url_for"),
    ("find all references to url_for", "callers", "url_for"),
    ("references to url_for", "callers", "url_for"),
    ("where is url_for used", "callers", "url_for"),
    ("where is url_for called from", "callers", "url_for"),
    ("where do we use url_for", "callers", "url_for"),
    ("is url_for used anywhere", "callers", "url_for"),
    ("is url_for still used", "callers", "url_for"),
    ("which functions call load_config", "callers", "load_config"),
    ("show me everything that calls setup", "callers", "App.setup"),
    ("what code uses load_config", "callers", "load_config"),
    ("does anything call url_for", "callers", "url_for"),
    ("url_for callers", "callers", "url_for"),
    ("url_for usages", "callers", "url_for"),
    ("call sites of App.run", "callers", "App.run"),
    ("who invokes App.setup", "callers", "App.setup"),
    ("how many places call url_for", "callers", "url_for"),
    ("which files import load_config", "callers", "load_config"),
    # what it calls
    ("what does App.run call", "callees", "App.run"),
    ("what does `App.run` call?", "callees", "App.run"),
    ("which functions does create_app call", "callees", "create_app"),
    ("callees of create_app", "callees", "create_app"),
    ("what is called by create_app", "callees", "create_app"),
    ("functions called by create_app", "callees", "create_app"),
    ("what does create_app use", "callees", "create_app"),
    ("what does create_app depend on", "callees", "create_app"),
    ("dependencies of create_app", "callees", "create_app"),
    # how
    ("how does App.run work", "how", "App.run"),
    ("how does App.run work?", "how", "App.run"),
    ("how App.run works", "how", "App.run"),
    ("how does the App class work internally", "how", "App"),
    ("explain App.run", "how", "App.run"),
    ("explain how App.run works", "how", "App.run"),
    ("walk me through create_app", "how", "create_app"),
    ("what happens when create_app is called", "how", "create_app"),
    ("what happens when i call App.run", "how", "App.run"),
    ("what happens in App.setup", "how", "App.setup"),
    ("flow of App.run", "how", "App.run"),
    ("how is create_app implemented", "how", "create_app"),
    ("trace create_app", "how", "create_app"),
    ("App.run flow", "how", "App.run"),
    # impact
    ("what happens if i change url_for", "impact", "url_for"),
    ("what happens if I change `url_for`?", "impact", "url_for"),
    ("what breaks if i rename App.run", "impact", "App.run"),
    ("what would break if i removed url_for", "impact", "url_for"),
    ("what breaks if url_for is removed", "impact", "url_for"),
    ("impact of changing url_for", "impact", "url_for"),
    ("what depends on load_config", "impact", "load_config"),
    ("can i delete url_for", "impact", "url_for"),
    ("is it safe to remove url_for", "impact", "url_for"),
    ("blast radius of load_config", "impact", "load_config"),
    ("if i change App.setup what breaks", "impact", "App.setup"),
    ("who depends on App", "impact", "App"),
    # tests
    ("which tests cover App.run", "tests", "App.run"),
    ("what tests exercise create_app", "tests", "create_app"),
    ("tests for create_app", "tests", "create_app"),
    ("is create_app tested", "tests", "create_app"),
    ("are there tests for create_app", "tests", "create_app"),
    ("where are the tests for create_app", "tests", "create_app"),
    ("does create_app have tests", "tests", "create_app"),
    ("how is create_app tested", "tests", "create_app"),
    ("create_app tests", "tests", "create_app"),
    ("what tests should i run if i change App.run", "tests", "App.run"),
    ("test coverage of App.run", "tests", "App.run"),
    # history
    ("why is App.run like this", "history", "App.run"),
    ("who changed App.run", "history", "App.run"),
    ("who wrote create_app", "history", "create_app"),
    ("who last touched App", "history", "App"),
    ("Who last changed App, and why?", "history", "App"),
    ("What would a change of App affect?", "impact", "App"),
    ("history of url_for", "history", "url_for"),
    ("when was url_for added", "history", "url_for"),
    ("blame App.run", "history", "App.run"),
    ("git log of src/app.py", "history", "src/app.py"),
    ("why does url_for exist", "history", "url_for"),
    ("who knows about App", "history", "App"),
    ("recent changes to src/app.py", "history", "src/app.py"),
    ("who owns src/helpers.py", "history", "src/helpers.py"),
    ("why was load_config added", "history", "load_config"),
    # families
    ("subclasses of Base", "family", "Base"),
    ("what extends Base", "family", "Base"),
    ("which classes inherit from Base", "family", "Base"),
    ("who implements Base", "family", "Base"),
    ("base classes of App", "family", "App"),
    ("what does App extend", "family", "App"),
    # configuration
    ("where is DEFAULT_TIMEOUT configured", "config", "DEFAULT_TIMEOUT"),
    ("how do i configure DEFAULT_TIMEOUT", "config", "DEFAULT_TIMEOUT"),
    ("default value of DEFAULT_TIMEOUT", "config", "DEFAULT_TIMEOUT"),
]  # fmt: skip

NAMELESS = [
    ("what changed recently", "recent"),
    ("what changed lately?", "recent"),
    ("recent commits", "recent"),
    ("what's new", "recent"),
    ("latest changes", "recent"),
    ("last 5 commits", "recent"),
    ("what changed in the last week", "recent"),
    ("what did i change", "recent"),
    ("uncommitted changes", "recent"),
    ("what has been going on lately", "recent"),
    ("git log", "recent"),
    ("what am i working on", "recent"),
    ("what did the last commit change", "commit"),
    ("what did this commit change?", "commit"),
    ("what changed in the last commit", "commit"),
    ("show the latest commit", "commit"),
    ("last commit", "commit"),
    ("how do i run the tests", "run"),
    ("how to run tests", "run"),
    ("run tests", "run"),
    ("test command", "run"),
    ("how do I run this", "run"),
    ("how do i build this", "run"),
    ("how do i run, build or test this", "run"),
    ("how do i install it", "run"),
    ("how to install", "run"),
    ("getting started", "run"),
    ("build instructions", "run"),
    ("how do I start the dev server", "run"),
    ("how do i set up the dev environment", "run"),
    ("how do i run a single test", "run"),
    ("what is the command to run the tests", "run"),
    ("how can i build the project", "run"),
    ("what is this repository about", "about"),
    ("what is this repo about?", "about"),
    ("what does this project do", "about"),
    ("what is this", "about"),
    ("overview", "about"),
    ("give me an overview of this codebase", "about"),
    ("tell me about this repo", "about"),
    ("summarize this project", "about"),
    ("project structure", "about"),
    ("how is this codebase organized", "about"),
    ("what languages are used", "about"),
    ("where do i start", "about"),
    ("main entry point", "about"),
    ("what are the main modules", "about"),
    ("how big is this repo", "about"),
    ("what environment variables are there", "config"),
    ("where is the config", "config"),
    ("which env vars are read", "config"),
    ("what settings are there", "config"),
    ("configuration", "config"),
    ("what command line flags are there", "config"),
]

DESCRIBED = [
    "the flag that stops setup after a blueprint was registered",
    "how are errors turned into responses",
    "where does the server decide which port to bind",
    "why does setup run twice when the reloader is on",
    "which part of the code turns an endpoint into a path",
    "what prevents two applications from sharing a signal",
    "how does the application know that it was prepared already",
    "function that sends a message to every listener",
    "how is the configuration merged with the defaults before the first request",
    "Where does the control flow in the command group's lookup decide between a plugin and a builtin command?",
]


@pytest.mark.parametrize(("text", "kind", "name"), NAMED)
def test_a_named_question_is_recognised_however_it_is_typed(example, text, kind, name):
    """Developers type fast: lower case, backticks, brackets, no question mark."""
    question = understand(text, example)
    assert question.kind == kind
    assert question.subject is not None
    assert question.subject.label == name


@pytest.mark.parametrize(("text", "kind"), NAMELESS)
def test_a_question_about_the_whole_needs_no_name(example, text, kind):
    """These are what a newcomer asks first."""
    assert understand(text, example).kind == kind


@pytest.mark.parametrize("text", DESCRIBED)
def test_a_question_that_only_describes_is_left_to_retrieval(example, text):
    """Most questions name nothing; taking a chance word for a name would answer another question."""
    question = understand(text, example)
    assert question.kind == "described"
    assert question.terms


def test_the_phrasings_tested_are_many():
    """The table is only worth something when it was tried widely."""
    assert len({text for text, *_ in [*NAMED, *NAMELESS]}) >= 180


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("how do App and Blueprint relate", "App", "Blueprint"),
        ("how does App relate to Blueprint?", "App", "Blueprint"),
        ("relationship between App and Blueprint", "App", "Blueprint"),
        ("difference between App and Blueprint", "App", "Blueprint"),
        ("App vs Blueprint", "App", "Blueprint"),
        ("how does create_app use load_config", "create_app", "load_config"),
        ("what connects App and Signal", "App", "Signal"),
    ],
)
def test_two_names_make_a_question_of_how_they_relate(example, text, first, second):
    """Both ends have to be found, in their order."""
    question = understand(text, example)
    assert question.kind == "relate"
    assert [subject.label for subject in question.subjects] == [first, second]


def test_who_calls_is_not_what_does_it_call(example):
    """Their wordings nearly coincide and their answers are opposite; remembering must keep them apart."""
    callers, callees = understand("who calls App.run", example), understand("what does App.run call", example)
    assert callers.direction == "in"
    assert callees.direction == "out"
    assert key(callers) != key(callees)


def test_other_words_for_the_same_question_have_the_same_key(example):
    """A remembered answer should serve every wording of its question."""
    wordings = ["who calls url_for", "callers of `url_for`", "Where is url_for used?", "usages of url_for()"]
    assert len({key(understand(text, example)) for text in wordings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("how do i enable the reloader of the server", "how do i disable the reloader of the server"),
        ("when is the session saved to disk", "when is the session not saved to disk"),
        ("which requests are logged before dispatch", "which requests are logged after dispatch"),
        ("what happens when the name is None in lookup", "what happens when the name isn't None in lookup"),
        ("the first listener that receives a message", "the last listener that receives a message"),
    ],
)
def test_opposite_descriptions_have_different_keys(example, one, other):
    """Embeddings think these pairs the same; an answer remembered for one would be wrong for the other."""
    assert key(understand(one, example)) != key(understand(other, example))


def test_the_order_of_words_matters_in_a_description(example):
    """What converts bytes to text is not what converts text to bytes."""
    one, other = "what converts bytes into text there", "what converts text into bytes there"
    assert key(understand(one, example)) != key(understand(other, example))


def test_a_path_with_a_line_means_the_symbol_around_it(example):
    """Editors and stack traces give places in that form."""
    question = understand("src/helpers.py:9", example)
    assert question.subject is not None
    assert question.subject.match == "line"
    assert question.subject.label == "url_for"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("what is src/app.py", "src/app.py"), ("src/app.py", "src/app.py"), ("what is in src/", "src/"),
        ("app.py", "src/app.py"), ("what does helpers.py do", "src/helpers.py"), ("what's in the src folder", "src/"),
    ],
)  # fmt: skip
def test_files_and_folders_are_subjects(example, text, path):
    """Half of the questions about a repository are about its files."""
    question = understand(text, example)
    assert question.subject is not None
    assert question.subject.path == path


def test_an_ambiguous_name_gives_other_readings_that_can_be_asked(example):
    """The reader should not have to guess how to ask for the other one."""
    question = understand("what does run do", example)
    assert len(question.subjects[0].definitions) == 2
    assert len(question.readings) == 1
    other = understand(question.readings[0], example)
    assert other.subject is not None
    assert other.subject.definition == question.subjects[0].definitions[1]


@pytest.mark.parametrize(
    ("mention", "match", "label"),
    [
        ("App.run", "exact", "App.run"),
        ("app.App.run", "qualified", "App.run"),
        ("helpers.url_for", "qualified", "url_for"),
        ("App.register", "inherited", "Base.register"),
        ("App::run", "exact", "App.run"),
        ("URL_FOR", "case", "url_for"),
        ("urlfor", "case", "url_for"),
        ("load_confg", "similar", "load_config"),
        ("run in Blueprint", "exact", "Blueprint.run"),
        ("App's setup", "exact", "App.setup"),
        ("the setup method of App", "exact", "App.setup"),
    ],
)
def test_names_resolve_from_exact_to_similar(example, mention, match, label):
    """Typos and half-remembered names are normal; which kind of match it was decides how sure the answer is."""
    question = understand(f"where is {mention}", example)
    assert question.subject is not None
    assert (question.subject.match, question.subject.label) == (match, label)


def test_a_name_that_resembles_comes_with_a_note(example):
    """An answer about another name must say so."""
    subject = understand("where is load_confg", example).subject
    assert subject is not None
    assert "load_config" in subject.note


def test_a_name_that_exists_nowhere_stays_unresolved(example):
    """Guessing would be an answer about something else."""
    subject = understand("where is frobnicate_widget", example).subject
    assert subject is not None
    assert not subject.resolved


def test_a_pronoun_means_what_was_asked_before(example):
    """Conversations go on with "it"."""
    before = understand("what does App.run do", example)
    after = understand("who calls it?", example, conversation=[before])
    assert after.kind == "callers"
    assert after.subject == before.subject


def test_its_tests_continue_the_conversation(example):
    """ "and its tests?" is how people go on."""
    before = understand("where is create_app", example)
    after = understand("what about its tests", example, conversation=[before])
    assert after.kind == "tests"
    assert after.subject == before.subject


def test_a_pronoun_without_conversation_is_no_name(example):
    """Nothing was asked before, so there is nothing to stand for."""
    assert not understand("who calls it?", example).subjects


def test_places_and_counts_are_qualifiers(example):
    """The same question about another folder is another question."""
    assert "in:src/helpers.py" in understand("who calls url_for in src/helpers.py", example).qualifiers
    assert "count:5" in understand("last 5 commits", example).qualifiers
    assert key(understand("last 5 commits", example)) != key(understand("last 7 commits", example))


def test_why_a_thing_was_added_is_not_why_it_is_as_it_is(example):
    """One is told by the oldest commit, the other by the newest: remembered for each other, they cite the wrong one."""
    asked = ("why was app.py added?", "why is app.py like this?", "who wrote app.py?", "who last changed app.py?")
    keys = [key(understand(text, example)) for text in asked]
    assert len(set(keys)) == 4
    assert key(understand("why was app.py introduced?", example)) == keys[0]


def test_terms_keep_identifiers_and_drop_filler():
    """Retrieval looks for these."""
    assert content_terms("how does the `App.run` method know about MAX_SIZE limits") == (
        "App.run", "method", "know", "MAX_SIZE", "limits",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "?", "   ", "the", "🦄", "x" * 5000, "`", "``", "how does", "who calls", "\x00", "((((", "a.b.c.d.e.f"]
)
def test_any_text_is_a_question(example, text):
    """What users type is data: understanding it never fails."""
    assert understand(text, example).kind


def test_the_repositorys_own_name_means_the_project(catalogue_of):
    """ "How do I run the tests of kettle?" is asked in kettle."""
    kettle = catalogue_of({"kettle.py": "def boil():\n    return 1\n"}, name="kettle")
    assert understand("How do I run the tests of Kettle?", kettle).kind == "run"
    assert understand("How do I build kettle from source?", kettle).kind == "run"
    assert understand("How does kettle.py work?", kettle).kind != "run"
