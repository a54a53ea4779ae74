"""The same questions in every language: answers rest on names, receivers and imports, which all of them have."""

from __future__ import annotations

import pytest
from reverie_daemon.core.compose import compose
from reverie_daemon.core.evidence import names_missing, verify
from reverie_daemon.core.questions import understand
from reverie_daemon.core.retrieve import rank
from reverie_indexers import languages

GO = {
    "store/store.go": (
        'package store\n\nimport "errors"\n\n// Base is what stores share.\ntype Base struct{}\n\n'
        "// Store keeps items by key.\ntype Store struct {\n\tBase\n\titems map[string]string\n}\n\n"
        "// New makes an empty Store.\nfunc New() *Store {\n\treturn &Store{items: map[string]string{}}\n}\n\n"
        "// Put keeps a value under a key.\nfunc (s *Store) Put(key, value string) error {\n\tif err := "
        "check(key); err != nil {\n"
        "\t\treturn err\n\t}\n\ts.items[key] = value\n\treturn nil\n}\n\n"
        "// check refuses empty keys.\nfunc check(key string) error {\n"
        '\tif key == "" {\n\t\treturn errors.New("the key is empty")\n\t}\n'
        "\treturn nil\n}\n"
    ),
    "main.go": (
        'package main\n\nimport "example.com/app/store"\n\nfunc main() {\n\ts := store.New()\n\ts.Put("a", "b")\n}\n'
    ),
    "store/store_test.go": (
        'package store\n\nimport "testing"\n\nfunc TestPut(t *testing.T) {\n\tNew().Put("a", "b")\n}\n'
    ),
}
TYPESCRIPT = {
    "src/store.ts": (
        "import { check } from './check';\n\n/** What stores share. */\nexport class Base {}\n\n"
        "/** Keeps items by key. */\nexport class Store extends Base {\n  private items = new Map<string, "
        "string>();\n\n"
        "  /** Keeps a value under a key. */\n  put(key: string, value: string): void {\n    check(key);\n"
        "    this.items.set(key, value);\n  }\n}\n"
    ),
    "src/check.ts": (
        "/** Refuses empty keys. */\nexport function check(key: string): void {\n  if (key === '') {\n"
        "    throw new Error('the key is empty');\n  }\n}\n"
    ),
    "src/main.ts": "import { Store } from './store';\n\nexport function main(): void {\n  const store = new "
    "Store();\n  store.put('a', 'b');\n}\n",
    "tests/store.test.ts": "import { Store } from '../src/store';\n\ntest('put', () => {\n  new Store().put('a', "
    "'b');\n});\n",
}
JAVASCRIPT = {
    "src/store.js": TYPESCRIPT["src/store.ts"]
    .replace("  private items = new Map<string, string>();", "  items = new Map();")
    .replace("(key: string, value: string): void", "(key, value)"),
    "src/check.js": TYPESCRIPT["src/check.ts"].replace("(key: string): void", "(key)"),
    "src/main.js": TYPESCRIPT["src/main.ts"].replace("(): void", "()"),
    "tests/store.test.js": TYPESCRIPT["tests/store.test.ts"],
}
RUST = {
    "src/store.rs": (
        "use crate::check::check;\n\n/// What stores share.\npub trait Base {\n    fn size(&self) -> usize;\n}\n\n"
        "/// Keeps items by key.\npub struct Store {\n    items: Vec<String>,\n}\n\n"
        "impl Base for Store {\n    fn size(&self) -> usize {\n        self.items.len()\n    }\n}\n\n"
        "impl Store {\n    /// Keeps a value under a key.\n    pub fn put(&mut self, key: &str) -> Result<(), "
        "String> {\n"
        "        check(key)?;\n        self.items.push(key.to_string());\n        Ok(())\n    }\n}\n"
    ),
    "src/check.rs": (
        "/// Refuses empty keys.\npub fn check(key: &str) -> Result<(), String> {\n    if key.is_empty() {\n"
        '        return Err("the key is empty".to_string());\n    }\n    Ok(())\n}\n'
    ),
    "src/main.rs": (
        "mod check;\nmod store;\nuse store::Store;\n\nfn main() {\n    let mut store = Store { items: vec![] };\n"
        '    store.put("a").unwrap();\n}\n'
    ),
}
JAVA = {
    "src/main/java/com/shop/Base.java": "package com.shop;\n\n/** What stores share. */\npublic class Base {\n}\n",
    "src/main/java/com/shop/Store.java": (
        "package com.shop;\n\nimport com.shop.util.Checks;\n\n/** Keeps items by key. */\npublic class Store "
        "extends Base {\n"
        "  /** Keeps a value under a key. */\n  public void put(String key, String value) {\n    Checks.check(key);\n"
        "    items.put(key, value);\n  }\n}\n"
    ),
    "src/main/java/com/shop/util/Checks.java": (
        "package com.shop.util;\n\npublic class Checks {\n  /** Refuses empty keys. */\n  public static void "
        "check(String key) {\n"
        '    if (key.isEmpty()) {\n      throw new IllegalArgumentException("the key is empty");\n    }\n  }\n}\n'
    ),
    "src/main/java/com/shop/Main.java": (
        "package com.shop;\n\npublic class Main {\n  public static void main(String[] args) {\n    Store "
        "store = new Store();\n"
        '    store.put("a", "b");\n  }\n}\n'
    ),
}
C = {
    "src/check.h": "/* Refuses empty keys. */\nint check(const char *key);\n",
    "src/check.c": (
        '#include "check.h"\n\n/* Refuses empty keys. */\nint check(const char *key) {\n    if (key[0] == 0) {\n'
        "        return -1;\n    }\n    return 0;\n}\n"
    ),
    "src/store.c": (
        '#include "check.h"\n\n/* Keeps a value under a key. */\nint put(struct store *store, const char *key) {\n'
        "    if (check(key) < 0) {\n        return -1;\n    }\n    return 0;\n}\n"
    ),
}
RUBY = {
    "lib/store.rb": (
        "require_relative 'check'\n\n# Keeps items by key.\nclass Store < Base\n  # Keeps a value under a key.\n"
        "  def put(key, value)\n    check(key)\n    @items[key] = value\n  end\n\n  # Refuses empty keys.\n  "
        "def check(key)\n"
        "    raise ArgumentError, 'the key is empty' if key.empty?\n  end\nend\n"
    ),
}
PHP = {
    "src/Store.php": (
        "<?php\nnamespace App;\n\n/** Keeps items by key. */\nclass Store extends Base\n{\n    /** Keeps a "
        "value under a key. */\n"
        "    public function put(string $key): void\n    {\n        $this->check($key);\n        "
        "$this->items[] = $key;\n    }\n\n"
        "    /** Refuses empty keys. */\n    private function check(string $key): void\n    {\n        if "
        "($key === '') {\n"
        "            throw new \\InvalidArgumentException('the key is empty');\n        }\n    }\n}\n"
    ),
}
CSHARP = {
    "src/Store.cs": (
        "namespace Shop;\n\n/// <summary>Keeps items by key.</summary>\npublic class Store : Base\n{\n"
        "    /// <summary>Keeps a value under a key.</summary>\n    public void Put(string key)\n    {\n      "
        "  Check(key);\n"
        "        items.Add(key);\n    }\n\n    /// <summary>Refuses empty keys.</summary>\n    private void "
        "Check(string key)\n    {\n"
        '        if (key == "")\n        {\n'
        '            throw new ArgumentException("the key is empty");\n        }\n    }\n}\n'
    ),
}
CPP = {
    "src/store.cpp": (
        '#include "store.h"\n\n// Refuses empty keys.\nvoid check(const std::string &key) {\n  if (key.empty()) {\n'
        '    throw std::invalid_argument("the key is empty");\n  }\n}\n\n// Keeps a value under a key.\n'
        "void put(const std::string &key) {\n  check(key);\n}\n"
    ),
}
BASH = {
    "bin/store.sh": (
        '#!/bin/bash\n\n# Refuses empty keys.\ncheck() {\n  if [ -z "$1" ]; then\n    return 1\n  fi\n}\n\n'
        '# Keeps a value under a key.\nput() {\n  check "$1"\n  echo "$2" > "$1"\n}\n'
    ),
}
LANGUAGES = {
    "go": (GO, "Store.Put", "check"),
    "typescript": (TYPESCRIPT, "Store.put", "check"),
    "javascript": (JAVASCRIPT, "Store.put", "check"),
    "rust": (RUST, "Store.put", "check"),
    "java": (JAVA, "Store.put", "Checks.check"),
    "c": (C, "put", "check"),
    "ruby": (RUBY, "Store.put", "Store.check"),
    "php": (PHP, "Store.put", "Store.check"),
    "csharp": (CSHARP, "Store.Put", "Store.Check"),
    "cpp": (CPP, "put", "check"),
    "bash": (BASH, "put", "check"),
}


