from v6monitor.dns.seen import Seen


def test_each_member_is_new_once() -> None:
    """However many there are, and however the set has grown."""
    seen = Seen()
    members = [(f"town{number}.example", "AAAA") for number in range(50_000)]
    assert all(seen.add(member) for member in members)
    assert not any(seen.add(member) for member in members)
    assert len(seen) == len(members)
    assert seen.add(("town0.example", "A"))


def test_a_member_with_any_hash_is_found_again() -> None:
    """Also those that mark free places, are negative, or fall on the same place."""
    seen = Seen()
    numbers = [0, 1, -2, 1 << 62, *(number << 30 for number in range(200))]
    new = [seen.add(number) for number in numbers]
    assert sum(new) == len({hash(number) or 1 for number in numbers})
    assert not any(seen.add(number) for number in numbers)
