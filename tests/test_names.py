"""Domain names in cells: what counts as one, and how it is normalised."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v6monitor.names import InvalidNameError, normalise, registrable_domain


@pytest.mark.parametrize(
    "raw",
    [
        "gemeente.example",
        " Gemeente.EXAMPLE. ",
        "https://gemeente.example/pad?x=1#y",
        "//user:secret@gemeente.example:8443/",
        "info@gemeente.example",
        "mailto:info@gemeente.example",
        "gemeente.example:443",
        "\u00a0gemeente\u200b.exam\u00adple\ufeff",
    ],
)
def test_every_way_to_write_a_name_gives_one_key(raw):
    """URL, e-mail address, port, case, dots and invisible characters do not make another name."""
    assert normalise(raw).domain == "gemeente.example"


def test_idn_in_both_forms_is_one_key():
    """The Unicode form and the A-label form of an IDN meet, and the display is Unicode."""
    assert normalise("XN--COPERATIE-17A.example") == normalise("coöperatie.example")
    assert normalise("xn--coperatie-17a.example").display == "coöperatie.example"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "empty"),
        ("\u200b ", "empty"),
        ("n.v.t.", "placeholder"),
        ("Geen", "placeholder"),
        ("192.0.2.1", "IP address"),
        ("http://[2001:db8::1]/", "IP address"),
        ("_dmarc.gemeente.example", "underscore in a host name"),
        ("Postbus 1, 1234 AB", "white space in the name"),
        ("gemeente", "no dot in the name"),
        ("a..example", "not a valid host name"),
        ("-a.example", "not a valid host name"),
        ("a" * 64 + ".example", "not a valid host name"),
        (".".join(["a" * 60] * 5), "not a valid host name"),
        ("gemeente.123", "not a valid host name"),
        ("=cmd|x!a1.example", "not a valid host name"),
    ],
)
def test_what_is_no_host_name_says_why(raw, reason):
    """A rejected cell carries a reason for the faults list."""
    with pytest.raises(InvalidNameError, match=reason):
        normalise(raw)


@pytest.mark.parametrize(
    ("name", "registrable"),
    [
        ("www.gemeente.example", "gemeente.example"),
        ("gemeente.example", "gemeente.example"),
        ("a.b.gov.uk", "b.gov.uk"),
        ("x.y.frl", "y.frl"),
        ("gov.uk", "gov.uk"),
        ("mail.ministry.gov.nl", "ministry.gov.nl"),
        ("gov.nl", "gov.nl"),
        ("mx.form.service.gov.uk", "form.service.gov.uk"),
        ("mx.council.gov.scot", "council.gov.scot"),
        ("mx.shop.co.nl", "co.nl"),
        ("gov.town.nl", "town.nl"),
        ("mx.gov.com", "gov.com"),
        ("nl", "nl"),
    ],
)
def test_registrable_domain(name, registrable):
    """The label below the suffix is what a registry delegates.

    A suffix of the private section is one only in a government's space.
    """
    assert registrable_domain(name) == registrable


@given(
    st.one_of(
        st.text(max_size=80),
        st.from_regex(
            r"(https?://)?[a-zA-Z0-9é_\u00ad.-]{1,40}\.(nl|frl|example)[:/@.?a-z0-9]{0,9}"
        ),
    )
)
def test_whatever_a_cell_holds(raw):
    """It is a name or no name, nothing else; and a name, in either form, means itself."""
    try:
        name = normalise(raw)
    except InvalidNameError:
        return
    assert normalise(name.domain) == normalise(name.display) == name
    assert re.fullmatch(r"[a-z0-9.-]+", name.domain)
