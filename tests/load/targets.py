"""What the figures are to reach, as ratios between figures of one run."""


def ratios(f: dict) -> list[dict]:
    """Every target whose figures are there: name, value, want, and whether it was reached."""
    rows = []

    def row(name: str, value, want: str) -> None:
        try:
            number = value()
        except (KeyError, ZeroDivisionError):
            return
        sign, limit = want.split()
        reached = number >= float(limit) if sign == ">=" else number <= float(limit)
        rows.append({"name": name, "value": round(number, 3), "want": want, "reached": reached})

    row("echo_rps / bare_echo_rps", lambda: f["echo_rps"] / f["bare_echo_rps"], ">= 0.9")
    row("submit_rps_256 / echo_rps in turns", lambda: f["submit_rps_256_of_echo"], ">= 0.45")
    row("submit_rps_256 / submit_one_tx_rps", lambda: f["submit_rps_256"] / f["submit_one_tx_rps"], ">= 2.5")
    row("submit_live_rps / echo_rps", lambda: f["submit_live_rps"] / f["echo_rps"], ">= 0.2")
    row("road_live_rps / road_rps", lambda: f["road_live_rps"] / f["road_rps"], ">= 0.8")
    row("road_rps", lambda: f["road_rps"], ">= 600")
    row("submit_to_mail_p99_ms", lambda: f["submit_to_mail_p99_ms"], "<= 250")
    row("submit_pruning_p99_ms / still", lambda: f["submit_pruning_p99_ms"] / f["submit_still_p99_ms"], "<= 1.3")
    row("get_p99_ms_1m / get_p99_ms_10k", lambda: f["get_p99_ms_1m"] / f["get_p99_ms_10k"], "<= 1.3")
    row("list_p99_ms_1m / list_p99_ms_10k", lambda: f["list_p99_ms_1m"] / f["list_p99_ms_10k"], "<= 1.3")
    row("get_p99_ms_10k / echo_8_p99_ms_10k", lambda: f["get_p99_ms_10k"] / f["echo_8_p99_ms_10k"], "<= 4")
    row("load_1m_s", lambda: f["load_1m_s"], "<= 300")
    row("audit_verify_rows_per_s", lambda: f["audit_verify_rows_per_s"], ">= 200000")
    row("search_mib_per_core_s", lambda: f["search_mib_per_core_s"], ">= 20")
    row("case_search_mib_per_core_s", lambda: f["case_search_mib_per_core_s"], ">= 20")
    row("receipt_p99_ms", lambda: f["receipt_p99_ms"], "<= 10")
    for service in f.get("rss_mib", {}):
        row(f"rss_mib {service}", lambda: f["rss_mib"][service], "<= 64")
        row(f"start_ms {service}", lambda: f["start_ms"][service], "<= 1000")
    return rows
