"""Start the desk on this computer's own address and print where it is.

Binds 127.0.0.1 and nothing else. The printed address holds a token that works once; the browser
keeps a cookie in its place until it is closed.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import webbrowser

import uvicorn

from assay.casework.case import Case
from assay.errors import UsageError
from assay.web.app import application
from assay.web.desk import Desk

HOST = "127.0.0.1"


def serve(case: Case, port: int, open_browser: bool) -> None:
    """Serve `case` until Ctrl-C. Port 0 picks a free one. Raises UsageError (port taken)."""
    listener = bind(port)
    port = int(listener.getsockname()[1])
    folder = case.folder

    def announce(token: str) -> None:
        sys.stdout.write(f"  http://{HOST}:{port}/enter?token={token}\n")
        sys.stdout.flush()

    desk = Desk(lambda: Case(folder), port, announce)
    try:
        desk.open()
        sys.stdout.write(f"The desk of {case.name} is open. Ctrl-C closes it. Works once:\n")
        token = desk.sessions.token()
        announce(token)
        if open_browser:
            address = f"http://{HOST}:{port}/enter?token={token}"
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        # Ctrl-C ends the server in order, and may then arrive here as an exception or not
        with contextlib.suppress(KeyboardInterrupt):
            server_for(desk).run(sockets=[listener])
        sys.stdout.write("The desk is closed.\n")
    finally:
        desk.close()
        listener.close()


def bind(port: int) -> socket.socket:
    """A socket on this computer's own address. Raises UsageError where the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            "--port", f"port {port} is taken", "Leave it out to get a free one."
        ) from error
    return listener


def server_for(desk: Desk) -> uvicorn.Server:
    """A server for a desk: no log of what is looked at, no name of the program."""
    return uvicorn.Server(
        uvicorn.Config(
            application(desk),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            http="h11",
            loop="asyncio",
            timeout_graceful_shutdown=2,
        )
    )
