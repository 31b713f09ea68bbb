"""How does a name become evidence? Ask DNS: what to ask, how to ask it, and what was answered.

A list of names becomes a ``plan`` of questions; the ``client`` sends them, each by the rules of
``asking``; ``codec`` turns messages into bytes and back, ``reading`` says what a reply means; each
question ends as one ``observation``. ``vantage`` tests the resolvers first; a ``journal`` keeps
the observations while they come in, and the ``log`` for good.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from v6monitor.lookups.recording import record as record
    from v6monitor.lookups.run import lookup as lookup

_PLACES = {"lookup": "run", "record": "recording"}


def __getattr__(name: str) -> object:
    """Import the calls that ask only when they are called for: who reads a log needs no sockets."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
