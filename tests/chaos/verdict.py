"""What a chaos run prints: its progress and, at the end, what was found and what is wrong."""

import time

SHOWN = 30


def make_say():
    """Prints a line with the seconds since the beginning."""
    begin = time.monotonic()
    return lambda text: print(f"[{time.monotonic() - begin:6.1f} s] {text}", flush=True)


def print_verdict(title: str, load, proof) -> bool:
    problems = load.problems + proof.problems
    print(f"\n{title}: {len(load.submitted)} reports, {sum(i.claimed for i in load.submitted)} of their cases claimed")
    print("found: " + ", ".join(f"{count} {what}" for what, count in proof.counts.items()))
    print("errors that callers met and tried again: " + (
        ", ".join(f"{code} {count}" for code, count in load.errors.most_common()) or "none"))
    for problem in problems[:SHOWN]:
        print(f"  WRONG: {problem}")
    if len(problems) > SHOWN:
        print(f"  … and {len(problems) - SHOWN} more")
    print(f"VERDICT: FAILED, {len(problems)} wrong" if problems else "VERDICT: PASSED, nothing lost, nothing doubled")
    return not problems
