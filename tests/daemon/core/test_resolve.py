"""Which definition a use means, and how sure that is, in every style of import."""

from __future__ import annotations

import pytest
from reverie_daemon.core import resolve
from reverie_daemon.core.bases import base_names
from reverie_daemon.core.modules import import_certainty, module_parts
from reverie_daemon.core.nouns import Definition
from reverie_indexers.facts import NO_SYMBOL, Import, Span, Symbol

PACKAGE = {
    "pkg/__init__.py": "from .models import User\n",
    "pkg/models.py": (
        "class Model:\n    def save(self):\n        return self.validate()\n\n    def validate(self):\n       "
            " return True\n\n\n"
        "class User(Model):\n    def rename(self, name):\n        self.save()\n        super().validate()\n"
    ),
    "pkg/files.py": "class File:\n    def save(self):\n        return open_file()\n\n\ndef open_file():\n    return "
        "1\n",
    "pkg/views.py": (
        "from pkg import User\nfrom pkg.files import File as Stored, open_file\nfrom . import models\n\n\n"
        "def view():\n    user = User()\n    user.save()\n    return open_file()\n\n\n"
        "def store(item: Stored):\n    item.save()\n\n\ndef direct():\n    return models.Model.save(None)\n"
    ),
    "other/files.py": "def open_file():\n    return 2\n",
    "tests/test_models.py": "from pkg.models import User\n\n\ndef test_rename():\n    User().rename('x')\n",
}  # fmt: skip


@pytest.fixture
def package(catalogue_of):
    return catalogue_of(PACKAGE)


def definition(catalogue, qualname, path=""):
    found = [d for d in catalogue.definitions(qualname.rpartition(".")[2]) if d.symbol.qualname == qualname]
    return next(d for d in found if not path or d.path == path)


def best(catalogue, path, line, name):
    site = next(s for s in catalogue.references(name) if s.path == path and s.reference.line == line)
    return resolve.resolve(site, catalogue)[0]


def test_self_means_the_own_class_or_its_bases(package):
    """Most calls in classes go through self."""
    target = best(package, "pkg/models.py", 11, "save")
    assert target.definition.symbol.qualname == "Model.save"
    assert target.certainty >= 0.85


WORKSPACE = {
    "packages/pot/src/v1/errors.ts": "export class PotError {}\n",
    "packages/pot/src/v2/errors.ts": "export class PotError {}\n",
    "packages/pot/tests/pot.test.ts": (
        "import * as p from 'pot/v2';\n\ntest('fails', () => {\n  expect(make()).toBe(new p.PotError());\n});\n"
    ),
}


def test_a_packages_own_name_leads_into_its_source_folder(catalogue_of):
    """Workspaces import each other, and themselves in tests, as whoever installs them would."""
    target = best(catalogue_of(WORKSPACE), "packages/pot/tests/pot.test.ts", 4, "PotError")
    assert target.definition.path == "packages/pot/src/v2/errors.ts" and target.certainty >= resolve.LIKELY


def test_an_imported_name_means_what_the_import_names(package):
    """Two modules define `open_file`; the import says which."""
    target = best(package, "pkg/views.py", 9, "open_file")
    assert target.definition.path == "pkg/files.py"
    assert target.certainty >= 0.9


def test_a_local_made_by_a_constructor_has_its_type(package):
    """`user = User()` tells what `user.save()` means, though two classes save."""
    target = best(package, "pkg/views.py", 8, "save")
    assert target.definition.symbol.qualname == "Model.save"
    assert target.certainty >= resolve.LIKELY


def test_a_class_named_before_the_method_decides(package):
    """`models.Model.save` leaves no doubt."""
    assert best(package, "pkg/views.py", 17, "save").definition.symbol.qualname == "Model.save"


