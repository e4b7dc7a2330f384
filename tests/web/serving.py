"""A desk on a port of its own in a thread, for the tests of web/ and for the browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import msgspec

from assay.casework.case import Case
from assay.web.desk import Desk
from assay.web.serve import HOST, bind, server_for


class Served(msgspec.Struct):
    """A desk that answers. `printed` holds the tokens that it would print."""

    desk: Desk
    port: int
    address: tuple[str, int]
    printed: list[str]

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://{HOST}:{self.port}"

    def entry(self) -> str:
        """An address that lets one browser in, once."""
        return f"{self.url}/enter?token={self.desk.sessions.token()}"

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """A client that has been let in and sends what a page of the desk sends."""
        with httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=60) as client:
            assert client.get(self.entry()).status_code == 303
            yield client


@contextmanager
def serving(open_case: Callable[[], Case]) -> Iterator[Served]:
    """Serve a case until the block ends."""
    listener = bind(0)
    address = listener.getsockname()
    printed: list[str] = []
    desk = Desk(open_case, int(address[1]), printed.append)
    desk.open()
    server = server_for(desk)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield Served(desk, int(address[1]), address, printed)
    finally:
        server.should_exit = True
        thread.join()
        desk.close()
        listener.close()
