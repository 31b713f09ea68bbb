import datetime as dt

from hypothesis import given
from hypothesis import strategies as some

from v6monitor.dns.log import batch, observations
from v6monitor.dns.observation import OUTCOMES, Observation

texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
lists = some.lists(texts, max_size=3).map(tuple)
times = some.integers(0, 1 << 52).map(
    lambda number: dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=number)
)
rows = some.builds(
    Observation, texts, texts, some.sampled_from(sorted(OUTCOMES)), lists, lists,
    some.none() | some.integers(0, 1 << 31), some.booleans(), texts, times,
    some.floats(0, 1e6), some.integers(0, 99), texts,
)  # fmt: skip


@given(some.lists(rows, max_size=20))
def test_observations_come_back_as_they_were(given_rows: list[Observation]) -> None:
    """Every value of every column, however many rows; Arrow finds the batch sound."""
    table = batch(given_rows)
    table.validate(full=True)
    assert list(observations(table)) == given_rows
