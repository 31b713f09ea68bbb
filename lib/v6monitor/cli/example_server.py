"""``v6monitor example-server``: the example's embedded name server, until interrupted."""

import argparse
import threading

from v6monitor.workspace import example_server


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the port."""
    parser.add_argument(
        "--port", metavar="N", type=_port, default=0, help="UDP and TCP port (default: a free one)"
    )


def run(options: argparse.Namespace) -> int:
    """Answer until Ctrl-C."""
    with example_server(options.port) as server:
        print(f"The example's name server answers at {server.address}:{server.port}")
        print(f"Try: dig @{server.address} -p {server.port} <name> AAAA   (Ctrl-C stops it)")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):  # noqa: PLR2004 - RFC 768
        raise argparse.ArgumentTypeError(f"{text!r}: expected a port number")
    return int(text)
