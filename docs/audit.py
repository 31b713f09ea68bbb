"""Audits the pins against the list of known vulnerabilities, for ``make audit`` and ``.ci/run``.

Exit code 1 when a pinned version has one. Where the list cannot be reached it says so, and ends
with 0: a CI without internet is no reason to fail.
"""

import json
import subprocess
import sys
from pathlib import Path

PINS = [f"requirements{part}.txt" for part in ("", "-extras", "-dev", "-audit")]


def main() -> int:
    """Audit each file of pins; print what was found."""
    root = Path(__file__).parents[1]
    program = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    program += ["--progress-spinner", "off", "--format", "json", "--timeout", "20"]
    failed = False
    for name in PINS:
        done = subprocess.run(
            [*program, "--requirement", str(root / name)],
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        if not done.stdout.strip():
            reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
            print(f"{name}: not audited, the list of vulnerabilities cannot be read ({reason})")
            continue
        pins = json.loads(done.stdout)["dependencies"]
        skipped = [one["skip_reason"] for one in pins if "skip_reason" in one]
        weak = [one for one in pins if one.get("vulns")]
        audited = len(pins) - len(skipped)
        print(f"{name}: {audited} of {len(pins)} pins audited, {len(weak)} with a vulnerability")
        if skipped:
            print(f"  NOT audited: {len(skipped)}, such as: {skipped[0]}")
        for one in weak:
            found = ", ".join(vulnerability["id"] for vulnerability in one["vulns"])
            print(f"  {one['name']} {one['version']}: {found}")
        failed = failed or bool(weak)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
