"""Words and sentences: doc comments turned into prose, lists joined, counts said.

Nothing here knows a repository; it is grammar only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SENTENCE_CHARS_MAX = 320

_WORDS = """
    abort accept access accumulate acquire activate adapt add adjust advance aggregate align allocate allow analyze
    append apply archive ask assemble assert assign associate attach attempt authenticate authorize await
    backtrack begin bind block bootstrap branch break broadcast buffer build cache calculate call cancel cast
    catch change check choose classify clean clear clone close coerce collapse collect combine commit compare
    compile complete compose compress compute concatenate configure confirm connect consider construct consume
    contain continue control convert copy correct count cover create cut decide declare decode decompose
    decompress decorate decrease deduce define defer delegate delete deliver dequeue derive describe deserialize
    destroy detach detect determine differentiate disable discard disconnect discover dispatch display divide do
    download draw drop dump duplicate emit emulate enable encode encrypt enforce enqueue ensure enter enumerate
    escape establish estimate evaluate examine exclude execute exit expand expect explain export expose express
    extend extract factor fail fetch fill filter finalize find finish fire fix flag flatten flip flush fold
    follow force format forward free freeze fulfill gather generate get give go group grow guarantee guard guess
    handle hash help hide highlight hold hook identify ignore implement import include increase increment
    indicate infer inherit initialize initiate inject insert inspect install instantiate instruct integrate
    intercept interpolate interpret introduce invalidate invert invoke isolate iterate join keep kill launch lex
    limit link list listen load locate lock log look lower make manage map mark mask match materialize maximize
    measure merge minimize mock modify monitor mount move multiply navigate negate normalize notify obtain open
    optimize order organize output override pack pad paginate parse partition pass patch peek perform permute
    pick pipe place plot point poll pop populate position post preload prepare prepend preserve prevent print
    probe process produce project prompt propagate protect prove provide prune publish pull push put query queue
    quit quote raise randomize rank reach read rebuild receive recompute reconstruct record recover redirect
    reduce refer refine reformat refresh register reject relate release reload remove rename render reorder
    repeat replace report represent request require reserve reset reshape resize resolve respond restart restore
    restrict resume retrieve retry return reuse reverse revert rewrite roll rotate round route run sample
    sanitize save scale scan schedule search see seek select send separate serialize serve set setup shift show
    shuffle shut sign signal simplify simulate skip slice solve sort spawn specify split stack start stop store
    stream strip subscribe substitute subtract suggest sum summarize supply support suppress suspend swap switch
    sync synchronize take teach tell terminate test throw time toggle tokenize track transfer transform
    translate traverse trigger trim truncate try tune turn undo unify uninstall unlock unmount unpack unregister
    unset unwrap update upgrade upload use validate verify view visit wait walk warn watch wrap write yield yank
    zip"""
_VERBS = frozenset(_WORDS.split())
_DETERMINER = re.compile(r"(?:the|a|an|some|all|any|its|his|their|every|each|this|what|how|whether|where|which)\b")
_NO_VERBS = frozenset(
    ["this", "is", "was", "has", "does", "as", "its", "if", "when", "like", "for", "with", "of", "in", "on",
     "by", "from", "to", "at", "and", "or", "not", "no", "only", "also", "where", "whether", "what", "how",
     "all", "any", "some", "used", "called", "given", "either", "both", "same", "unlike", "until", "while",
     "after", "before", "that", "than", "may", "can", "will", "must", "should", "returned", "sometimes",
     "always", "besides", "across", "returning", "but", "unless", "because", "since", "then", "once", "under",
     "into", "over", "about", "per", "via", "than"]
)  # fmt: skip
"""Words that stand before "the" and are no verbs of what a thing does."""

_IRREGULAR = {"do": "does", "go": "goes", "have": "has", "be": "is"}
_ROLE = re.compile(r":(?:[\w+-]+:)*[\w+-]+:`(?:(?P<title>[^`<]+?)\s*<[^`>]*>|(?P<short>~)?!?(?P<target>[^`>]+))`")
_HARD_BREAK = re.compile(r"(?<=\S)\\(?=\s|$)")
_LITERAL = re.compile(r"``([^`]+)``")
_LINK = re.compile(
    r"`([^`<]+?)\s*<[^>`]+>`_{1,2}|\[([^\]\n]+)\]\((?:[^)\s]+)\)|\{@(?:link|code|literal|linkplain)\s+([^}]+)\}"
)
_REFERENCE = re.compile(r"(?<![\w\])])\[([^\]\n`]+)\](?:\[[^\]\n]*\])?(?!\()")
_TAG = re.compile(
    r"</?(?:p|b|i|em|strong|code|pre|ul|ol|li|br|a|tt|h\d|div|span|see|para|c|summary|remarks"
    r"|value)\b[^>]*/?>",
    re.I,
)
_SECTION = re.compile(
    r"^\s*(?::(?:param|type|return|returns|rtype|raises?|arg|keyword|var|ivar|cvar|meta|kwarg)\b|@(?:param"
    r"|return|returns|throws|see|since|"
    r"author|deprecated|example|type|template|internal|private|public|typedef|property|default|override"
    r"|version|exception)\b|\.\. |>>>|@__|/\*|```|~~~|"
    r"(?:Parameters|Returns?|Raises|Args|Arguments|Examples?|Usage|Yields|Attributes|Notes?|See Also"
    r"|References|Explanation|Throws|Panics|Errors|Safety|Changelog|Keyword Arguments|Methods"
    r"|Warnings?)\s*:?\s*$"
    r"|(?:TODO|FIXME|XXX|HACK)\b"
    r"|<(?:param|returns|exception|example|typeparam|seealso)\b)"
)
_THIS = re.compile(
    r"^(?:This|The) (?:function|method|class|module|decorator|helper|property|fixture|type|struct|macro"
    r"|trait|interface|command)(?= (?:is|can|will|may|must|should|does|has|\w+s) )"
)
_UNDERLINE = re.compile(r"^\s*([=\-~^\"'*#+])\1{2,}\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]`]*\s+(?=[A-Z`\"'(\[*:])")
_PROMISE = re.compile(r"\bfollowing\W*$", re.I)
"""What a sentence says that ends so stands in the list below it."""
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|resp|approx|incl|Mr|Dr|No|Fig|eq|a\.k\.a)\.|\b[A-Z]\.)$")


def paragraphs(doc: str) -> list[str]:
    """The prose of a doc comment, one line a paragraph: without parameters, examples, directives and headings."""
    result: list[str] = []
    current: list[str] = []
    skipping = False
    for line in [*doc.replace("\r", "").split("\n"), ""]:
        if _SECTION.match(line) or (line.startswith(("    ", "\t")) and not current):
            skipping = True
        if _UNDERLINE.match(line):
            current = []
            continue
        if not line.strip():
            if current:
                result.append(plain(" ".join(current)))
            current, skipping = [], skipping and bool(current)
            skipping = False
            continue
        if skipping:
            if current:
                result.append(plain(" ".join(current)))
                current = []
            continue
        if current and re.match(r"\s*(?:[-*+]|\d+[.)])\s", line):
            result.append(plain(" ".join(current)))
            current = []
        current.append(line.strip())
    return [text for text in result if re.search(r"[A-Za-z]{2}", text)]


def plain(text: str) -> str:
    """Markup of reST, Markdown, Javadoc and XML docs as Markdown that reads well inside a sentence."""
    text = _ROLE.sub(_role, _HARD_BREAK.sub("", text))
    text = _LITERAL.sub(r"`\1`", text)
    text = _LINK.sub(lambda found: found[1] or found[2] or f"`{found[3].split('#')[-1].strip()}`", text)
    if text.count("`") % 2:  # A lone backtick would turn the rest of the answer into code.
        text = text.replace("`", "")
    parts = text.split("`")  # Odd parts are code.
    text = "`".join(part if at % 2 else _REFERENCE.sub(r"\1", _TAG.sub(" ", part)) for at, part in enumerate(parts))
    return " ".join(text.replace("*", "\\*").split() if text.count("*") == 1 else text.split())


def _role(found: re.Match[str]) -> str:
    """What Sphinx shows for a role: its title, the last part of a target with "~", else the whole target."""
    if found["title"]:
        return f"`{found['title']}`"
    target = found["target"].lstrip(".")
    return f"`{target.rpartition('.')[2] if found['short'] else target}`"


def sentences(text: str) -> list[str]:
    """A paragraph cut into sentences; abbreviations do not end one."""
    result: list[str] = []
    for part in _SENTENCE_END.split(text):
        if result and _ABBREVIATION.search(result[-1]):
            result[-1] += f" {part}"
        elif part.strip():
            result.append(part.strip())
    return result


def first_sentence(doc: str) -> str:
    """The sentence of a doc comment that says what the thing is: the first, or one that begins "This function …" where
    the first does not say it; without its full stop. "" when there is no prose."""
    for paragraph in paragraphs(doc)[:2]:
        found = [text for text in sentences(paragraph) if not text.startswith("- ") and not _PROMISE.search(text)]
        if not found:
            continue
        own = next((text for text in found[:4] if _THIS.match(text)), "")
        whole = predicate(found[0]) or _goes_on(found[0].partition(" ")[2])
        chosen = found[0] if whole or not own else own
        return shorten(chosen.rstrip(".:; "), SENTENCE_CHARS_MAX)
    return ""


def predicate(sentence: str, name: str = "") -> str:
    """A doc sentence as what follows its subject's name: "Return the user." gives "returns the user", "A proxy for the
    request" gives "is a proxy for the request", and "Flags returns all" of `Flags` gives "returns all". "" when the
    sentence is a whole one of its own."""
    if not sentence:
        return ""
    first, _, after = sentence.partition(" ")
    if name and first.strip("`()") == name and after:
        return (
            after if _goes_on(after) or _says_of_itself(after) else _predicate(sentence) if after[:1].islower() else ""
        )
    return _predicate(sentence)


def _goes_on(text: str) -> bool:
    """Whether a text begins with a finite verb, and so goes on after its subject."""
    word = text.split(" ", 1)[0].strip(",")
    third = word.endswith("s") and not word.endswith("ss") and word.islower() and base_form(word) != word
    return word in _AUXILIARY or (
        third and (base_form(word) in _VERBS or _DETERMINER.match(text[len(word) + 1 :]) is not None)
    )


def _says_of_itself(text: str) -> bool:
    """Whether what stands after a thing's own name is what it does, by a verb that need not be a known one: "replies to
    the request", "automatically sets the header"."""
    found = re.match(r"(?:[a-z]+ly )?([a-z]{2,}[^s\W]s)\b", text)
    return found is not None and found[1] not in _NO_VERBS


