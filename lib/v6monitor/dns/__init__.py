"""DNS: from names to observations.

- ``plan``: which questions; ``resolvers``: which ones; ``vantage``: whether they can be trusted.
- ``client`` sends them, by the ``retry`` policy and the ``pacing`` of each resolver, over the
  sockets of ``transport``.
- ``wire`` checks what comes in, ``fastpath`` and ``codec`` (dnspython) decode it.
- Each question ends as one ``observation``. ``run`` keeps them in memory; ``recording`` in a
  ``journal``, which becomes a ``log``.
- ``lookup`` has the public calls.
"""
