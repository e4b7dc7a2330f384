"""An entry of the workers that does everything a parser must not do.

Each task is a fault that a hostile file could cause: it hangs, aborts, eats memory, answers
too much or out of turn, or tries to leave the jail. What is refused answers with the name of
the error that it met, so that a test sees the refusal itself and not its absence.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path


def prepare() -> None:
    """Import what the tasks need before the jail closes, as a real entry does."""
    ctypes.CDLL(None)


def _echo(body: bytes) -> bytes:
    return body


def _sleep(body: bytes) -> bytes:
    time.sleep(float(body))
    return b"slept"


def _hang(_: bytes) -> bytes:
    while True:
        pass


def _abort(_: bytes) -> bytes:
    os.abort()


def _segfault(_: bytes) -> bytes:
    ctypes.string_at(8)
    return b"survived"


def _leave(body: bytes) -> bytes:
    os._exit(int(body))


def _exit(_: bytes) -> bytes:
    raise SystemExit(0)


def _fail(_: bytes) -> bytes:
    raise ValueError("words of an exhibit")


def _recurse(body: bytes) -> bytes:
    return _recurse(body)


def _eat_memory(_: bytes) -> bytes:
    eaten = []
    while True:
        eaten.append(bytearray(16 << 20))


def _ask_too_much(_: bytes) -> bytes:
    return bytes(1 << 46)


def _burn(_: bytes) -> bytes:
    until = time.process_time() + 600
    while time.process_time() < until:
        pass
    return b"burnt"


def _answer_much(body: bytes) -> bytes:
    return bytes(int(body))


def _sockets() -> list[int]:
    """The descriptors to the pool: the task was not told them, but a thief would look."""
    found = []
    for number in range(3, 256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


def _write_everywhere(data: bytes) -> None:
    for number in _sockets():
        try:
            os.write(number, data)
        except OSError:
            continue


def _write_garbage(_: bytes) -> bytes:
    _write_everywhere(os.urandom(4) + b"\xff" * 4096)
    time.sleep(30)
    return b"unheard"


def _promise_much(_: bytes) -> bytes:
    _write_everywhere(struct.pack("<IQ", 10, 1 << 60) + b"x" * 100)
    time.sleep(30)
    return b"unheard"


def _forge_answers(_: bytes) -> bytes:
    # ["done", 1, 0.0, 0.0, "", "", false]: an answer to a task that another worker has
    zero = b"\xcb" + bytes(8)
    head = b"\x97\xa4done\xcd\xff\xff" + zero * 2 + b"\xa0\xa0\xc2"
    _write_everywhere(struct.pack("<IQ", len(head), 6) + head + b"forged")
    time.sleep(30)
    return b"unheard"


def _close_everything(_: bytes) -> bytes:
    os.closerange(3, 256)
    time.sleep(30)
    return b"unheard"


def _tried(attempt: Callable[[], object]) -> bytes:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__.encode()
    return b"it was allowed"


def _open_socket(_: bytes) -> bytes:
    return _tried(lambda: socket.create_connection(("127.0.0.1", 9), timeout=1))


def _open_pair(_: bytes) -> bytes:
    return _tried(socket.socketpair)


def _read_file(body: bytes) -> bytes:
    return _tried(lambda: Path(os.fsdecode(body)).read_bytes())


def _write_file(body: bytes) -> bytes:
    return _tried(lambda: Path(os.fsdecode(body)).write_bytes(b"written"))


def _truncate_file(body: bytes) -> bytes:
    return _tried(lambda: os.truncate(body, 0))


def _change_mode(body: bytes) -> bytes:
    return _tried(lambda: Path(os.fsdecode(body)).chmod(0o777))


def _remove_file(body: bytes) -> bytes:
    return _tried(lambda: Path(os.fsdecode(body)).unlink())


def _list_folder(body: bytes) -> bytes:
    return _tried(lambda: list(Path(os.fsdecode(body)).iterdir()))


def _fork(_: bytes) -> bytes:
    def attempt() -> None:
        if os.fork() == 0:
            os._exit(0)

    return _tried(attempt)


def _exec(_: bytes) -> bytes:
    return _tried(lambda: os.execv("/bin/true", ["/bin/true"]))


def _kill_parent(_: bytes) -> bytes:
    return _tried(lambda: os.kill(os.getppid(), signal.SIGKILL))


def _lift_limits(_: bytes) -> bytes:
    import resource

    return _tried(lambda: resource.prlimit(os.getppid(), resource.RLIMIT_AS))


def _print(body: bytes) -> bytes:
    os.write(1, body)
    os.write(2, body)
    return b"printed"


def _environment(_: bytes) -> bytes:
    return "\n".join(sorted(os.environ)).encode()


def _process(_: bytes) -> bytes:
    return str(os.getpid()).encode()


def _thread(body: bytes) -> bytes:
    """Threads must work: parsers and OCR engines start them."""
    found: list[bytes] = []
    threads = [threading.Thread(target=found.append, args=(body,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return b"".join(found)


def _use_libraries(_: bytes) -> bytes:
    """The libraries that parse exhibits must work inside the jail, imported late."""
    import io
    import tempfile

    import lxml.etree
    import numpy
    import pikepdf
    import pypdfium2
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "PNG")
    size = Image.open(picture).size
    with tempfile.TemporaryFile() as scratch, pikepdf.new() as made:
        made.add_blank_page()
        made.save(scratch)
        scratch.seek(0)
        document = pypdfium2.PdfDocument(scratch.read())
        pages = len(document)
        document.close()
    tag = lxml.etree.fromstring(b"<a/>").tag
    product = float((numpy.ones((200, 200)) @ numpy.ones((200, 200))).sum())
    return f"{size} {pages} {tag} {product:.0f}".encode()


TASKS: dict[str, Callable[[bytes], bytes]] = {
    "echo": _echo,
    "sleep": _sleep,
    "hang": _hang,
    "abort": _abort,
    "segfault": _segfault,
    "leave": _leave,
    "exit": _exit,
    "fail": _fail,
    "recurse": _recurse,
    "eat memory": _eat_memory,
    "ask too much": _ask_too_much,
    "burn": _burn,
    "answer much": _answer_much,
    "write garbage": _write_garbage,
    "promise much": _promise_much,
    "forge answers": _forge_answers,
    "close everything": _close_everything,
    "open socket": _open_socket,
    "open pair": _open_pair,
    "read file": _read_file,
    "write file": _write_file,
    "truncate file": _truncate_file,
    "change mode": _change_mode,
    "remove file": _remove_file,
    "list folder": _list_folder,
    "fork": _fork,
    "exec": _exec,
    "kill parent": _kill_parent,
    "lift limits": _lift_limits,
    "print": _print,
    "environment": _environment,
    "process": _process,
    "thread": _thread,
    "use libraries": _use_libraries,
}
