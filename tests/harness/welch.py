"""Whether two kinds of calls can be told apart by how long they take: a Welch test, as dudect does it."""

import random
import statistics
import threading
import time


class Sample:
    """`calls` calls of two kinds, in a random order, by several threads: `times[kind]`, in seconds."""

    def __init__(self, calls: int, threads: int, call, seed: int = 1):
        self.times: tuple[list[float], list[float]] = ([], [])
        order = [n % 2 for n in range(calls)]
        random.Random(seed).shuffle(order)
        lock = threading.Lock()
        failures: list[BaseException] = []

        def work(worker: int) -> None:
            try:
                while True:
                    with lock:
                        if not order or failures:
                            return
                        kind = order.pop()
                    begin = time.perf_counter()
                    call(worker, kind)
                    taken = time.perf_counter() - begin
                    with lock:
                        self.times[kind].append(taken)
            except BaseException as error:  # to the thread that waits
                failures.append(error)

        workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        if failures:
            raise failures[0]


def welch_t(a: list[float], b: list[float]) -> float:
    spread = statistics.variance(a) / len(a) + statistics.variance(b) / len(b)
    return (statistics.fmean(a) - statistics.fmean(b)) / spread ** 0.5


def largest_t(a: list[float], b: list[float]) -> float:
    """The largest |t| over all times and over the quickest ones alone: a machine that is busy with other things makes
    a few calls very slow, and hides what is being looked for."""
    pooled = sorted(a + b)
    found = abs(welch_t(a, b))
    for share in (0.9, 0.75):
        limit = pooled[int(len(pooled) * share) - 1]
        found = max(found, abs(welch_t([x for x in a if x <= limit], [x for x in b if x <= limit])))
    return found