def test_callers_leave_out_uses_of_namesakes(package):
    """A caller of another `open_file` in the list would be a false claim."""
    other = definition(package, "open_file", "other/files.py")
    assert [use for use in resolve.callers(other, package) if use.certainty >= resolve.LIKELY] == []
    used = resolve.callers(definition(package, "open_file", "pkg/files.py"), package)
    assert {(use.site.path, use.site.reference.line) for use in used if use.certainty >= resolve.LIKELY} == {
        ("pkg/files.py", 3), ("pkg/views.py", 9),
    }  # fmt: skip


def test_callees_stand_in_the_order_of_the_source(package):
    """Stories are told in that order."""
    calls = resolve.callees(definition(package, "User.rename"), package)
    assert [call.target.definition.symbol.qualname for call in calls if call.target] == ["Model.save", "Model.validate"]


def test_subclasses_and_bases_are_found_both_ways(package):
    """Impact and relation both need them."""
    model, user = definition(package, "Model"), definition(package, "User")
    assert [use.site.scope for use in resolve.subclasses(model, package)] == [user]
    assert [(name, target.definition) for name, target in resolve.bases(user, package)] == [("Model", model)]


def test_tests_of_a_method_are_the_tests_that_use_it(package):
    """Each test once."""
    tests = resolve.tests_of(definition(package, "User.rename"), package)
    assert [use.site.scope.symbol.name for use in tests] == ["test_rename"]


def test_a_name_nobody_defines_resolves_to_nothing(package):
    """Builtins are not ours."""
    site = next(iter(package.references("super")), None)
    assert site is None or resolve.resolve(site, package) == ()


def at(path, name="thing", language="python"):
    symbol = Symbol("function", name, name, f"def {name}()", Span(1, 2), "", NO_SYMBOL)
    return Definition(path, "b", language, "source", 0, symbol)


@pytest.mark.parametrize(
    ("module", "name", "path", "definition_path", "language", "likely"),
    [
        ("flask.json", "dumps", "a.py", "src/flask/json/__init__.py", "python", True),
        ("flask", "thing", "a.py", "src/flask/app.py", "python", True),
        (".provider", "thing", "src/flask/json/tag.py", "src/flask/json/provider.py", "python", True),
        ("..app", "thing", "src/flask/json/tag.py", "src/flask/app.py", "python", True),
        ("os.path", "thing", "a.py", "src/flask/app.py", "python", False),
        ("./util", "thing", "src/views/page.ts", "src/views/util.ts", "typescript", True),
        ("../lib/util.js", "thing", "src/views/page.ts", "src/lib/util.ts", "typescript", True),
        ("./util", "thing", "src/views/page.ts", "src/other/util.ts", "typescript", False),
        ("./widgets", "thing", "src/page.js", "src/widgets/index.js", "javascript", True),
        ("github.com/spf13/cobra/doc", "", "main.go", "doc/man.go", "go", True),
        ("crate::store::disk", "thing", "src/main.rs", "src/store/disk.rs", "rust", True),
        ("super::disk", "thing", "src/store/mod.rs", "src/disk.rs", "rust", True),
        ("std::fmt", "thing", "src/main.rs", "src/store/disk.rs", "rust", False),
        ("com.google.gson", "thing", "x/A.java", "gson/src/main/java/com/google/gson/Gson.java", "java", True),
        ("util/list.h", "", "src/a.c", "include/util/list.h", "c", True),
        ("App\\Http\\Kernel", "", "a.php", "app/Http/Kernel.php", "php", True),
    ],
)  # fmt: skip
def test_modules_match_files_in_every_style_of_import(module, name, path, definition_path, language, likely):
    """One heuristic for all languages has to know all their spellings."""
    certainty = import_certainty(Import(module, name, "", 1), at(definition_path, language=language), path, "cobra")
    assert (certainty >= resolve.LIKELY) is likely


