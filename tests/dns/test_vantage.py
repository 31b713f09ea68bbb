import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from dns.rcode import REFUSED

from v6monitor.cli import main
from v6monitor.dns import vantage
from v6monitor.dns.resolvers import parse
from v6monitor.dns.vantage import Check, Probes
from v6monitor.errors import VantageError
from v6monitor_example.server import LARGEST_MESSAGE, ZoneServer, render
from v6monitor_example.server import parse as parse_query
from v6monitor_example.zones import Answer

PROBES = Probes(
    dns64="four.probe.example",
    rewriting="probe.example",
    ipv6="six.probe.example",
    dnssec="broken.probe.example",
    large="large.probe.example/TXT",
)
SOA = "$TTL 300\n@ SOA ns1 host 1 7200 900 604800 60\n@ NS ns1\nns1 A 192.0.2.2\n"
HONEST = {
    "four": "four A 192.0.2.4",
    "six": "six AAAA 2a01::6",
    "large": "\n".join(f'large TXT "{number:0100}"' for number in range(8)),
    "more": "",
}
LIES = {
    "dns64": {"four": "four A 192.0.2.4\nfour AAAA 64:ff9b::192.0.2.4"},
    "rewriting": {"more": "* A 192.0.2.99"},
    "ipv6": {"six": "six A 192.0.2.6"},
}
Serve = Callable[..., str]


class WithoutTcp(ZoneServer):
    """A name server that says nothing over TCP."""

    def respond(self, message: bytes, largest: int = LARGEST_MESSAGE) -> bytes | None:
        """Answer over UDP."""
        return None if largest == LARGEST_MESSAGE else super().respond(message, largest)


class SmallOverUdp(ZoneServer):
    """A name server that refuses over UDP what is large."""

    def respond(self, message: bytes, largest: int = LARGEST_MESSAGE) -> bytes | None:
        """Answer what is small."""
        answer, query = super().respond(message, largest), parse_query(message)
        if query and answer and len(answer) > 512 and largest < LARGEST_MESSAGE:
            return render(query, Answer(REFUSED), largest)
        return answer


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Give a function that starts a name server with some changes, and returns where it is."""
    with ExitStack() as running:

        def start(kind: type[ZoneServer] = ZoneServer, *, checks: bool = True, **lie: str) -> str:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            (folder / "probe.example.zone").write_text(SOA + "\n".join((HONEST | lie).values()))
            broken = {PROBES.dnssec: "servfail"} if checks else {}
            server = running.enter_context(kind(folder, broken))
            return f"{server.address}:{server.port}"

        yield start


def examined(*specs: str, probes: Probes = PROBES) -> dict[str, Check]:
    """Return the checks of resolvers by name."""
    return {check.check: check for check in vantage.examine(parse(specs), probes)}


def failed(*specs: str) -> set[str]:
    """Return the names of the checks that failed."""
    return {check.check for check in examined(*specs).values() if check.result == "failed"}


def test_an_honest_resolver_passes_every_check(serve: Serve) -> None:
    """Alone there is nobody to agree with."""
    place = serve()
    found = examined(place)
    assert {name: check.result for name, check in found.items()} == {
        **dict.fromkeys(
            ["answers", "dns64", "rewriting", "ipv6", "dnssec", "udp", "tcp"], "passed"
        ),
        "agreement": "not_tested",
    }
    assert vantage.trusted(parse([place]), list(found.values())) == parse([place])
    assert found["dns64"][:4] == (place, "dns64", "four.probe.example AAAA", "nodata")
    assert found["ipv6"].found == "ok 2a01::6"


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_fails_its_check_and_no_other(serve: Serve, lie: str) -> None:
    """Made-up IPv6, names that do not exist, hidden IPv6, answers that do not come through."""
    assert failed(serve(**LIES[lie])) == {lie}


def test_a_resolver_that_does_not_check_dnssec_fails(serve: Serve) -> None:
    """The name with wrong signatures gets an answer."""
    assert failed(serve(checks=False)) == {"dnssec"}


def test_a_resolver_that_large_answers_do_not_come_from_fails(serve: Serve) -> None:
    """Over UDP or over TCP."""
    assert failed(serve(WithoutTcp)) == {"tcp"}
    assert failed(serve(SmallOverUdp)) == {"udp"}


def test_resolvers_that_differ_fail_both(serve: Serve) -> None:
    """Which of them is right, nobody knows."""
    one, other = serve(), serve(six="six AAAA 2a01::66")
    found = [
        check for check in vantage.examine(parse([one, other]), PROBES) if check.result == "failed"
    ]
    assert [(check.resolver, check.check) for check in found] == [
        (one, "agreement"), (other, "agreement"),
    ]  # fmt: skip
    assert failed(serve(), serve()) == set()


def test_a_check_without_a_name_is_left_out(serve: Serve) -> None:
    """On a closed network there may be no such name."""
    place = serve(checks=False)
    found = examined(place, probes=Probes("", "", "", "", ""))
    assert set(found) == {"answers"}


def test_a_failed_check_is_told_with_what_to_do(serve: Serve) -> None:
    """Which resolver, what was asked, found and expected, what it means."""
    place = serve(**LIES["dns64"])
    resolvers = parse([place])
    with pytest.raises(VantageError) as caught:
        vantage.trusted(resolvers, vantage.examine(resolvers, PROBES))
    text = str(caught.value)
    assert f"{place}: it makes up IPv6 addresses (DNS64) (four.probe.example AAAA gave ok " in text
    assert "expected nodata" in text
    assert "name another resolver with --resolver" in text


def test_a_silent_resolver_is_left_out_when_another_answers(serve: Serve) -> None:
    """Within ten seconds; the checks say that it was silent."""
    place = serve()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        mute = f"127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        resolvers = parse([mute, place])
        checks = vantage.examine(resolvers, PROBES)
        assert time.monotonic() - began < 10
        assert vantage.trusted(resolvers, checks) == parse([place])
        assert [check.result for check in checks if check.resolver == mute] == ["failed"]
        with pytest.raises(VantageError, match=f"no resolver answers \\({mute}: no answer in"):
            vantage.trusted(parse([mute]), checks[:1])


def test_the_command_reports_and_its_exit_code_tells(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every check on a line, and one sentence at the end."""
    probes = [f"--probe={name}={value}" for name, value in PROBES._asdict().items()]
    place = serve()
    assert main(["vantage", "--resolver", place, *probes]) == 0
    output = capsys.readouterr()
    assert output.out.splitlines()[0] == place
    assert output.out.splitlines()[-1] == f"Measuring from here works, with {place}"
    of_every = len(vantage.MEANING) - 1  # one is of IPv6-only resolvers
    assert len(output.out.splitlines()) == 1 + of_every + 2
    place = serve(**LIES["rewriting"])
    assert main(["vantage", "--resolver", place, *probes]) == 6
    output = capsys.readouterr()
    assert "FAILED     makes up no names" in output.out
    assert output.err.count("\n") == 1


def test_the_embedded_name_server_has_names_of_its_own() -> None:
    """The example passes the same checks, offline."""
    assert main(["vantage", "--resolver", "example"]) == 0


@pytest.mark.parametrize("probe", ["dns64", "nothing=a.example", "large=a.example"])
def test_a_probe_that_is_none_is_a_usage_error(probe: str) -> None:
    """Exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main(["vantage", "--probe", probe])
    assert caught.value.code == 2
