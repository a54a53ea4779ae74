"""What an answer to a description leads with: what does the thing, not what mentions it."""

from __future__ import annotations

import pytest
from reverie_daemon.core.compose import compose
from reverie_daemon.core.questions import understand
from reverie_daemon.core.retrieve import rank

JAVA = {
    "src/main/java/shop/Basket.java": (
        "package shop;\n\n/** Reads orders one line at a time. */\npublic class Basket {\n"
        "  /** Open orders, innermost last; a plain array is faster than a list. */\n"
        "  private int[] pile = new int[32];\n\n"
        "  public Basket(Reader source) {\n    this.source = source;\n    this.pile[0] = 1;\n  }\n\n"
        "  /** Reads the next line. */\n  public String next() {\n    String line = source.read();\n"
        "    if (line == null) {\n      return null;\n    }\n    return line.trim();\n  }\n}\n"
    ),
    "src/main/java/shop/LateOrder.java": (
        "package shop;\n\n/** Holds an order whose price is worked out when somebody wants it. */\n"
        "public class LateOrder {\n  private String value;\n\n  public LateOrder(String value) {\n"
        "    this.value = value;\n    this.late = true;\n    this.order = value;\n  }\n}\n"
    ),
}
PYTHON = {
    "shop/ports.py": (
        '"""What a till talks to."""\n\n\nclass TillError(Exception):\n    """The till did not answer in time."""\n\n\n'
        'def ring(till, sum):\n    """Rings up a sum."""\n    answer = till.send(sum)\n    if answer is None:\n'
        '        raise TillError("no answer from the till " + till.name)\n    return answer\n'
    ),
    "shop/refusals.py": (
        "def refused(order, line):\n    reason = line.strip()\n    if not reason:\n        return None\n"
        '    message = f"Cannot refund {order.name} after closing time"\n    return Refusal(message, reason)\n\n\n'
        "def close(order):\n    return refused(order, order.last)\n"
    ),
    "shop/parcels.py": (
        '"""Parcels and how they go."""\n\n\ndef parcel_weight_is_reported(parcel):\n    return parcel.weight\n\n\n'
        "def dispatch(parcel, depot):\n"
        '    """Weighs a parcel and reports it to the depot."""\n    weight = depot.weigh(parcel)\n'
        "    if weight is None:\n        return False\n    depot.report(parcel, weight)\n    return True\n"
    ),
    "tests/helpers.py": (
        '"""For tests."""\n\n\ndef assert_parcel_weight_reported_to_depot(parcel, depot):\n'
        '    """Checks that a parcel was weighed and its weight reported to the depot."""\n'
        "    assert depot.reported(parcel) == parcel.weight\n    assert depot.count == 1\n    assert parcel.weighed\n"
    ),
}
TYPESCRIPT = {
    "src/basket.ts": (
        "/** How a discount is applied to a basket. */\nexport interface DiscountApplied {\n  basket: Basket;\n"
        "  discount: number;\n}\n\nexport const discountBasket = 4;\n\n"
        "/** Applies a discount to each line of a basket. */\n"
        "export function applyDiscount(basket: Basket, discount: number): Basket {\n"
        "  const lines = basket.lines.map((line) => line.price * (1 - discount));\n"
        "  if (lines.length === 0) {\n    return basket;\n  }\n  return { ...basket, lines };\n}\n"
    ),
}

LEADING = {
    "shop/refunds.py": (
        "class RefundError(Exception):\n"
        '    """An error of refunds: the refund of an order is refused."""\n\n    def __init__(self, order):\n'
        "        self.order = order\n\n\n"
        "class Refunds:\n    def refund(self, order):\n        amount = self.refund_amount(order)\n"
        "        reason = self.refund_reason(order)\n        self.till.pay(amount)\n        return reason\n\n"
        "    def refund_amount(self, order):\n"
        '        """Works out the amount of the refund of an order."""\n        paid = sum(order.payments)\n'
        "        used = self.used(order)\n        return paid - used\n\n"
        "    def refund_reason(self, order):\n"
        '        """Finds the reason of the refund of an order."""\n        notes = order.notes\n'
        "        last = self.last(notes)\n        return last.text\n"
    ),
    "shop/settings.py": (
        "class Settings:\n    def mail_receipts_of_sale(self, mailed):\n"
        '        """Whether receipts of a sale are mailed."""\n        self.mailed = mailed\n'
        "        self.changed = True\n        return self\n"
    ),
    "shop/mailing.py": (
        "def mail(sale, post):\n"
        '    """Mails the receipts of a sale."""\n    for receipt in sale.receipts:\n'
        "        letter = post.letter(receipt)\n        post.send(letter)\n"
    ),
    "shop/testutil.py": (
        "class StampTester:\n    def stamp_is_printed(self, stamp):\n"
        '        """Sets the stamp that is expected to be printed."""\n        found = self.run(stamp)\n'
        "        self.check(found)\n        return found\n"
    ),
    "shop/stamps.py": (
        "def frank(letter, stamp):\n"
        '    """Prints a stamp on a letter."""\n    ink = letter.ink()\n    ink.press(stamp)\n    return ink.dry()\n'
    ),
}


