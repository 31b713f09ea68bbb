"""Files about the list are found beside the measurements, then in the usual places."""

from v6monitor.intake import companions
from v6monitor.workspace import REFERENCE, example_folder, measurements


def test_the_nearest_folder_goes_first(tmp_path):
    """Beside the measurement, else one's own or the example's folder, else the reference."""
    file = tmp_path / "a.csv"
    file.write_text("x")
    places = companions.search_path([tmp_path, file])
    assert places == (tmp_path, measurements(), REFERENCE)
    assert companions.search_path([], synthetic=True) == (example_folder(), REFERENCE)
    assert companions.find("waivers", places[:1]) == REFERENCE / "waivers.csv"
    (tmp_path / "Waivers.xlsx").write_text("x")
    assert companions.find("waivers", places) == tmp_path / "Waivers.xlsx"


def test_registers_have_names_that_begin_so(tmp_path):
    """All of the first folder that has any, one's own first; a measurement is none."""
    for name in ("register-rio.xml", "register.csv", "gemeenten.csv", "register.txt"):
        (tmp_path / name).write_text("x")
    names = [file.name for file in companions.registers([tmp_path / "absent", tmp_path])]
    assert names == ["register.csv", "register-rio.xml"]
    assert companions.registers([tmp_path / "absent"]) == []


def test_ones_own_files_are_inputs_and_are_kept(tmp_path):
    """The reference is part of the code; renames, waivers and letters go with the report."""
    own, report = tmp_path / "own", tmp_path / "report"
    own.mkdir()
    report.mkdir()
    (own / "register.csv").write_text("domain\n")
    (own / "Renames.csv").write_text("old,new\n")
    places = (own, REFERENCE)
    assert [file.name for file in companions.own_files(places)] == ["register.csv", "Renames.csv"]
    companions.copy(places, report)
    kept = {file.name: file.read_text() for file in report.iterdir()}
    assert kept["renames.csv"] == "old,new\n"
    assert set(kept) == {"renames.csv", "waivers.csv", "letters-sent.csv"}