def _predicate(sentence: str) -> str:
    itself = _THIS.match(sentence)
    if itself:
        return sentence[itself.end() :].strip()
    word, _, rest = sentence.partition(" ")
    bare = word.lower().rstrip(",")
    if not re.fullmatch(r"[a-z]+", bare) or (word != word.capitalize() and not word.islower()):
        return ""
    adverb = bare.endswith("ly") and rest.split(" ", 1)[0].lower() in _VERBS
    if adverb:
        verb, _, tail = rest.partition(" ")
        return f"{bare} {third_person(verb.lower())} {tail}".strip()
    if bare in ("a", "an", "the") and rest and not _is_clause(rest):
        return f"is {bare} {rest}"
    if (
        (bare in _VERBS or _DETERMINER.match(rest))
        and not bare.endswith(("s", "ing"))
        and bare not in _NO_VERBS
        and not _is_noun_use(rest)
    ):
        return _conjugated(f"{third_person(bare)} {rest}".strip())
    third = bare.endswith("s") and not bare.endswith("ss") and (base_form(bare) in _VERBS or _DETERMINER.match(rest))
    return f"{bare} {rest}".strip() if third and rest and bare not in _NO_VERBS else ""


def _is_clause(rest: str) -> bool:
    """Whether "object implements a WSGI application" has its own verb early on, and so is a sentence already."""
    words = [word.lower().strip(",") for word in rest.split()[:7]]
    cut = next((at for at, word in enumerate(words) if word in _JOINING), len(words))
    clause = next((at for at, word in enumerate(words) if word in _JOINING - _PREPOSITIONS), len(words))
    return any(_is_finite(word, at) for at, word in enumerate(words[:cut])) or any(
        word in _AUXILIARY for word in words[cut:clause]
    )


