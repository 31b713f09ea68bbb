"""Resolvers: from what a user writes (``system``, ``9.9.9.9``, ``tls://host``) to addresses."""

import ipaddress
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from v6monitor.errors import UsageError, VantageError

UDP = "udp"
TLS = "tls"
HTTPS = "https"

FORMS = "system, IP, IP:port, [IPv6]:port, tls://host, https://host/dns-query or example"

_PORTS = {UDP: 53, TLS: 853, HTTPS: 443}
_HIGHEST_PORT = 65535
_SHOWN = 60  # characters of a line that cannot be read

RESOLV_CONF = Path("/etc/resolv.conf")


class Resolver(NamedTuple):
    """One resolver and its transport."""

    label: str
    """Its name in the log."""
    transport: str
    """``udp`` (with TCP for what does not fit), ``tls`` (RFC 7858) or ``https`` (RFC 8484)."""
    host: str
    """An IP address; for TLS and HTTPS also a name, which the certificate must have."""
    port: int
    url: str = ""
    """Of an HTTPS resolver."""
    embedded: bool = False
    """The example's own name server, in this process: it needs no pacing."""


def parse(specs: Iterable[str]) -> list[Resolver]:
    """Return the resolvers that texts in ``FORMS`` name, each once; ``system`` can be several.

    >>> [r.label for r in parse(["192.0.2.53", "[2001:db8::53]:5353", "192.0.2.53"])]
    ['192.0.2.53', '[2001:db8::53]:5353']

    Raises UsageError for anything else than ``FORMS``.
    """
    found = [resolver for spec in specs for resolver in _parse(spec.strip())]
    if not found:
        raise UsageError(f"no resolver given: expected {FORMS}")
    return list(dict.fromkeys(found))


def is_resolver(spec: str) -> bool:
    """Return whether a text is of ``FORMS``; nothing is asked."""
    try:
        return spec == "system" or bool(_parse(spec))
    except UsageError:
        return False


def _parse(spec: str) -> list[Resolver]:
    if spec == "system":
        return _system()
    if spec == "example":
        return [Resolver("example", UDP, "", 0, embedded=True)]
    try:
        if "://" in spec:
            return [_from_url(spec)]
        host, port = _host_and_port(spec)
        return [Resolver(_label(host, port), UDP, host, port)]
    except ValueError as error:
        raise UsageError(f"resolver {spec!r}: expected {FORMS}") from error


def _from_url(spec: str) -> Resolver:
    url = urlsplit(spec)
    host = url.hostname
    if not host or url.username or url.query or url.fragment or url.scheme not in {TLS, HTTPS}:
        raise ValueError(spec)
    if url.scheme == TLS and url.path:
        raise ValueError(spec)
    port = _PORTS[url.scheme] if url.port is None else _port(str(url.port))
    return Resolver(spec, url.scheme, host, port, spec if url.scheme == HTTPS else "")


def _host_and_port(spec: str) -> tuple[str, int]:
    """Read ``IP``, ``IPv4:port`` or ``[IPv6]:port``; ValueError for anything else."""
    if spec.startswith("["):
        host, bracket, rest = spec[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError(spec)
        return str(ipaddress.IPv6Address(host)), _port(rest[1:]) if rest else _PORTS[UDP]
    if spec.count(":") == 1:
        host, _, port = spec.partition(":")
        return str(ipaddress.IPv4Address(host)), _port(port)
    return str(ipaddress.ip_address(spec)), _PORTS[UDP]


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _HIGHEST_PORT):
        raise ValueError(text)
    return int(text)


def _label(host: str, port: int) -> str:
    if port == _PORTS[UDP]:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _system() -> list[Resolver]:
    if os.name == "nt":
        import dns.resolver  # noqa: PLC0415 - it reads the registry

        lines = [f"nameserver {address}" for address in dns.resolver.Resolver().nameservers]
    else:
        try:
            lines = RESOLV_CONF.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
    found, odd = from_resolv_conf(lines)
    if odd:
        left_out = ", ".join(map(repr, odd))
        warnings.warn(f"{RESOLV_CONF}: no address in {left_out}; left out", stacklevel=2)
    if not found:
        raise VantageError(
            f"this machine has no resolver configured ({RESOLV_CONF}): name one with --resolver IP"
        )
    return found


def from_resolv_conf(lines: Iterable[str]) -> tuple[list[Resolver], list[str]]:
    """Return the resolvers of ``nameserver`` lines, and such lines that name no IP address.

    >>> found, odd = from_resolv_conf(["nameserver localhost", "nameserver 192.0.2.53"])
    >>> [resolver.label for resolver in found], odd
    (['192.0.2.53'], ['nameserver localhost'])
    """
    found, odd = [], []
    for line in lines:
        keyword, *values = line.split() or [""]
        if keyword == "nameserver":
            try:
                host = str(ipaddress.ip_address(values[0] if values else ""))
            except ValueError:
                odd.append(line.strip()[:_SHOWN])
            else:
                found.append(Resolver(_label(host, _PORTS[UDP]), UDP, host, _PORTS[UDP]))
    return found, odd
