"""Kills at random instants and starts again: the three services, each of its replicas, and the database."""

import collections
import random
import time

from harness.database import SERVICES


class Killer:
    """`kill_for` spreads `kills` over the seconds given. Every target gets its share: a shuffled deck is dealt, one
    to three at once."""

    def __init__(self, system, seed: int):
        self._system, self._random = system, random.Random(seed)
        self.kills = collections.Counter()

    def _deck(self, kills: int) -> list[str]:
        targets = [*SERVICES, "database"]
        deck = [targets[n % len(targets)] for n in range(kills)]
        self._random.shuffle(deck)
        return deck

    def _rounds(self, kills: int) -> list[list[str]]:
        """The deck in hands of one to three; what comes twice in a hand gets a round of its own."""
        deck, rounds = self._deck(kills), []
        while deck:
            hand = {deck.pop() for _ in range(min(len(deck), self._random.choice((1, 1, 2, 3))))}
            rounds.append(sorted(hand))
        missing = collections.Counter(self._deck(kills))
        for hand in rounds:
            missing.subtract(hand)
        rounds += [[target] for target, count in missing.items() for _ in range(count)]
        self._random.shuffle(rounds)
        return rounds

    def run(self, kills: int, seconds: float, say) -> None:
        rounds = self._rounds(kills)
        begin = time.monotonic()
        for number, targets in enumerate(rounds):
            due = begin + seconds * (number + self._random.random()) / len(rounds)
            time.sleep(max(0.0, due - time.monotonic()))
            self._round(targets)
            say(f"{sum(self.kills.values())} of {kills} kills, just now {', '.join(targets)}")

    def _round(self, targets: list[str]) -> None:
        dead = []
        for target in targets:
            self.kills[target] += 1
            if target == "database":
                self._system.database.kill()
                continue
            # One replica or all of them.
            victims = self._system.processes[target]
            for process in self._random.sample(victims, self._random.randint(1, len(victims))):
                process.kill()
                dead.append(process)
        time.sleep(self._random.uniform(0, 0.6))
        self._random.shuffle(dead)
        for process in dead:
            process.start()
        if "database" in targets:
            self._system.database.start()
