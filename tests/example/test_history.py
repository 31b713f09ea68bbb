"""Ten months have gains, losses that come back and losses that stay; more came after them."""

from collections import Counter
from itertools import pairwise

from v6monitor_example.mail import measured_mail, web_address
from v6monitor_example.population import MONTHS, NOW, organisations

LAST = len(MONTHS) - 1


def _web() -> list[list[bool]]:
    """Return for each website that was always listed whether it had IPv6, up to now."""
    return [
        [bool(web_address(body, site, month)) for month in range(NOW + 1)]
        for body in organisations()
        if (body.first, body.last) == (0, NOW)
        for site in body.sites
    ]


def _mail() -> list[list[str]]:
    return [
        [measured_mail(body, month) for month in range(NOW + 1)]
        for body in organisations()
        if (body.first, body.last) == (0, NOW) and body.has_mail
    ]


def test_some_losses_come_back_next_month_and_some_stay() -> None:
    """Both kinds of loss are there, so that confirming one makes a difference."""
    kinds: Counter[str] = Counter()
    for states in _web():
        for month in range(1, LAST):
            if states[month - 1] and not states[month]:
                kinds["back" if states[month + 1] else "stays"] += 1
    assert kinds["back"] > 10
    assert kinds["stays"] > 10


def test_every_month_but_one_moves_little_and_one_jumps() -> None:
    """Mail gains a few domains a month, and dozens when the largest gateway gets IPv6."""
    gains = [
        sum((before, after) == ("failed", "passed") for before, after in moves)
        for moves in zip(*(pairwise(states[: LAST + 1]) for states in _mail()), strict=True)
    ]
    jump = MONTHS.index("2026-05") - 1
    assert gains[jump] > 35
    assert all(1 <= gain <= 15 for month, gain in enumerate(gains) if month != jump)


def test_the_newest_month_has_gains_and_losses() -> None:
    """A report of the newest month has changes of both kinds to show, of web and of mail."""
    web = Counter((states[LAST - 1], states[LAST]) for states in _web())
    mail = Counter((states[LAST - 1], states[LAST]) for states in _mail())
    assert min(web[False, True], web[True, False]) >= 2
    assert min(mail["failed", "passed"], mail["passed", "failed"]) >= 2


def test_the_world_went_on_after_the_last_measurement() -> None:
    """Most is as it was measured; some was fixed and some was lost since."""
    web = Counter((states[LAST], states[NOW]) for states in _web())
    mail = Counter((states[LAST], states[NOW]) for states in _mail())
    assert min(web[False, True], web[True, False]) >= 2
    assert min(mail["failed", "passed"], mail["passed", "failed"]) >= 2
    assert web[True, True] + web[False, False] > 0.95 * web.total()
    assert mail["passed", "passed"] + mail["failed", "failed"] > 0.9 * mail.total()