def answered(catalogue, text):
    return compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue))


@pytest.mark.parametrize(
    ("files", "question", "lead"),
    [
        (JAVA, "why does Basket keep a pile?", "`Basket.pile`"),
        (JAVA, "why is an order late?", "`LateOrder` "),
        (PYTHON, "when is TillError raised?", "`ring`"),
        (PYTHON, "how is the weight of a parcel reported to the depot?", "`dispatch`"),
        (TYPESCRIPT, "how is a discount applied to a basket?", "`applyDiscount`"),
        (TYPESCRIPT, "where is a discount applied to a basket?", "`applyDiscount`"),
        (LEADING, "how is the refund of an order done?", "`Refunds.refund`"),
        (LEADING, "where are the receipts of a sale mailed?", "`mail`"),
        (LEADING, "where is the stamp printed?", "`frank`"),
    ],
    ids=[
        "a member",
        "a constructor",
        "an error",
        "a test",
        "how: a type",
        "where: a type",
        "what calls the others",
        "a setter",
        "a helper of tests",
    ],
)
def test_an_answer_leads_with_what_the_question_is_about(catalogue_of, files, question, lead):
    """A field of the class that is named, the class rather than its constructor, who raises rather than what is raised,
    code rather than tests or declared types, what calls the parts rather than one of them, what does it rather than a
    switch for it: a wrong first sentence is a wrong answer to most readers."""
    assert lead in answered(catalogue_of(files), question).claims[0].text


def test_a_test_leads_where_tests_are_asked_for(catalogue_of):
    """What is put behind for everybody else must stay first for whoever wants just that."""
    text = "where is the test that a parcel's weight is reported to the depot?"
    assert "assert_parcel_weight_reported_to_depot" in answered(catalogue_of(PYTHON), text).claims[0].text


def test_how_a_class_is_made_is_told_from_its_constructor(catalogue_of):
    """The constructor stands aside for its class only where nobody asks about making one."""
    text = "how is a LateOrder constructed from its value?"
    assert "LateOrder.LateOrder" in answered(catalogue_of(JAVA), text).claims[0].text


@pytest.mark.parametrize("quoted", ['"Cannot refund tea after closing time"', "'Cannot refund'"])
def test_a_quoted_message_is_found_where_it_is_made(catalogue_of, quoted):
    """Users paste what they saw, names and numbers filled in, and want the line that says it and who gets there."""
    composition = answered(catalogue_of(PYTHON), f"where does the error {quoted} come from?")
    assert "`shop/refusals.py:5`" in composition.claims[0].text
    assert any("`close`" in claim.text for claim in composition.claims[1:])


def test_a_quotation_that_no_string_says_is_looked_for_as_any_description(catalogue_of):
    """A quotation may be prose, or come from another program."""
    composition = answered(catalogue_of(PYTHON), 'where does the error "the kettle boiled over" come from?')
    assert not any("is said" in claim.text for claim in composition.claims)


@pytest.mark.parametrize("quoted", ["`shop.refusals`", '"shop.refusals"'])
def test_a_quoted_name_is_no_message(catalogue_of, quoted):
    """Names stand in doc strings as well, which say less of them than the names themselves do."""
    files = {**PYTHON, "shop/old.py": 'def refused():\n    """See shop.refusals."""\n'}
    composition = answered(catalogue_of(files), f"where does {quoted} refuse a refund after closing time?")
    assert not any("is said" in claim.text for claim in composition.claims)


def test_an_answer_is_less_sure_when_it_leads_with_a_file_that_ranks_lower(catalogue_of):
    """The best file's lead says nothing of an answer that goes elsewhere first."""
    types = {"src/applied.ts": TYPESCRIPT["src/basket.ts"].partition("export const")[0]}
    code = {"src/basket.ts": "// Baskets.\n" + TYPESCRIPT["src/basket.ts"].partition("discountBasket = 4;")[2]}
    text = "how is a discount applied to a basket?"
    both = catalogue_of({**types, **code})
    assert rank(text, both).files[0][0] == "src/applied.ts"
    behind, alone = answered(both, text), answered(catalogue_of(code), text)
    assert behind.evidence[0].path == alone.evidence[0].path == "src/basket.ts"
    assert behind.confidence < 0.62 < alone.confidence


