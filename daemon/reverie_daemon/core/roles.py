"""Judges files by their paths and first lines: what a file is for, and whether it looks like it holds secrets.

Pure and cheap (about a microsecond a path). It knows nothing of languages, of `.gitignore`, or of what a file defines.
"""

from __future__ import annotations

import re

from reverie_daemon.core.nouns import FileRole

HEAD_LINES_MAX = 12
"""How many first lines `role_of` looks at."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VENDORED_FOLDERS = _words("""
    vendor vendored _vendor _vendored vendors third_party thirdparty third-party 3rdparty node_modules bower_components
    site-packages jspm_packages pods carthage godeps
""")
_GENERATED_FOLDERS = _words("""
    dist generated __generated__ _generated autogen htmlcov .next .nuxt __snapshots__
""")
_TEST_FOLDERS = _words("""
    test tests testing __tests__ spec specs testdata test_data e2e integration-tests fixtures __fixtures__ __mocks__
""")
_DOCS_FOLDERS = _words("doc docs documentation changelog changes newsfragments man")
_DOCS_SUFFIXES = _words("md markdown rst adoc asciidoc org tex texi mdx")
_CONFIG_SUFFIXES = _words("toml yaml yml ini cfg conf properties editorconfig nix tf hcl gradle cmake mk")
_DATA_SUFFIXES = _words("""
    csv tsv json jsonl ndjson xml svg html htm css scss less po pot txt dat sql geojson parquet ipynb lst log plist
    resx
""")
_SOURCE_SUFFIXES = _words("""
    py pyi pyx pxd js mjs cjs jsx ts mts cts tsx go rs java kt kts scala c h cc cpp cxx hpp hh hxx inl cs rb php sh bash
    zsh fish pl pm lua r jl swift m mm dart ex exs erl hrl hs ml mli clj cljs el lisp vim proto thrift graphql vue
    svelte f f90 asm s zig nim d v vhd ps1 bat
""")
_CONFIG_NAMES = _words("""
    dockerfile containerfile makefile gnumakefile justfile rakefile gemfile procfile vagrantfile jenkinsfile brewfile
    cmakelists.txt package.json tsconfig.json jsconfig.json composer.json deno.json go.mod go.work pipfile setup.cfg
    requirements.txt constraints.txt tox.ini .gitignore .gitattributes .dockerignore .editorconfig .npmrc .babelrc
    .eslintrc .prettierrc codeowners manifest.in meson.build build.gradle pom.xml
