"""A set on disk: what is new is counted once, also over the parts in which it is added."""

from v6monitor.dns.seen import _AT_ONCE, Seen, unique


def test_what_is_there_already_is_not_counted_again() -> None:
    seen = Seen()
    number = 2 * _AT_ONCE + 3
    assert seen.update(range(number)) == number
    assert seen.update([*range(number - 5, number + 5), number]) == 5
    assert not seen.add(0)
    assert seen.add(number + 5)
    assert number + 5 in seen
    assert number + 6 not in seen
    assert seen.update(iter(())) == 0


def test_items_keep_their_order() -> None:
    assert list(unique("banana")) == ["b", "a", "n"]
