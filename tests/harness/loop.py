"""One event loop in a thread of its own, on which the sinks and gates of a test run."""

import asyncio
import threading


class Loop:
    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda loop, context: None)  # peers vanish: that is the test
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="sinks")
        self._thread.start()

    def call(self, coroutine, timeout: float = 20):
        """Runs a coroutine on the loop and waits for its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout)

    def close(self) -> None:
        async def cancel_all():
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=5) if tasks else None
        self.call(cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


class Listener:
    """A TCP server on a fixed free port that can be down and up again."""

    def __init__(self, loop: Loop, ssl_context=None):
        self._loop, self._ssl = loop, ssl_context
        self._server = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.up()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        try:
            await self.serve(reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    def up(self) -> None:
        async def run():
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._ssl,
                                                      limit=1 << 20, backlog=512)
            self.port = self._server.sockets[0].getsockname()[1]
        if self._server is None:
            self._loop.call(run())

    def down(self) -> None:
        """Refuses new connections and cuts those that are there."""
        async def run():
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
        if self._server is not None:
            self._loop.call(run())
            self._server = None

    def cut(self) -> None:
        """Cuts the connections that are there."""
        async def run():
            for writer in list(self._writers):
                writer.transport.abort()
        self._loop.call(run())
