"""What does a table say? One function per figure: (table, language) -> Telling."""

from v6monitor.findings.telling import Telling

__all__ = ["Telling"]
