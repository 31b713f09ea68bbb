"""How does a name become evidence? Ask DNS: what to ask, how to ask it, and what was answered.

A list of names (``subjects``) becomes a ``plan`` of questions, each once. The ``client`` takes them
one by one and sends them to the ``resolvers``, as fast as ``pacing`` allows; what is ``underway``
waits for its answer. ``codec`` makes the message. What comes back is read by ``decoding``: by hand
when it is ordinary (``plain``), else by dnspython, and then ``reading`` says what the reply means.
``asking`` has the rules of what to do next: follow a CNAME, ask again, ask elsewhere, over TCP
(``streams``), or be done. Each question ends as one ``observation``, which may raise new ones.

``vantage`` tests the resolvers first. A ``journal`` (a ``journalfile`` on disk) keeps the
observations while they come in; in the end it becomes a ``logfile``, which ``log`` reads.
``recording`` is the call that does all that.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from v6monitor.dns.recording import record as record
    from v6monitor.dns.run import lookup as lookup

_PLACES = {"lookup": "run", "record": "recording"}


def __getattr__(name: str) -> object:
    """Import the calls that ask only when they are called for: who reads a log needs no sockets."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