@pytest.fixture(params=sorted(LANGUAGES.keys() & set(languages())))
def asked(request, catalogue_of):
    """`asked(text)` for one language, with the names of its put and check."""
    files, put, check = LANGUAGES[request.param]
    catalogue = catalogue_of(files, name="app")

    def answer(text):
        text = text.format(put=put, check=check)
        return compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue))

    return answer, put, check, catalogue


def test_a_callable_is_found_and_its_caller_named(asked):
    """Who calls what is the same question everywhere."""
    answer, put, check, _ = asked
    markdown = answer("who calls {check}").markdown
    assert f"`{put}`" in markdown.split("\n\n")[0]
    assert f"`{check}`" in markdown.split("\n\n")[0]


def test_what_a_body_calls_is_resolved_through_imports(asked):
    """The callee stands in another file in most of these."""
    answer, _, check, _ = asked
    assert f"`{check}`" in answer("what does {put} call").claims[0].text


def test_the_doc_comment_becomes_the_first_sentence(asked):
    """Comment marks are the language's business, prose is ours."""
    answer, put, _, _ = asked
    first = answer("what does {put} do").claims[0].text
    assert "keeps a value under a key" in first.lower()
    assert f"`{put}`" in first


def test_a_condition_is_told_in_the_codes_own_words(asked):
    """What is refused, and when."""
    answer, _, _, _ = asked
    markdown = answer("how does {check} work").markdown
    assert "efuses empty keys" in markdown
    assert "if `" in markdown.lower()