_JOINING = frozenset(["that", "which", "used", "for", "of", "with", "to", "when", "where", "from", "in", "who"])
_PREPOSITIONS = frozenset(["for", "of", "with", "to", "from", "in"])
"""What they join belongs to the subject, whose verb may follow."""
_AUXILIARY = frozenset(
    ["is", "are", "was", "has", "can", "will", "should", "must", "may", "does", "occurred", "happened", "failed"]
)


def _is_finite(word: str, at: int) -> bool:
    return word in _AUXILIARY or (at > 0 and word.endswith("s") and base_form(word) in _VERBS)


def _is_noun_use(rest: str) -> bool:
    """ "Test for X" and "Request object" begin with a verb's letters and are no commands."""
    return bool(re.match(r"(?:is|are|was|object|class|function|method|type|of|has|can|will|should)\b", rest))


def _conjugated(text: str) -> str:
    """ "returns x and call y" as "returns x and calls y", where the second verb is plain to see."""
    return re.sub(
        r"\b(and|or) (\w+)(?= (?:the|a|an|it|its|them|any|all|this|that)\b)",
        lambda found: f"{found[1]} {third_person(found[2])}" if found[2] in _VERBS else found[0],
        text,
        count=1,
    )


def third_person(verb: str) -> str:
    """ "try" as "tries"."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"


def base_form(word: str) -> str:
    """ "tries" as "try"; a word that is no third person as it is."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith("es") and word[:-2] in _VERBS:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word and marked with an ellipsis; never inside backticks."""
    if len(text) <= limit:
        return text
    cut = text[:limit].rsplit(" ", 1)[0]
    if cut.count("`") % 2:
        cut = cut[: cut.rindex("`")].rstrip()
    return f"{cut.rstrip(',;:')} …"


