"""What every page of the desk shares: the lanes, the sessions, the templates, who sits here.

Kept on the application and found through the request; there is no global state.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from assay.casework.case import Case
from assay.casework.stating import words_of
from assay.errors import NotFound, UsageError
from assay.web import address, typeset, wording
from assay.web.guard import Sessions
from assay.web.lanes import Lanes

HERE = Path(__file__).parent
MAX_BODY = 1 << 20  # bytes of a form or a JSON request
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")


class Verification:
    """A verification that runs, or the last one that ran."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.running = False
        self.stage = ""
        self.done = self.total = 0
        self.began = 0.0
        self.ended = ""
        self.report: dict[str, Any] | None = None
        self.failure = ""

    def begin(self) -> bool:
        """Claim the right to run; False where one runs already."""
        with self._lock:
            if self.running:
                return False
            self.running, self.stage, self.done, self.total = True, "", 0, 0
            self.failure, self.began = "", time.monotonic()
            return True

    def tell(self, stage: str, done: int, total: int) -> None:
        """How far it is."""
        self.stage, self.done, self.total = stage, done, total

    def end(self, report: dict[str, Any] | None, failure: str = "") -> None:
        """It is over."""
        with self._lock:
            self.running, self.report, self.failure = False, report, failure
            self.ended = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began


class Desk:
    """One case on one port, for one person."""

    def __init__(
        self,
        open_case: Callable[[], Case],
        port: int,
        announce: Callable[[str], None] | None = None,
    ) -> None:
        self.lanes = Lanes(open_case)
        self.sessions = Sessions(port, announce)
        self.port = port
        self.verification = Verification()
        self.about: dict[str, Any] = {}
        self.templates = _templates()

    def open(self) -> None:
        """Learn which case this is. Raises what opening it raises."""
        self.about = self.lanes.reading.submit(lambda case: case.describe()).result()

    def close(self) -> None:
        """Give up the cases."""
        self.lanes.close()

    def render(
        self, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """A page or a part of one."""
        values.setdefault("view", address.View())
        text = self.templates.get_template(template).render(case=self.about, **values)
        return HTMLResponse(text, status, headers)


def desk_of(request: Request) -> Desk:
    """The desk that serves this request."""
    return cast(Desk, request.app.state.desk)


def progress_values(status: dict[str, Any]) -> dict[str, Any]:
    """What the header and the account page say of a run that is going on."""
    holder = status["holder"]
    state = (holder or {}).get("progress") or {}
    return {
        "words": wording.progress(holder),
        "phases": wording.phases(holder),
        "counts": status["counts"],
        "running": state.get("now") or [],
        "slow": state.get("slow") or [],
    }


def digest_in(request: Request) -> str:
    """The digest in the address, as the case knows it. Raises NotFound."""
    match = _DIGEST.match(str(request.path_params["digest"]))
    if not match:
        raise NotFound("exhibit", "the address holds no digest", "Look for it by its path.")
    return f"sha256:{match[1]}"


def by_htmx(request: Request) -> bool:
    """Whether a part of a page is asked for."""
    return request.headers.get("hx-request") == "true"


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form, the first value of each. Raises UsageError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise UsageError("form", "it is not a form", "Send it from a page of the desk.")
    body = await body_of(request)
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise UsageError("form", "it is not UTF-8", "") from error
    return {name: values[0].replace("\r\n", "\n") for name, values in fields.items()}


async def body_of(request: Request) -> bytes:
    """The body of a request, up to MAX_BODY bytes. Raises UsageError."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise UsageError("request", "it is longer than a million bytes", "Make it shorter.")
    return body


def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": wording.number,
        "day": wording.day,
        "moment": wording.moment,
        "size": wording.size,
        "type_name": wording.type_name,
        "language_name": wording.language_name,
        "visible": typeset.visible,
        "plain": typeset.plain,
        "short": lambda digest: str(digest).removeprefix("sha256:")[:12],
    }
    made.globals |= {
        "counted": wording.counted,
        "exhibit_url": address.exhibit_url,
        "passage_url": address.passage_url,
        "lang_of": wording.lang_attribute,
        "STATUS": wording.STATUS,
        "REGIONS": wording.REGIONS,
        "AUDIENCES": wording.AUDIENCES,
        "View": address.View,
        "words_of": words_of,
    }
    return made