@pytest.mark.parametrize(
    "text",
    [
        "where is {put}", "what does {put} do", "how does {put} work", "who calls {check}", "what does {put} call",
        "what happens if i change {check}", "which tests cover {put}", "how do {put} and {check} relate",
        "what is this repo about", "what refuses an empty key",
    ],
)  # fmt: skip
def test_citations_hold_in_every_language(asked, text):
    """Line numbers and doc comments differ most between languages."""
    answer, _, _, catalogue = asked
    for claim in answer(text).claims:
        assert not names_missing(claim.text, claim.evidence, catalogue.text), claim.text
        assert all(evidence.verified for evidence in verify(claim, catalogue.text).evidence), claim.text


RUST_WITH_TESTS = RUST | {
    "src/store.rs": RUST["src/store.rs"]
    + "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn put_keeps() {\n"
    '        let mut store = Store { items: vec![] };\n        store.put("a").unwrap();\n    }\n}\n'
}


def test_a_test_beside_what_it_tests_is_counted_as_a_test(catalogue_of):
    """A change's reader asks which tests to run; "none" would be false."""
    catalogue = catalogue_of(RUST_WITH_TESTS, name="app")
    text = "what happens if I change Store?"
    markdown = compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue)).markdown
    assert "one test" in markdown.split("\n\n")[0]
    assert "No test names it" not in markdown


TESTS_AS_BLOCKS = TYPESCRIPT | {
    "tests/store.test.ts": (
        "import * as all from 'store';\nimport { Store } from '../src/store';\n\n"
        "describe('a store', () => {\n  it('keeps values', () => {\n    new Store().put('a', 'b');\n  });\n\n"
        "  it.each(keys)('takes %s', (key) => {\n    new Store().put(key, 'b');\n  });\n});\n"
        "test('exports', () => {\n  expect(all.missing).toBeTypeOf(all.Other);\n});\n"
    ),
    "src/other.ts": "/** Is exported, and else of no use. */\nexport class Other {}\nclass Unnamed {}\n",
    "src/old/other.ts": "/** As it was before. */\nexport class Other {}\n",
}


def answer_about(question, catalogue):
    return compose(understand(question, catalogue), catalogue, lambda: rank(question, catalogue)).markdown


def test_tests_that_are_blocks_are_counted_and_called_by_their_titles(catalogue_of):
    """So most tests of JavaScript are written: each is one, and "module level" names none."""
    catalogue = catalogue_of(TESTS_AS_BLOCKS, name="app")
    covering = answer_about("which tests cover Store.put?", catalogue)
    assert covering.startswith("Two tests") and "“keeps values”" in covering and "“takes %s”" in covering
    impact = answer_about("what happens if I change Store.put?", catalogue)
    assert "two tests" in impact and "No test" not in impact


