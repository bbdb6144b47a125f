"""Whether kinds of calls can be told apart by how long they take: a Welch test on interleaved calls, as dudect's."""

import random
import statistics
import threading
import time


class HeldUp(Exception):
    """A call that the machine did not let through in time: it tells nothing of what it was about."""


class Fleet:
    """Clients that make calls at the same time, `call(client, kind)`, each with a thread of its own. A call may say itself
    how long it took, of what it did."""

    def __init__(self, clients: list, call):
        self._clients, self._call = clients, call
        self.held_up = 0  # calls that are in no list

    def interleave(self, counts: list[int]) -> list[list[float]]:
        """Makes `counts[kind]` calls of each kind, all in one random order. How long each took in seconds, by
        kind."""
        times: list[list[float]] = [[] for _ in counts]
        order = [kind for kind, count in enumerate(counts) for _ in range(count)]
        random.shuffle(order)
        lock = threading.Lock()
        failures: list[BaseException] = []

        def work(client) -> None:
            try:
                while True:
                    with lock:
                        if not order or failures:
                            return
                        kind = order.pop()
                    begin = time.perf_counter()
                    try:
                        taken = self._call(client, kind)
                    except HeldUp:
                        with lock:
                            self.held_up += 1
                        continue
                    if taken is None:
                        taken = time.perf_counter() - begin
                    with lock:
                        times[kind].append(taken)
            except BaseException as error:  # told to whoever waits
                failures.append(error)

        workers = [threading.Thread(target=work, args=(client,)) for client in self._clients]
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
