"""Was this met before? A set that only grows, of eight bytes a member, for lists of any length."""

from array import array
from collections.abc import Hashable

_SHARDS = 64  # a set grows a shard at a time: never a long pause, never twice the memory
_SHARD_BITS = _SHARDS.bit_length() - 1
_SMALLEST = 1024
_FULLEST = 0.75
_KEY_BITS = (1 << 64) - 1


class Seen:
    """The members are known by their hash only: at most 22 bytes each, whatever their length.

    Two members with the same 64-bit hash count as one: of ten million, that befalls any two with
    a chance of three in a million.
    """

    def __init__(self) -> None:
        self._shards = [_table(_SMALLEST) for _ in range(_SHARDS)]
        self._sizes = [0] * _SHARDS

    def __len__(self) -> int:
        return sum(self._sizes)

    def add(self, member: Hashable) -> bool:
        """Add a member; tell whether it is new."""
        key = (hash(member) & _KEY_BITS) or 1  # 0 marks a free place
        number = key % _SHARDS
        if not _put(self._shards[number], key):
            return False
        self._sizes[number] += 1
        if self._sizes[number] > _FULLEST * len(self._shards[number]):
            self._grow(number)
        return True

    def _grow(self, number: int) -> None:
        table = _table(2 * len(self._shards[number]))
        for key in filter(None, self._shards[number]):
            _put(table, key)
        self._shards[number] = table


def _table(places: int) -> "array[int]":
    return array("Q", bytes(8 * places))


def _put(table: "array[int]", key: int) -> bool:
    """Put a key at its place or the first free one after it; False when it is there already."""
    last = len(table) - 1
    place = key >> _SHARD_BITS & last
    while found := table[place]:
        if found == key:
            return False
        place = place + 1 & last
    table[place] = key
    return True
