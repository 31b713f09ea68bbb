"""Whether pages are whole over IPv6, by recordings (METHOD.md §4)."""

import json
from pathlib import Path

import pytest
from seen import V6, host, seen

import v6monitor as v6
from v6monitor.dns import log
from v6monitor.errors import InputError, UsageError

LOG = log.frame(
    [
        *host("town.example", V6),
        *host("www.town.example", V6),
        *host("www.lake.example", V6),
        *host("img.town.example"),
        *host("a.fonts.example"),
        *host("b.fonts.example"),
        *host("cdn.example.org", V6),
        seen("tags.metrics.example", "AAAA", outcome="servfail"),
        seen("tags.metrics.example", "A", "192.0.2.9"),
    ]
)


def har(path: Path, *urls: object) -> Path:
    """Write a recording of a browser."""
    path.write_text(json.dumps({"log": {"entries": [{"request": {"url": url}} for url in urls]}}))
    return path


def test_what_is_missing_and_whom_to_fix_first(tmp_path: Path) -> None:
    """By hand: fonts.example makes the lake whole; the town also needs its own host and another."""
    town = har(
        tmp_path / "town.har",
        "https://www.town.example/", "https://a.fonts.example/x", "https://img.town.example/y",
        "https://tags.metrics.example/z", "data:text/plain,a", "https://192.0.2.1/", None,
        "https://cdn.example.org/", "https://bad_name/", "javascript:alert(1)",
    )  # fmt: skip
    lake = tmp_path / "lake.json"
    hosts = {"www.lake.example": {}, "a.fonts.example": {}, "b.fonts.example": {}}
    lake.write_text(json.dumps({"url": "https://www.lake.example/", "hosts": hosts}))
    found = v6.web_complete([town, lake], observations=LOG)
    assert found.to_numpy().tolist() == [
        ["fonts.example", "third", "a.fonts.example b.fonts.example", "", 2, 1, 1],
        ["metrics.example", "third", "", "tags.metrics.example", 1, 2, 1],
        ["town.example", "own", "img.town.example", "", 1, 3, 2],
    ]
    assert found.attrs["pages"] == {"www.town.example": "no", "www.lake.example": "no"}
    whole = har(tmp_path / "whole.har", "https://www.lake.example/", "https://cdn.example.org/")
    found = v6.web_complete(whole, sites=["https://www.lake.example"], observations=LOG)
    assert found.empty
    assert found.attrs["pages"] == {"www.lake.example": "yes"}


def test_recordings_that_are_refused(tmp_path: Path) -> None:
    """Of another site, no recording, no page: one sentence each, and nothing is guessed."""
    page = har(tmp_path / "page.har", "https://www.town.example/")
    with pytest.raises(InputError, match=r"is a recording of www\.town\.example, not of www\.lake"):
        v6.web_complete(page, sites=["www.lake.example"], observations=LOG)
    with pytest.raises(UsageError, match="is not a host name"):
        v6.web_complete(page, sites=["no name"], observations=LOG)
    for text in (
        "{",
        "[" * 100_000,
        "[1]",
        '{"log": {"entries": [1, {"request": []}]}}',
        '{"a": 1}',
        '{"hosts": {"www.town.example": {}}}',
    ):
        (tmp_path / "x.har").write_text(text)
        with pytest.raises(InputError, match="expected a HAR file"):
            v6.web_complete(tmp_path / "x.har", observations=LOG)
    with pytest.raises(InputError, match="expected a HAR file"):
        v6.web_complete(tmp_path / "absent.har", observations=LOG)
    with pytest.raises(InputError, match="more than 1000 hosts"):
        v6.web_complete(
            har(tmp_path / "many.har", *(f"https://h{n}.example/" for n in range(1_001))),
            observations=LOG,
        )


def test_recordings_as_browsers_make_them(tmp_path: Path) -> None:
    """A redirect before the page, an extension, entries out of order, two pages in one file."""
    entries = [
        ("2", "page_1", "https://img.town.example/y", 200),
        ("1", None, "chrome-extension://abc/x.js", 200),
        ("1", "page_1", "http://town.example/", 301),
        ("1.5", "page_1", "https://www.town.example/", 200),
        ("3", "page_2", "https://www.lake.example/", [200]),
        ("4", None, "https://cdn.example.org/", 304),
    ]
    path = tmp_path / "two.har"
    path.write_text(json.dumps({"log": {"entries": [
        {"startedDateTime": at, "pageref": page, "request": {"url": url}, "response": {"status": n}}
        for at, page, url, n in entries
    ]}}), "utf-8-sig")  # fmt: skip
    found = v6.web_complete(path, observations=LOG)
    assert found.attrs["pages"] == {"www.town.example": "no", "www.lake.example": "yes"}
    assert found["domain"].tolist() == ["town.example"]
    both = ["town.example", "www.lake.example"]  # the name that was asked for counts as well
    assert set(v6.web_complete(path, sites=both, observations=LOG).attrs["pages"]) == set(both)
    with pytest.raises(InputError, match=r"is a recording of www\.lake\.example, not of"):
        v6.web_complete(path, sites=["www.town.example"], observations=LOG)
