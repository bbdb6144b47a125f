"""Whether kinds of calls can be told apart by how long they take: a Welch test on interleaved calls, as dudect's."""

import random
import statistics
import threading
import time


def interleave(calls: int, kinds: int, threads: int, call) -> list[list[float]]:
    """Makes `calls` calls, `call(kind)`, in a random order from several threads. How long each took in seconds, by
    kind."""
    times: list[list[float]] = [[] for _ in range(kinds)]
    order = [n % kinds for n in range(calls)]
    random.shuffle(order)
    lock = threading.Lock()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while True:
                with lock:
                    if not order or failures:
                        return
                    kind = order.pop()
                begin = time.perf_counter()
                call(kind)
                taken = time.perf_counter() - begin
                with lock:
                    times[kind].append(taken)
        except BaseException as error:  # told to whoever waits
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    if failures:
        raise failures[0]
    return times


def welch_t(a: list[float], b: list[float]) -> float:
    if min(len(a), len(b)) < 2:
        return 0.0
    spread = statistics.variance(a) / len(a) + statistics.variance(b) / len(b)
    return (statistics.fmean(a) - statistics.fmean(b)) / spread ** 0.5 if spread else 0.0


def largest_t(a: list[float], b: list[float]) -> float:
    """The largest |t| over all times and over the quickest ones alone: a machine that is busy with other things makes
    some calls very slow, and hides what is being looked for."""
    pooled = sorted(a + b)
    found = abs(welch_t(a, b))
    for share in (0.9, 0.75, 0.5):
        limit = pooled[int(len(pooled) * share) - 1]
        found = max(found, abs(welch_t([x for x in a if x <= limit], [x for x in b if x <= limit])))
    return found