def test_of_tests_that_only_name_a_thing_there_are_at_least_so_many(catalogue_of):
    """What is named without being called is known once a scope, and such blocks share one."""
    tests = "import { Base } from '../src/store';\n" + "".join(
        f"test('{title}', () => {{\n  expect(make()).toBeInstanceOf(Base);\n}});\n" for title in ("one", "two")
    )
    catalogue = catalogue_of(TYPESCRIPT | {"tests/base.test.ts": tests}, name="app")
    assert answer_about("which tests cover Base?", catalogue).startswith("At least one test")
    assert "at least one test" in answer_about("what happens if I change Base?", catalogue)


def test_no_test_is_said_to_name_a_thing_only_where_none_does(catalogue_of):
    """Whether a name that a test writes means the thing cannot always be traced."""
    catalogue = catalogue_of(TESTS_AS_BLOCKS, name="app")
    for question in ("which tests cover Other in src/other.ts?", "what happens if I change Other in src/other.ts?"):
        said = answer_about(question, catalogue)
        assert "No test is known to use" in said and "tests/store.test.ts:14" in said
    assert "No test names" in answer_about("which tests cover Unnamed?", catalogue)


def test_the_members_of_a_type_are_not_what_a_change_of_it_would_touch(catalogue_of):
    """They are the type: a list of them hides who really depends on it."""
    catalogue = catalogue_of(RUST_WITH_TESTS, name="app")
    text = "what happens if I change Store?"
    markdown = compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue)).markdown
    assert "`main`" in markdown
    assert "- Store." not in markdown and "- `Store." not in markdown


STATIC = {
    "Limits.java": "class Limits {\n  static void check(int n) {\n    if (n > 9) throw new Error();\n  }\n}\n",
    "Reader.java": "class Reader {\n  void read(int n) {\n    Limits.check(n);\n  }\n}\n",
    "Policy.java": (
        "enum Policy {\n  UPPER {\n    String of(String s) {\n      return split(s);\n    }\n  };\n\n"
        "  static String split(String s) {\n    return s;\n  }\n}\n"
    ),
}


@pytest.mark.parametrize(
    ("text", "caller"), [("What uses `Limits`?", "Reader.read"), ("Who calls `Policy.split`?", "Policy.UPPER.of")]
)
def test_static_members_are_used_through_their_class_or_from_within(catalogue_of, text, caller):
    """A class of static functions is never constructed, and an enum's constants call what stands around them."""
    catalogue = catalogue_of(STATIC)
    question = understand(text, catalogue)
    answer = compose(question, catalogue, lambda: rank(text, catalogue))
    assert f"`{caller}`" in answer.claims[0].text


def test_a_switch_is_told_by_what_it_depends_on(catalogue_of):
    """ "If `limit`, it …" says that one thing happens whenever there is a limit."""
    rust = (
        "fn within(limit: Kind, size: u64) -> Filter {\n    match limit {\n        Kind::Least => least(size),\n"
        "        _ => most(size),\n    }\n}\n\nfn least(size: u64) -> Filter {\n    Filter { size }\n}\n\n"
        "fn most(size: u64) -> Filter {\n    Filter { size }\n}\n"
    )
    catalogue = catalogue_of({"src/filter.rs": rust})
    said = compose(understand("how does `within` work?", catalogue), catalogue, lambda: None).markdown
    assert "depending on `limit`, it calls `least`" in said.replace("Depending", "depending")


def test_a_line_that_writes_through_a_pointer_is_no_comment(catalogue_of):
    """`*reply = NULL;` begins like a line of a comment, and was told as what its author says of the next one."""
    c = (
        "int take(void **reply) {\n  /* Nothing yet. */\n  *reply = NULL;\n"
        "  if (empty()) return free_all(reply);\n  return 0;\n}\n"
    )
    catalogue = catalogue_of({"take.c": c})
    assert "reply = NULL;" not in compose(
        understand("how does `take` work?", catalogue), catalogue, lambda: None
    ).markdown.replace("`*reply = NULL`", "")


def test_a_value_that_goes_on_over_lines_is_shown_closed(catalogue_of):
    """ "It returns `{`" looks like a mistake."""
    ts = "export function parcel(grams: number) {\n  return {\n    grams,\n    units: grams / 10,\n  };\n}\n"
    catalogue = catalogue_of({"src/parcel.ts": ts})
    said = compose(understand("what does `parcel` do?", catalogue), catalogue, lambda: None).claims[0].text
    assert said.endswith("it returns `{…}`.")
