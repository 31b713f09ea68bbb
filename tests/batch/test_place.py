"""How does a report take the place of an older one?"""

import pytest

from v6monitor.batch import place
from v6monitor.errors import UsageError


def test_the_new_report_takes_the_place_of_the_old(tmp_path):
    """Nothing of the older one stays."""
    target, made = tmp_path / "2026-10", tmp_path / "made"
    target.mkdir()
    (target / "old.html").touch()
    made.mkdir()
    (made / "new.html").touch()
    place.swap(made, target)
    assert [path.name for path in target.iterdir()] == ["new.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["2026-10"]


def test_a_swap_that_fails_half_way_leaves_the_old_report(tmp_path):
    """The older one comes back when the new one cannot be moved in."""
    target = tmp_path / "2026-10"
    target.mkdir()
    (target / "old.html").touch()
    with pytest.raises(FileNotFoundError):
        place.swap(tmp_path / "absent", target)
    assert [path.name for path in target.iterdir()] == ["old.html"]


def test_a_report_set_aside_by_a_crash_comes_back(tmp_path):
    """A machine that stopped between the two renames left the old report aside."""
    aside = tmp_path / ".old-2026-10"
    aside.mkdir()
    (aside / "old.html").touch()
    with place.scratch(tmp_path, "2026-10"):
        assert (tmp_path / "2026-10" / "old.html").exists()
    assert not aside.exists()


def test_scratch_is_gone_afterwards_also_after_an_error(tmp_path):
    """Half-made reports are not left behind."""
    with pytest.raises(FileNotFoundError), place.scratch(tmp_path, "2026-10") as folder:
        (folder / "half.html").rename(folder / "absent" / "half.html")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    """A file where the archive should be gives one sentence."""
    (tmp_path / "reports").touch()
    with (
        pytest.raises(UsageError, match="no report can be made there"),
        place.scratch(tmp_path / "reports", "2026-10"),
    ):
        pass