def test_a_question_of_words_that_stand_nowhere_is_not_answered_surely(catalogue_of):
    """That the one known word is in one place only says nothing: the question may not be about this repository."""
    shop = catalogue_of(PYTHON)
    asked = "how is a sum rung up on the till?"
    foreign = "which espresso, grinder, nozzle and gauge does a barista couple with the till?"
    assert answered(shop, asked).confidence > 0.7
    assert answered(shop, foreign).confidence < 0.3


def test_an_error_leads_only_where_errors_are_asked_about(catalogue_of):
    """Errors say in their docs what went wrong with everything, and so resemble every question of how it goes."""
    files = {
        "shop/crates.py": (
            "class CrateTooHeavyError(Exception):\n"
            '    """A crate is too heavy to be lifted onto the ramp."""\n\n    def __init__(self, crate):\n'
            "        super().__init__(crate.weight)\n\n\n"
            "def hoist(crate, ramp):\n"
            '    """Lifts a crate."""\n    rope = ramp.rope(crate)\n    while rope.slack:\n        rope.pull()\n'
        )
    }
    crates = catalogue_of(files)
    assert "`hoist`" in answered(crates, "how is a crate lifted onto the ramp?").claims[0].text
    told = answered(crates, "how is the error made that a crate is too heavy to be lifted?").claims[0].text
    assert "CrateTooHeavyError" in told


def test_what_the_first_sentence_tells_is_not_told_again(catalogue_of):
    """A second sentence that repeats the first reads like a machine."""
    files = {
        "shop/stamps.py": "def frank(letter, stamp):\n    if stamp.used:\n        return None\n    return letter\n"
    }
    said = answered(catalogue_of(files), "how is a letter franked with a stamp?").markdown
    assert said.count("if `stamp.used`") + said.count("If `stamp.used`") == 1


def test_a_class_that_leads_is_told_by_what_it_does(catalogue_of):
    """ "… is what fits that description best" is no answer to how it goes."""
    files = {
        "shop/franking.py": (
            "class Franking:\n    def __init__(self, ink):\n        self.ink = ink\n\n"
            "    def press(self, stamp):\n"
            '        """Presses a stamp."""\n        return self.ink.press(stamp)\n'
        )
    }
    said = answered(catalogue_of(files), "how does franking work in a post office?").markdown
    assert "`press` (`shop/franking.py:5`) presses a stamp" in said


@pytest.mark.parametrize("text", ["does the till report the weight of a parcel to the depot?"])
def test_a_description_asked_yes_or_no_is_not_answered_as_if_it_were_known(catalogue_of, text):
    """What the source does can be shown, whether that means yes is the reader's to say."""
    said = answered(catalogue_of(PYTHON), text).claims[0].text
    assert said.startswith("I cannot say yes or no from names and docs alone; what speaks to it is `dispatch`")


@pytest.mark.parametrize(
    "text", ["what raises TillError?", "where is the TillError raised?", "who throws `TillError`?"]
)
def test_who_raises_an_error_is_told_of_those_who_do(catalogue_of, text):
    """Who catches or documents it uses it as well."""
    caught = {"shop/desk.py": "from shop.ports import TillError\n\n\ndef sell(till):\n    try:\n        ring(till)\n"
              "    except TillError:\n        return 0\n"}  # fmt: skip
    said = answered(catalogue_of({**PYTHON, **caught}), text).claims[0].text
    assert said.startswith("`TillError` (`shop/ports.py:4`) is raised in one place, `ring` (`shop/ports.py:12`)")


def test_overloads_are_told_once(catalogue_of):
    """They do the same and say the same; there is room for three places only."""
    java = (
        "package shop;\n\npublic class Scale {\n  /** Weighs a parcel. */\n  public int weigh(Parcel parcel) {\n"
        "    int grams = parcel.grams();\n    int more = grams + 1;\n    return more;\n  }\n\n"
        "  /** Weighs a parcel in units. */\n"
        "  public int weigh(Parcel parcel, int unit) {\n    int grams = parcel.grams();\n"
        "    int all = grams * unit;\n    return all;\n  }\n}\n"
    )
    said = answered(catalogue_of({"src/main/java/shop/Scale.java": java}), "how is a parcel weighed in units?")
    heads = [
        claim.text for claim in said.claims if claim.text.startswith("`Scale.weigh`") and "used by" not in claim.text
    ]
    assert len(heads) == 1


