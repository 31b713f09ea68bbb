"""Who reads a message? The fast reader what is ordinary, dnspython the rest, and each checks."""

import warnings

from v6monitor.lookups import codec, plain
from v6monitor.lookups.codec import Reply

CHECKED = 500
"""One of so many messages that were read fast is read by dnspython too."""


class Decoder:
    """Reads the messages of one run.

    Were the two readers ever to differ, dnspython's reading counts, the fast reader is not used
    again, and a warning says that this is an error of the program, to be reported.
    """

    def __init__(self) -> None:
        self._fast = True
        self._until_check = CHECKED

    def decode(self, wire: bytes) -> Reply:
        """Return what a message says; ``codec.Malformed`` when it is none."""
        reply = plain.decode(wire) if self._fast else None
        if reply is None:
            return codec.decode(wire)
        self._until_check -= 1
        return reply if self._until_check else self._check(wire, reply)

    def _check(self, wire: bytes, reply: Reply) -> Reply:
        self._until_check = CHECKED
        reference = codec.decode(wire)
        if reference != reply:
            self._fast = False
            warnings.warn(
                f"a DNS message was read in two ways, please report it: {wire.hex()}",
                RuntimeWarning,
                stacklevel=2,
            )
        return reference
