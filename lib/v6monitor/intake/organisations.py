"""Whose domain is it? Registers, sectors, provinces, renames and waivers: files about the list.

- a register says which organisation has a domain: one's own table
  (``domain, type, organisation, org_id, sector, province``), an export of
  organisaties.overheid.nl, or that of the Register Internetdomeinen Overheid (RIO);
- renames: ``old, new, date``;
- waivers (comply or explain): ``domain, standard, explanation, owner, valid_until``, and where
  wanted ``type`` and ``valid_from``.

Each is a table with a header: CSV with commas or semicolons, or a spreadsheet. Further columns
are allowed and left alone.
"""

from v6monitor.intake.provinces import PROVINCES, province_in
from v6monitor.intake.registers import Register, attach, join, read_register, read_registers
from v6monitor.intake.renames import read_renames
from v6monitor.intake.sectors import SECTORS, sector_in
from v6monitor.intake.waivers import explain, matched, read_waivers, waiver_list

__all__ = [
    "PROVINCES",
    "SECTORS",
    "Register",
    "attach",
    "explain",
    "join",
    "matched",
    "province_in",
    "read_register",
    "read_registers",
    "read_renames",
    "read_waivers",
    "sector_in",
    "waiver_list",
]
