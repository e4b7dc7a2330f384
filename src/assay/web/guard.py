"""Who may come in, and what every answer carries.

Rules, in this order, for every request: (1) the Host is this server by an address of this
computer, so that a page elsewhere cannot reach it by renaming itself; (2) a request that changes
something comes from a page of the desk itself; (3) a session cookie, given once for the token in
the printed address. Every answer, a refusal too, forbids scripts, frames and senders from
elsewhere, guessing of types, and keeping on disk.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; font-src 'none'; object-src 'none'; frame-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-DNS-Prefetch-Control": "off",
}
_OPEN = ("/enter", "/enter/again")
_AGAIN_SECONDS = 5.0


class Sessions:
    """One-time tokens and the cookies they were exchanged for; all in memory.

    A token works once. `announce` is told the token that replaces it, when somebody without a
    session asks for one: it prints to the terminal, which only the person at the desk sees.
    """

    def __init__(self, port: int, announce: Callable[[str], None] | None = None) -> None:
        self.cookie = f"assay-{port}"  # cookies know no ports: two desks must not share one
        self._announce = announce
        self._lock = threading.Lock()
        self._tokens: set[str] = set()
        self._open: set[str] = set()
        self._announced = 0.0

    def token(self) -> str:
        """A new one-time token."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens.add(token)
        return token

    def exchange(self, token: str) -> str | None:
        """A session for a token that was not used yet; None for any other."""
        with self._lock:
            found = next((t for t in self._tokens if _same(t, token)), None)
            if found is None:
                return None
            self._tokens.remove(found)
            session = secrets.token_urlsafe(32)
            self._open.add(session)
            return session

    def knows(self, session: str) -> bool:
        """Tell whether a cookie is of a session given here."""
        with self._lock:
            return any(_same(known, session) for known in self._open)

    def announce_again(self) -> bool:
        """Print a new address, the old ones void; False where that was done moments ago."""
        with self._lock:
            if self._announce is None or time.monotonic() - self._announced < _AGAIN_SECONDS:
                return False
            self._announced = time.monotonic()
            self._tokens.clear()
        self._announce(self.token())
        return True


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))


Refusal = Callable[[Request, int, str, str], Response]


class Guard:
    """ASGI middleware that holds the rules. `refuse` makes the page that says no."""

    def __init__(self, app: ASGIApp, sessions: Sessions, port: int, refuse: Refusal) -> None:
        self._app = app
        self._sessions = sessions
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        if port == 80:
            self._hosts |= {"127.0.0.1", "localhost", "[::1]"}
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        request = Request(scope, receive)
        refusal = self._judge(request)
        try:
            await (refusal or self._app)(scope, receive, send_guarded)
        except Exception:  # noqa: BLE001 - raised again after it was answered and told
            pass  # the server would log it with values, which may be words of an exhibit

    def _judge(self, request: Request) -> Response | None:
        headers, path = request.headers, request.url.path
        host = headers.get("host", "").lower()
        # (1)
        if host not in self._hosts or len(headers.getlist("host")) != 1:
            return self._refuse(
                request, 400, "wrong_host", "This desk answers only to this computer's own address."
            )
        # (2)
        if request.method not in ("GET", "HEAD") and not _from_here(headers, host):
            return self._refuse(
                request, 403, "wrong_origin", "Changes are taken only from a page of this desk."
            )
        if headers.get("sec-fetch-site") == "cross-site" and (
            headers.get("sec-fetch-mode") != "navigate"
            or headers.get("sec-fetch-dest", "document") != "document"
        ):
            return self._refuse(
                request, 403, "wrong_origin", "Another site asked for this; it gets nothing."
            )
        # (3)
        if path in _OPEN or path.startswith("/static/"):
            return None
        if not self._sessions.knows(request.cookies.get(self._sessions.cookie, "")):
            return self._refuse(
                request, 401, "no_session", "This browser has not been let in yet, or was closed."
            )
        return None


def _from_here(headers: Headers, host: str) -> bool:
    """Whether a request that changes something was sent by a page of this desk.

    A form sent under `no-referrer` has the Origin `null`; then Sec-Fetch-Site, which no page can
    set, has to say that it came from here.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin" and origin in (None, "null", f"http://{host}")
    return origin == f"http://{host}"
