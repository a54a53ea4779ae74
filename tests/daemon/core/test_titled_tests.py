"""Tests that are blocks: which one a line stands in."""

from __future__ import annotations

import pytest
from reverie_daemon.core.titled_tests import title_around

SCRIPT = """\
const kettle = new Kettle();
describe("a kettle", () => {
  beforeEach(() => kettle.fill());
  it("boils", async () => {
    const steam = kettle.boil();

    expect(
      steam,
    ).toBe(true);
  });
  test.skip.each([1, 2])(`holds ${n} cups`, (n) => kettle.pour(n));
});
items.forEach((item) => {
  kettle.pour(item);
});
""".splitlines()
RUBY = ["describe Kettle do", '  it "boils" do', "    kettle.boil", "  end", "  it 'sings' do kettle.sing end", "end"]


@pytest.mark.parametrize(
    ("lines", "line", "title"),
    [
        (SCRIPT, 1, ""),
        (SCRIPT, 3, ""),
        (SCRIPT, 5, "boils"),
        (SCRIPT, 8, "boils"),
        (SCRIPT, 11, "holds ${n} cups"),
        (SCRIPT, 14, ""),
        (RUBY, 3, "boils"),
        (RUBY, 5, "sings"),
        (SCRIPT, 99, ""),
        ([], 1, ""),
    ],
)
def test_a_line_is_in_the_test_whose_block_is_around_it(lines, line, title):
    """Read by indentation: what stands beside a test is not in it."""
    assert title_around(lines, line) == title