""")
_DOCS_NAMES = re.compile(
    r"^(readme|changelog|changes|contributing|license|licence|copying|authors|news|notice|history)\b", re.I
)
_GENERATED_NAME = re.compile(
    r"(\.min\.(js|css|mjs)|[.-]bundle\.js|\.map|_pb2(_grpc)?\.pyi?|\.pb\.(go|cc|h)|\.g\.(dart|cs)|\.designer\.cs|"
    r"\.generated\.\w+|_generated\.\w+|\.snap|\.lock|[-.]lock\.(json|yaml|yml)|go\.sum|_version\.py|parsetab\.py)$|"
    r"^(npm-shrinkwrap\.json|gopkg\.lock)$",
    re.I,
)
_GENERATED_MARK = re.compile(
    r"@generated\b|code generated .{0,80}do not edit|do not edit.{0,40}(generated|automatically)"
    r"|\b(auto-?generated|automatically generated|generated automatically)\b"
    r"|^\W*generated (by|from|with)\b"
    r"|\b(file|code|module|class|table|source|script)\b[^.\n]{0,40}\bgenerated (by|from)\b",
    re.I | re.M,
)
_LEADING_COMMENTS = re.compile(
    r"(?:\s++|<\?[^\n]*|#[^\n]*|//[^\n]*|--[^\n]*|;[^\n]*|%[^\n]*"
    r"|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)|\"\"\".*?(?:\"\"\"|\Z)|'\'\'.*?(?:'\'\'|\Z))*",
    re.S,
)
_TEST_NAME = re.compile(
    r"^(test_.*|.*_tests?|conftest|tests?)\.\w+$|[._-](test|spec|tests)\.\w+$|(Tests?|TestCase|Spec)\.(java|kt|cs|php|swift|scala)$|"
    r"_(test|spec)\.\w+$"
)

_SECRET_NAME = re.compile(
    r"""^(
      \.env(\.(?!(example|sample|template|dist|defaults?)$)[\w.-]+)? | .+\.env | \.envrc
    | id_(rsa|dsa|ecdsa|ed25519)(_sk)?
    | .+\.(pem|key|p12|pfx|jks|keystore|kdbx?|ppk|asc\.key|ovpn|agekey|p8|pkcs12|tfstate|tfvars|tfstate\.backup)
    | \.(netrc|pgpass|htpasswd|my\.cnf|pypirc|git-credentials|dockercfg|boto|s3cfg|npmrc\.secret|vault-token)
    | _netrc | htpasswd | shadow | master\.key | token\.json
    | credentials(\.(json|ya?ml|toml|ini|cfg|csv|xml|txt|db|properties|enc))?
    | (client_)?secrets?(\.(json|ya?ml|toml|ini|cfg|env|txt|properties|enc|xml))?
    | (service[_-]?account|gcp[_-]?key|firebase-adminsdk).*\.json
    | .*[._-](secrets?|credentials)\.(json|ya?ml|toml|ini|cfg|properties|txt)
    | passwords?(\.(txt|csv|json|ya?ml|kdbx))
    | logins\.json | key[34]\.db | wallet\.dat
    )$""",
    re.I | re.X,
)
_RUST_TEST_MODULES = frozenset(("tests", "test"))
_SECRET_FOLDER = re.compile(r"(?:^|/)\.(?:ssh|gnupg|aws|azure|gcloud|password-store)/", re.I)


def role_of(path: str, head: str = "") -> FileRole:
    """What the file at `path` is for. `head` is its first lines (HEAD_LINES_MAX are looked at); without them a
    generated file can only be told by its name."""
    folders, name = _split(path)
    if not _VENDORED_FOLDERS.isdisjoint(folders):
        return "vendored"
    if _GENERATED_NAME.search(name) or not _GENERATED_FOLDERS.isdisjoint(folders):
        return "generated"
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix in _SOURCE_SUFFIXES and _is_marked_generated(head):
        return "generated"
    if not _TEST_FOLDERS.isdisjoint(folders) or _TEST_NAME.search(name):
        return "test"
    return _role_by_kind(folders, name, suffix)


def _role_by_kind(folders: frozenset[str], name: str, suffix: str) -> FileRole:
    if name.lower() in _CONFIG_NAMES or name.lower().startswith("dockerfile"):
        return "config"
    if suffix in _SOURCE_SUFFIXES:
        return "source"
    if suffix in _DOCS_SUFFIXES or _DOCS_NAMES.match(name):
        return "docs"
    if suffix in ("txt", "ipynb") and not _DOCS_FOLDERS.isdisjoint(folders):
        return "docs"
    if suffix in _CONFIG_SUFFIXES or (name.startswith(".") and suffix not in _DATA_SUFFIXES):
        return "config"
    return "data" if suffix in _DATA_SUFFIXES or suffix else "source"


def role_within(role: FileRole, language: str, qualname: str) -> FileRole:
    """What a symbol of a file with this role is for: Rust keeps unit tests in a module beside what they test."""
    if role == "source" and language == "rust" and not _RUST_TEST_MODULES.isdisjoint(qualname.split(".")):
        return "test"
    return role


def looks_secret(path: str) -> bool:
    """Whether a data file's name says that it holds keys, passwords or tokens; code about secrets (`secrets.py`,
    `credentials.go`) and examples (`.env.example`) do not count."""
    return _SECRET_NAME.match(path.rpartition("/")[2]) is not None or _SECRET_FOLDER.search(path) is not None


def _is_marked_generated(head: str) -> bool:
    # Only in the comments before the first line of code: a generator's own source mentions the phrase in a string.
    lines = "".join(head.splitlines(keepends=True)[:HEAD_LINES_MAX])
    comments = _LEADING_COMMENTS.match(lines)
    return comments is not None and _GENERATED_MARK.search(comments[0]) is not None


def _split(path: str) -> tuple[frozenset[str], str]:
    *folders, name = path.split("/")
    return frozenset(folder.lower() for folder in folders), name
