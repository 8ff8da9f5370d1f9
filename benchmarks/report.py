"""The figures of `engines.py` as tables in Markdown: medians, with the least and the most behind them."""

from typing import Any

Spread = dict[str, float]


def tables(figures: dict[str, Any]) -> str:
    """All tables."""
    engines: dict[str, dict[str, Any]] = figures["engines"]
    head = (
        f"{figures['machine']}; {figures['runs']} runs; load average at the end {figures['load_average']:.1f}"
    )
    parts = [
        head,
        _named("nothing to first transaction, s", engines, "start_seconds"),
        _grouped("... where it goes, s", engines, "start_phases"),
        _grouped("... parts of the phase `engine`, s", engines, "start_parts"),
        _grouped("... CPU, s", engines, "start_cpu_seconds"),
        _grouped("a lone submit, ms", engines, "lone_submit_ms"),
        _grouped("memory after the loads, MB", engines, "memory_mb"),
        _named("disk a transaction, bytes, all nodes", engines, "disk_bytes_a_transaction"),
        _loads(engines),
        _cpu(engines),
    ]
    return "\n\n".join(parts)


def _cell(spread: Spread | None) -> str:
    if spread is None:
        return ""
    digits = 2 if spread["median"] < 10 else 0
    median, low, high = (f"{spread[name]:.{digits}f}" for name in ("median", "min", "max"))
    return median if low == high else f"{median} ({low} to {high})"


def _table(title: str, engines: dict[str, dict[str, Any]], rows: list[list[str]]) -> str:
    header = [f"| {title} | {' | '.join(engines)} |", f"|---|{'---|' * len(engines)}"]
    return "\n".join(header + [f"| {' | '.join(row)} |" for row in rows])


def _named(title: str, engines: dict[str, dict[str, Any]], key: str) -> str:
    return _table(title, engines, [["", *(_cell(each[key]) for each in engines.values())]])


def _grouped(title: str, engines: dict[str, dict[str, Any]], key: str) -> str:
    names = dict.fromkeys(name for each in engines.values() for name in each[key])
    rows = [[name, *(_cell(each[key].get(name)) for each in engines.values())] for name in names]
    return _table(title, engines, rows)


def _loads(engines: dict[str, dict[str, Any]]) -> str:
    rows = []
    for places in zip(*(each["loads"] for each in engines.values()), strict=True):
        name = f"{places[0]['call']}, {places[0]['in_flight']} in flight"
        rows.append([f"{name}: a second", *(_cell(each["per_second"]) for each in places)])
        for quantile in ("p50", "p95", "p99"):
            rows.append(
                [f"{name}: {quantile}, ms", *(_cell(each["latency_ms"][quantile]) for each in places)]
            )
        if any(each["failed"] for each in places):
            rows.append([f"{name}: failed", *(str(each["failed"]) for each in places)])
    return _table("load", engines, rows)


def _cpu(engines: dict[str, dict[str, Any]]) -> str:
    rows = []
    for places in zip(*(each["loads"] for each in engines.values()), strict=True):
        names = dict.fromkeys(name for each in places for name in each["cpu_ms"])
        for name in names:
            title = f"{places[0]['call']}, {places[0]['in_flight']} in flight: {name}"
            rows.append([title, *(_cell(each["cpu_ms"].get(name)) for each in places)])
    return _table("CPU a call, ms", engines, rows)
