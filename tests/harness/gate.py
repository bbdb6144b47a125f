"""A TCP gate between two parties that can hold, cut or silence what passes."""

import asyncio

from .loop import Listener, Loop


class Gate(Listener):
    """Listens on `port` and passes bytes to `target` and back.

    `hold()` keeps all bytes back, both ways, until `open()`. `silence_answers()` swallows what the target says.
    `swallow_answer_after(marker)` waits for the marker in what the client says, passes it on, swallows the
    answer and cuts the connection, once: the work is done and its answer is lost. `down()` refuses, `cut()` cuts.
    """

    def __init__(self, loop: Loop, target: int, host: str = "127.0.0.1"):
        self.target = (host, target)
        self._held = self._silent = False
        self._marker: bytes | None = None
        self.swallowed = 0  # answers lost by swallow_answer_after
        self.silenced = 0   # bytes lost by silence_answers
        super().__init__(loop)

    def hold(self) -> None:
        self._held = True

    def open(self) -> None:
        self._held = self._silent = False
        self._marker = None
        self.up()

    def silence_answers(self) -> None:
        self._silent = True

    def swallow_answer_after(self, marker: bytes) -> None:
        self._marker = marker

    async def serve(self, reader, writer):
        try:
            there = await asyncio.open_connection(*self.target)
        except OSError:
            return
        self._writers.add(there[1])
        connection = {"doomed": False}
        ways = [asyncio.ensure_future(self._requests(reader, there[1], connection)),
                asyncio.ensure_future(self._answers(there[0], writer, connection))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self._writers.discard(there[1])
            there[1].transport.abort()

    async def _wait_open(self):
        while self._held:
            await asyncio.sleep(0.01)

    async def _requests(self, source, sink, connection):
        while data := await source.read(1 << 16):
            await self._wait_open()
            if self._marker is not None and self._marker in data:
                self._marker, connection["doomed"] = None, True
            sink.write(data)
            await sink.drain()

    async def _answers(self, source, sink, connection):
        while data := await source.read(1 << 16):
            await self._wait_open()
            if connection["doomed"]:
                self.swallowed += 1
                return
            if self._silent:
                self.silenced += len(data)
                continue
            sink.write(data)
            await sink.drain()