def test_relative_modules_are_walked_from_the_file():
    """Dots count folders in Python, segments do elsewhere."""
    assert module_parts("..app", "src/flask/json/tag.py") == ["src", "flask", "app"]
    assert module_parts("../lib/util", "src/views/page.ts") == ["src", "lib", "util"]


@pytest.mark.parametrize(
    ("language", "signature", "bases"),
    [
        ("python", "class A(B, c.D[int], metaclass=M)", ["B", "D"]),
        ("python", "class A", []),
        ("typescript", "export class A<T> extends B<T> implements C, D", ["B", "C", "D"]),
        ("java", "public final class A extends B<K, V> implements C", ["B", "C"]),
    ],
)
def test_bases_are_read_from_the_signature(catalogue_of, language, signature, bases):
    """Reading all references of a file for one class would cost most of an answer's time."""
    symbol = Symbol("class", "A", "A", signature, Span(1, 2), "", NO_SYMBOL)
    assert base_names(Definition("a", "b", language, "source", 0, symbol), catalogue_of({})) == bases


def test_what_a_type_parameter_extends_is_no_base_of_the_class(catalogue_of):
    """ "It extends `Shape`" would be a false statement about half of all TypeScript."""
    text = "export class Box<\n  T extends Shape,\n  K extends keyof T = keyof T,\n> extends Base<T, K> {\n}\n"
    catalogue = catalogue_of({"box.ts": text})
    (box,) = catalogue.definitions("Box")
    assert base_names(box, catalogue) == ["Base"]


FIELDS = {
    "rust": ("src/a.rs", "struct Globs {{\n    builder: {type},\n}}\nimpl Globs {{\n    fn go(&self) {{\n"
             "        self.builder.build();\n    }}\n}}\n"
             "struct GlobBuilder {{}}\nimpl GlobBuilder {{\n    fn build(&self) {{}}\n}}\n"
             "struct WalkBuilder {{}}\nimpl WalkBuilder {{\n    fn build(&self) {{}}\n}}\n"),
    "go": ("a.go", "package a\n\ntype Globs struct {{\n\tbuilder *{type}\n}}\n\nfunc (g *Globs) Go() {{\n"
           "\tg.builder.build()\n}}\n\ntype GlobBuilder struct{{}}\n\nfunc (b *GlobBuilder) build() {{}}\n\n"
           "type WalkBuilder struct{{}}\n\nfunc (b *WalkBuilder) build() {{}}\n"),
    "typescript": ("a.ts", "class Globs {{\n  private builder: {type};\n  go() {{\n    this.builder.build();\n"
                   "  }}\n}}\n"
                   "class GlobBuilder {{\n  build() {{}}\n}}\nclass WalkBuilder {{\n  build() {{}}\n}}\n"),
    "python": ("a.py", "class Globs:\n    def __init__(self):\n        self.builder = {type}()\n\n    def go(self):\n"
               "        self.builder.build()\n\n\nclass GlobBuilder:\n    def build(self):\n        pass\n\n\n"
               "class WalkBuilder:\n    def build(self):\n        pass\n"),
}  # fmt: skip


@pytest.mark.parametrize("language", sorted(FIELDS))
@pytest.mark.parametrize("type_name", ["GlobBuilder", "WalkBuilder"])
def test_a_fields_declared_type_decides_between_namesakes(catalogue_of, language, type_name):
    """`self.builder.build()` means the builder that the field holds; any other would be a false claim."""
    path, text = FIELDS[language]
    catalogue = catalogue_of({path: text.format(type=type_name)})
    (site,) = [site for site in catalogue.references("build") if site.reference.kind == "call"]
    target = resolve.resolve(site, catalogue)[0]
    assert target.definition.symbol.qualname == f"{type_name}.build"
    assert target.certainty >= resolve.LIKELY


