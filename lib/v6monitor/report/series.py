"""Which reports make the whole series? One of every month measured, the oldest first."""

from dataclasses import replace

from v6monitor.report import index, manifest
from v6monitor.report.month import of_sectors, read_measurements
from v6monitor.report.request import Request

ALL = "all"


def requests(request: Request) -> list[Request]:
    """Return a request for every month that the measurements hold.

    A month that the archive has already keeps its lookups: where its inputs changed, it is made
    again from them. A month whose report was withdrawn is left out: it asks for a report of its
    own.
    """
    table = of_sectors(read_measurements(request.measurements).table, request.sectors)
    held = {month["period"]: month for month in index.months(request.out)}
    months = [
        replace(request, period=period)
        for period in sorted(table["measured_at"].dt.strftime("%Y-%m").unique())
        if period not in held or not held[period]["withdrawn"]
    ]
    return [_replayed(one) if one.period in held else one for one in months]


def _replayed(request: Request) -> Request:
    if request.replay or manifest.find(request.out, request.identity):
        return request
    kept = index.tables(request.out, request.period) / index.OBSERVATIONS
    return replace(request, resolvers=(), replay=kept) if kept.is_file() else request