def joined(items: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def count(number: int, noun: str, plural: str = "") -> str:
    """ "one place", "3 places", numbers up to ten in words."""
    word = _NUMBERS[number] if number <= 10 else f"{number:,}"
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


_CLOSERS = {"{": "}", "[": "]", "(": ")"}


def code(text: str, limit: int = 90) -> str:
    """A piece of source on one line in backticks, shortened between names; "{" that further lines close is "{…}"."""
    text = " ".join(text.split())
    if len(text) > limit:
        text = re.sub(r"[\w$]+$", "", text[: limit - 2]).rstrip() + " …"
    elif closer := _CLOSERS.get(text[-1:]):
        text += f"…{closer}"
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def capital(text: str) -> str:
    """The text with a capital first letter, unless it begins with code."""
    return text[:1].upper() + text[1:] if text[:1].isalpha() else text


def yes_or_no(yes: bool, text: str) -> str:
    """A sentence as the answer to such a question: "Yes: nine places …"."""
    word = text.split(" ", 1)[0]
    return f"{'Yes' if yes else 'No'}: {text[:1].lower() + text[1:] if word.isalpha() and word[1:].islower() else text}"


def ended(text: str) -> str:
    """The text as a sentence: with a full stop unless it has an end."""
    text = text.rstrip()
    return text if text.endswith((".", "!", "?", ":", "```")) else f"{text}."


def article(noun: str) -> str:
    """ "a class", "an enum"."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


_LANGUAGES = {
    "cpp": "C++", "csharp": "C#", "c_sharp": "C#", "javascript": "JavaScript", "typescript": "TypeScript", "tsx": "TSX",
    "php": "PHP", "rst": "reST", "html": "HTML", "css": "CSS", "json": "JSON", "yaml": "YAML", "toml": "TOML",
    "ini": "INI", "sql": "SQL",
}  # fmt: skip


def language(name: str) -> str:
    """A language's name as people write it."""
    return _LANGUAGES.get(name, name[:1].upper() + name[1:])
