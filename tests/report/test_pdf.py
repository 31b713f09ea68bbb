"""Printed pages: the same bytes again."""

from v6monitor.report.pdf import settled

PRINTED = """%PDF-1.4
<</CreationDate (D:20261124{clock}+00'00') /ModDate (D:20261124{clock}+00'00')>>
<</S /TH /ID (node{second})>> <</S /TH /ID (node{first})>>
<</S /TD /A <</Headers [(node{first}) (node{second})]>> >> (node5) (D:20261124010203)
"""


def printed(clock: str, first: str, second: str) -> bytes:
    """Return a PDF of that moment, with header cells of these numbers."""
    return PRINTED.format(clock=clock, first=first, second=second).encode()


def test_a_page_printed_twice_gives_the_same_bytes():
    """Moments and Chromium's numbers of header cells differ; order and length stay."""
    one = printed("010203", "00000739", "00000741")
    other = printed("040506", "00000738", "00000742")
    expected = b"<</S /TH /ID (node00000001)>> <</S /TH /ID (node00000000)>>"
    assert settled(one) == settled(other)
    assert settled(one).splitlines()[2] == expected
    assert len(settled(one)) == len(one)


def test_what_a_page_says_stays():
    """A text that looks like a number of a cell, or like a moment, is neither."""
    assert settled(printed("010203", "00000739", "00000741")).endswith(
        b"(node5) (D:20261124010203)\n"
    )