def test_code_in_a_document_is_not_quoted_as_what_it_says(catalogue_of):
    """An example read as a sentence is noise; the sentence before it is not."""
    docs = (
        "# Franking\n\n> [!NOTE]\n> A letter is franked with a stamp before the stamp is cancelled.\n\n"
        "```python\nfrank(letter, stamp)\n\nletter.stamp.frank(letter)  # a letter franked with a stamp\n```\n"
    )
    said = answered(
        catalogue_of({**LEADING, "docs/franking.md": docs}), "how is a letter franked with a stamp?"
    ).markdown
    assert "say: A letter is franked with a stamp before" in said
    assert "letter.stamp.frank" not in said


def test_who_uses_it_is_told_by_name_after_other_places(catalogue_of):
    """ "It" would be whatever was told of last."""
    files = {
        **PYTHON,
        "shop/desk.py": "from shop.parcels import dispatch\n\n\ndef close(depot):\n    dispatch(1, depot)\n",
    }
    said = answered(catalogue_of(files), "how is the weight of a parcel reported to the depot?").markdown
    assert "`dispatch` is used by `close` (`shop/desk.py:5`)" in said
    assert "It is used by" not in said


def test_a_deed_asked_for_by_its_doer_is_not_answered_with_a_value(catalogue_of):
    """ "Where does X write the comma?" asks for code as much as "where is the comma written?" does."""
    files = {
        "src/main/java/shop/Slip.java": (
            "package shop;\n\npublic class Slip {\n"
            '  /** The line that ends a slip. */\n  private String endLine = "--";\n\n'
            "  /** Ends a slip with a line. */\n  public void end(Printer out) {\n    out.print(endLine);\n"
            "    out.feed();\n    out.cut();\n  }\n}\n"
        )
    }
    said = answered(catalogue_of(files), "where does Slip print the line that ends a slip?").claims[0].text
    assert said.startswith("That happens in `Slip.end`")


def test_an_answer_that_leads_with_a_value_is_less_sure_of_how_it_goes(catalogue_of):
    """A value is about the thing that is asked for, and does not do it."""
    option = "class Options:\n    #: Skips parcels that are hidden from the depot.\n    hidden_parcels_skipped = True\n"
    function = 'def skip_hidden_parcels(depot):\n    """Skips parcels that are hidden from the depot."""\n'
    function += "    for parcel in depot.parcels:\n        if parcel.hidden:\n            depot.skip(parcel)\n"
    function += "    return depot\n"
    text = "how are parcels skipped that are hidden from the depot?"
    value, code = (answered(catalogue_of({"shop/skip.py": one}), text) for one in (option, function))
    assert value.confidence < 0.75 * code.confidence


def test_a_description_asked_yes_or_no_is_not_answered_with_what_goes_wrong(catalogue_of):
    """ "UnsupportedProtocol" shares its words with "is this protocol supported?" and says nothing of it."""
    files = {
        "shop/post.py": (
            "class UnsupportedParcelError(Exception):\n"
            '    """A parcel from abroad is not supported."""\n\n    def __init__(self, parcel):\n'
            "        self.parcel = parcel\n\n\n"
            "def take(parcel):\n"
            '    """Takes in a supported parcel from abroad."""\n    customs = parcel.customs()\n'
            "    return customs.clear(parcel)\n"
        )
    }
    said = answered(catalogue_of(files), "are parcels from abroad supported?")
    assert "what speaks to it is `take`" in said.claims[0].text
    assert said.confidence < 0.7


def test_what_the_best_place_calls_is_told_next(catalogue_of):
    """Of the other places found, those are how it does what is asked; there is room for two."""
    others = "".join(
        f"    def misspelled_{word}(self, name):\n"
        f'        """{said} a misspelled name."""\n        rows = self.rows(name)\n'
        f"        for row in rows:\n            row.{word}()\n        return rows\n\n"
        for word, said in (("print", "Turns suggestions of"), ("sort", "Turns suggestions of"), ("match", "Looks up"))
    )
    best = (
        "class Names:\n    def suggest_for_misspelled(self, name):\n"
        '        """Turns a misspelled name into suggestions."""\n        near = self.misspelled_match(name)\n'
        "        if not near:\n            return None\n        return near\n\n"
    )
    said = answered(catalogue_of({"shop/names.py": best + others}), "how is a misspelled name turned into suggestions?")
    heads = [claim.text for claim in said.claims if claim.text.startswith("`Names.")]
    assert heads[0].startswith("`Names.suggest_for_misspelled`")
    assert heads[1].startswith("`Names.misspelled_match`")