@pytest.mark.parametrize("language", sorted(FIELDS))
def test_a_field_of_a_type_from_elsewhere_means_nothing_here(catalogue_of, language):
    """What its method is called may be called so here as well; it is not this one."""
    path, text = FIELDS[language]
    catalogue = catalogue_of({path: text.format(type="ForeignBuilder")})
    (site,) = [site for site in catalogue.references("build") if site.reference.kind == "call"]
    assert all(target.certainty < resolve.LIKELY for target in resolve.resolve(site, catalogue))


def test_namesakes_that_a_receiver_fits_alike_are_no_facts(catalogue_of):
    """Telling one of two as a fact is wrong half of the time."""
    text = "class GlobBuilder:\n    def build(self): ...\n\nclass WalkBuilder:\n    def build(self): ...\n"
    catalogue = catalogue_of({"a.py": text, "b.py": "def go(builder):\n    builder.build()\n"})
    (site,) = [site for site in catalogue.references("build") if site.reference.kind == "call"]
    targets = resolve.resolve(site, catalogue)
    assert len(targets) == 2 and all(target.certainty < resolve.LIKELY for target in targets)
    for target in targets:
        assert all(use.certainty < resolve.LIKELY for use in resolve.callers(target.definition, catalogue))


@pytest.mark.parametrize(
    ("test", "seen"),
    [
        ("lib/src/test/java/shop/TillTest.java", True), ("lib/src/androidTest/java/shop/TillTest.java", True),
        ("lib/src/test/java/other/TillTest.java", False), ("app/src/test/java/shop/TillTest.java", False),
    ],
)  # fmt: skip
def test_a_java_test_sees_what_is_in_its_package_below_the_other_root(catalogue_of, test, seen):
    """It imports nothing; “no test names it” was said of classes with a test of their own."""
    till = "package shop;\n\npublic class Till<K> {\n  public Till() {\n  }\n}\n"
    uses = "package shop;\n\nclass TillTest {\n  void opens() {\n    Till<String> till = new Till<>();\n  }\n}\n"
    catalogue = catalogue_of({"lib/src/main/java/shop/Till.java": till, test: uses})
    (found,) = [one for one in catalogue.definitions("Till") if one.symbol.kind == "class"]
    assert any(use.certainty >= resolve.LIKELY for use in resolve.tests_of(found, catalogue)) == seen


def test_a_rust_module_that_is_imported_by_name_is_where_its_functions_are(catalogue_of):
    """`use crate::output;` and then `output::print()` is how Rust calls across files: nobody was said to call it."""
    files = {
        "src/output.rs": 'pub fn print_entry(entry: &str) {\n    println!("{entry}");\n}\n',
        "src/walk.rs": (
            "use crate::output;\n\npub fn walk(entry: &str) {\n    if entry.len() > 0 {\n"
            "        output::print_entry(entry);\n    }\n}\n"
        ),
    }
    target = best(catalogue_of(files), "src/walk.rs", 5, "print_entry")
    assert target.definition.path == "src/output.rs"
    assert target.certainty >= 0.9


def test_java_sees_no_type_of_another_package_without_an_import(catalogue_of):
    """A type that is the only one of its name is still not the one of a library that is named so."""
    files = {
        "src/main/java/shop/Till.java": "package shop;\n\npublic class Till {\n}\n",
        "src/main/java/bank/Vault.java": "package bank;\n\nclass Vault {\n  Till till = new Till();\n}\n",
    }
    catalogue = catalogue_of(files)
    assert resolve.callers(definition(catalogue, "Till"), catalogue) == []


def test_the_product_calls_no_tests(catalogue_of):
    """`setTimeout` of the runtime was told as the variable of that name in a test."""
    files = {
        "src/retry.ts": "export function retry(again: () => void): void {\n  setTimeout(again, 10);\n}\n",
        "test/clock.ts": "export function setTimeout(work: () => void): void {\n  work();\n}\n",
    }
    catalogue = catalogue_of(files)
    (call,) = resolve.callees(definition(catalogue, "retry"), catalogue)
    assert call.targets == ()
