"""The lint that decides whether a page is published."""

import pytest

from v6monitor.pages.lint import problems

GOOD = (
    '<html lang="nl"><head><title>Titel</title></head><body><main><h1>Vraag</h1>'
    '<figure><img src="data:," alt="Staafdiagram"></figure>'
    '<table><caption>C</caption><tr><th scope="col">K</th></tr></table></main></body></html>'
)


def test_a_good_page_has_no_problems():
    """The rules do not find fault where there is none."""
    assert problems(GOOD, figures=1, tables=0) == []


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ("<h1>Vraag</h1>", "", "0 h1 headings"),
        ("<h1>Vraag</h1>", "<h1>a</h1><h1>b</h1>", "2 h1 headings"),
        (' lang="nl"', "", "no language"),
        ("Titel", " ", "no title"),
        (' alt="Staafdiagram"', "", "text alternative"),
        ("Staafdiagram", "No description has been provided for this image", "text alternative"),
        ("<caption>C</caption>", "", "without a caption"),
        (' scope="col"', "", "without scope"),
        ("<h1>", "<script>1</script><h1>", "<script> is not allowed"),
        ("<h1>", '<h1 onclick="x()">', "event handler"),
        ("<h1>", '<a href="https://elsewhere.example/">x</a><h1>', "refers elsewhere"),
        ("<h1>", '<a href="javascript:x">x</a><h1>', "refers elsewhere"),
        ("<figure>", "<div>", "0 figures"),
        ("<main>", "<div>", "0 main regions"),
        ("<h1>", '<p id="a"></p><p id="a"></p><h1>', "is used twice"),
    ],
)
def test_each_problem_is_found(good, bad, problem):
    """One thing spoilt on a good page is found and named."""
    assert good in GOOD
    assert any(problem in found for found in problems(GOOD.replace(good, bad), figures=1))
