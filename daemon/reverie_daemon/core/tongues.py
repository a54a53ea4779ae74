"""Which language a question is in, and what can be read of one that is not in English: its kind and its names.

Composed answers understand English; a question in another language is answered from the names that it drops and a few
words that tell its kind. It does not translate.
"""

from __future__ import annotations

import re

from reverie_daemon.core.phrasing_table import Direction, Kind

_SCRIPTS = (
    ("Japanese", re.compile(r"[\u3040-\u30ff]")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]")),
    ("Korean", re.compile(r"[\uac00-\ud7af]")),
    ("Russian or another language in Cyrillic", re.compile(r"[\u0400-\u04ff]{2}")),
    ("Greek", re.compile(r"[\u0370-\u03ff]{2}")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("Hindi or another language in Devanagari", re.compile(r"[\u0900-\u097f]")),
)
_ENGLISH_WORDS = """
    the of is are was what where how who why which when does do did can could should a an in to for and or it this that
    from by with on at be not if used called work works"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_WORDS = {
    "German": "wo wie was wer warum wieso weshalb welche welcher welches wird werden wurde ist sind der die das den dem"
    " des ein eine einen einem einer von für mit auf aus und oder nicht zu zur zum im beim wenn macht gibt ruft",
    "French": "où comment pourquoi qui que quoi quel quelle quels quelles est sont le la les un une des du de dans pour"
    " avec et ou ne pas sur cette ce fait quand",
    "Spanish": "dónde donde cómo como qué quién quien cuál cual es son el la los las un una de del en para con y se por"
    " hace cuándo",
    "Portuguese": "onde como quem qual quais é são o os um uma de da dos das em para com e se por faz quando",
    "Italian": "dove come perché chi quale quali è sono il lo la gli le un una di del della dei per con si cosa fa",
    "Dutch": "waar hoe waarom wie welke zijn de het een van voor met op en niet wordt worden doet wat",
}
_SETS = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_FOREIGN_WORDS_MIN = 2
_ALSO_ENGLISH = frozenset({"comment", "come", "con", "on", "per", "die", "an"})
_LATIN = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"`[^`]*`|\S*[._:/]\S*")

_CUES: tuple[tuple[Kind, Direction, str, str], ...] = (
    ("tests", "in", "", r"\btests?\b|getestet|testé|probad|测试|テスト|테스트|тест"),
    ("history", "", "why", r"\b(?:warum|wieso|weshalb|pourquoi|por qu[eé]|perch[eé]|waarom)\b|为什么|為什麼|なぜ|왜"
        r"|почему"),
    ("history", "", "who", r"\b(?:wer hat|qui a|quién|chi ha|quem)\b.*(?:geändert|geschrieben|modifi|écrit|escrib"
        r"|cambi|scritt|escrev)|谁(?:写|改)|誰が(?:書|変)|кто (?:написал|изменил)"),
    ("callers", "in", "", r"\bruft\b|aufgerufen|\bnutzt\b|verwendet|\bappelle|\butilise|\bllama|\busa\b|\bchiama"
        r"|调用|使用了|呼び出|使って|호출|вызыва|использу"),
    ("impact", "in", "", r"wenn ich .*änder|si je (?:change|modifie)|si cambio|修改.*影响|影响|変更.*影響"
        r"|если .*измен"),
    ("where", "", "", r"^\W*wo\b|definiert|\boù\b|défini|\bd[oó]nde\b|\bonde\b|\bdove\b|\bwaar\b|在哪|哪里|定义"
        r"|どこ|어디|где|определ"),
    ("how", "", "", r"\bwie\b|funktioniert|\bcomment\b|fonctionne|\bc[oó]mo\b|\bcome\b|\bhoe\b|如何|怎么|怎樣"
        r"|どのよう|どうやって|어떻게|\bкак\b"),
)  # fmt: skip


def tongue(text: str) -> str:
    """The language of a question that is not in English; "" for English, and where it cannot be told."""
    bare = _CODE.sub(" ", set_apart(text))
    for name, script in _SCRIPTS:
        if script.search(bare):
            return name
    words = [word.lower() for word in _LATIN.findall(bare)]
    english = sum(word in _ENGLISH for word in words)
    counts = {name: sum(word in known for word in words) for name, known in _SETS.items()}
    best = max(counts, key=lambda name: counts[name])
    enough = counts[best] >= _FOREIGN_WORDS_MIN or (
        words[:1] and words[0] in _SETS[best] - _ALSO_ENGLISH and not english
    )
    return best if enough and counts[best] > english else ""


def set_apart(text: str) -> str:
    """The text with a space between what is ASCII and what is not, as names stand in languages without spaces."""
    return re.sub(r"(?<=[^\x00-\x7f])(?=[A-Za-z_`@])|(?<=[A-Za-z0-9_`)])(?=[^\x00-\x7f])", " ", text)


def cue(text: str) -> tuple[Kind, Direction, str]:
    """What a question in another language asks about its name, by a few words: kind, direction and qualifier."""
    return next(
        ((kind, direction, qualifier) for kind, direction, qualifier, known in _CUES if re.search(known, text, re.I)),
        ("what", "", ""),
    )


def is_function_word(word: str, language: str) -> bool:
    return word.lower() in _SETS.get(language, frozenset())
