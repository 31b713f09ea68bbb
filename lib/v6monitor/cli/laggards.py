"""``v6monitor laggards``: which Exchange Online domains of a log are still without IPv6?"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from v6monitor import mail
from v6monitor.cli import tables
from v6monitor.errors import UsageError
from v6monitor.language import CODES, Language
from v6monitor.mail import advice, operators
from v6monitor.mail.letters import Letter, letters
from v6monitor.report.scope import is_synthetic


def laggards_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read, the CSV file to write and the language of its sentences."""
    tables.add_arguments(parser, "laggards")
    parser.add_argument("--lang", choices=CODES, default="en", help="language of the sentences")
    parser.add_argument(
        "--letters",
        metavar="DIR",
        type=Path,
        help="write a letter to each administrator into this folder, in Dutch and English, and "
        "letters.csv and letters.xlsx for a mail merge",
    )


def laggards(options: argparse.Namespace) -> int:
    """Write the laggard list; print how many domains are in which group."""
    observations, subjects = tables.read(options.log)
    domains = [domain for domain, kind in subjects if kind == "mail"]
    providers = mail.providers(observations, domains, operators.known())
    table = mail.laggards(observations, providers)
    tables.write(advice.worded(table, Language(options.lang)), options.out)
    print(f"{options.out}: {len(table)} of {len(providers)} mail domains")
    print(f"  group: {tables.counted(table['group'])}")
    if options.letters:
        written = letters(table, observations)
        _write(options.letters, written, synthetic=is_synthetic(table))
        noun = "letter" if len(written) == 1 else "letters"
        print(f"{options.letters}: {len(written)} {noun}")
    return 0


def _write(folder: Path, written: Sequence[Letter], *, synthetic: bool) -> None:
    from v6monitor.report import formats  # noqa: PLC0415
    from v6monitor.report import letters as pages  # noqa: PLC0415
    from v6monitor.report.archive import synthetic_notice  # noqa: PLC0415
    from v6monitor.report.exports import write_text  # noqa: PLC0415

    try:
        for code in CODES:
            notices = synthetic_notice(Language(code)) if synthetic else []
            for letter in written:
                text = pages.page(letter, code, CODES, notices)
                write_text(folder / pages.file_of(letter, code, CODES), text)
        formats.write(pages.merge(written), folder, pages.NAME)
    except OSError as error:
        raise UsageError(
            f"--letters {folder}: cannot be written ({error.strerror}); name a folder that you "
            "may write to"
        ) from error
