"""Where do the repository's files stand, whatever the working directory?"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
EXAMPLE = DATA / "example"
REFERENCE = Path(__file__).parent / "reference"
"""Tables that travel inside the package: mail operators, renames, published figures, events."""
OBSERVATIONS = DATA / "observations"
REPORTS = ROOT / "reports"


def from_root(path: str | Path) -> Path:
    """Return an absolute path; a relative one counts from the repository's root.

    Notebooks use it, because papermill starts them in the root and JupyterLab in ``notebooks/``.
    """
    return ROOT / Path(path).expanduser()
