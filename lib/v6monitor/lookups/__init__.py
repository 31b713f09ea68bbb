"""How does a name become evidence? Ask DNS: what to ask, how to ask it, and what was answered.

A list of names becomes a ``plan`` of questions; the ``client`` sends them, each by the rules of
``asking``; ``codec`` turns messages into bytes and back, ``reading`` says what a reply means; each
question ends as one ``observation``, and the ``log`` keeps them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from v6monitor.lookups.run import lookup as lookup
    from v6monitor.lookups.run import observe as observe
    from v6monitor.lookups.run import record as record


def __getattr__(name: str) -> object:
    """Import the calls that ask only when they are called for: who reads a log needs no sockets."""
    if name not in {"lookup", "observe", "record"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from v6monitor.lookups import run  # noqa: PLC0415

    return getattr(run, name)
