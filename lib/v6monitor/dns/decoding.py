"""Who reads an answer? The fast reader what is ordinary, dnspython the rest, and each checks."""

import warnings

from v6monitor.dns import codec, plain, reading
from v6monitor.dns.observation import Question
from v6monitor.dns.reading import Reading
from v6monitor.dns.wire import Malformed

CHECKED = 1000
"""One of so many answers that were read fast is read by dnspython too."""


class Decoder:
    """Reads the answers of one run.

    Were the two readers ever to differ, dnspython's reading counts, the fast reader is not used
    again, and a warning says that this is an error of the program, to be reported.
    """

    def __init__(self) -> None:
        self._fast = True
        self._until_check = CHECKED

    def read(self, wire: bytes, asked: bytes, question: Question) -> Reading | None:
        """Return what an ordinary answer says; None when ``codec.decode`` is to read it.

        ``asked`` is the question section as it was sent.
        """
        if not self._fast:
            return None
        found = plain.read(wire, asked, question.qname)
        if found is not None:
            self._until_check -= 1
            if not self._until_check:
                return self._checked(wire, question, found)
        return found

    def _checked(self, wire: bytes, question: Question, found: Reading) -> Reading | None:
        self._until_check = CHECKED
        try:
            same = reading.read(codec.decode(wire), *question) == found
        except Malformed:
            same = False
        if same:
            return found
        self._fast = False
        warnings.warn(
            f"a DNS message was read in two ways, please report it: {wire.hex()}",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
