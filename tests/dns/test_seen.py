"""A set that moves to disk: what is new is counted once, in memory, on disk and in between."""

from v6monitor.dns.seen import _AT_ONCE, _FEW, Seen, unique


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


def test_what_was_in_memory_is_known_once_it_is_on_disk() -> None:
    seen = Seen()
    assert all(seen.add(number) for number in range(_FEW + 2))
    assert not any(seen.add(number) for number in (0, _FEW - 1, _FEW, _FEW + 1))
    assert all(number in seen for number in (0, _FEW - 1, _FEW, _FEW + 1))
    assert _FEW + 2 not in seen


def test_items_keep_their_order() -> None:
    assert list(unique("banana")) == ["b", "a", "n"]
