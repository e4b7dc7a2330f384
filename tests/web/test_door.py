"""Who may come in at the desk, and what every answer carries."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from serving import Served, serving

from assay.casework.case import Case
from assay.web.guard import CONTENT_SECURITY

EVERY = [
    "/", "/search", "/search?q=tideword", "/search?q=(", "/account", "/account.csv", "/custody",
    "/custody/verify", "/progress", "/enter", "/static/desk.css", "/static/none", "/nowhere",
    "/exhibit/ab", f"/exhibit/{'0' * 64}", f"/exhibit/{'0' * 64}/1/picture",
    f"/exhibit/{'0' * 64}/original", "/api/v1/search?q=tideword", "/api/v1/search?q=(",
    "/api/v1/status", "/api/v1/nowhere",
]  # fmt: skip


def carries_all(response: httpx.Response) -> None:
    headers = response.headers
    policy = headers["content-security-policy"]
    assert policy in (CONTENT_SECURITY, "sandbox; default-src 'none'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_forbids_what_is_not_of_this_desk(client: httpx.Client, path: str) -> None:
    carries_all(client.get(path))


@pytest.mark.parametrize("path", EVERY)
def test_a_refusal_carries_the_same_headers(desk: Served, path: str) -> None:
    with httpx.Client(base_url=desk.url) as stranger:
        carries_all(stranger.get(path))
        carries_all(stranger.get(path, headers={"Host": "evil.example"}))
        carries_all(stranger.post(path))


def test_the_policy_frames_and_runs_nothing_from_elsewhere() -> None:
    assert "default-src 'self'" in CONTENT_SECURITY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY
    assert "unsafe" not in CONTENT_SECURITY and "data:" not in CONTENT_SECURITY


def test_no_template_holds_an_inline_script_style_or_handler() -> None:
    folder = Path(cast(str, sys.modules["assay.web"].__file__)).parent / "templates"
    for template in folder.iterdir():
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|javascript:|\son[a-z]+=|hx-on|\|\s*safe", text), (
            template.name
        )
        assert not re.search(r"<script(?![^>]* src=)", text), template.name


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost", "",
     "127.0.0.1.evil.example:{port}", "localhost.:{port}", "0.0.0.0:{port}"],
)  # fmt: skip
def test_a_host_that_is_not_this_computer_is_refused(desk: Served, host: str) -> None:
    with desk.client() as client:
        answer = client.get("/search", headers={"Host": host.format(port=desk.port)})
        assert answer.status_code == 400
        assert "Web" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_the_names_of_this_computer_are_answered(client: httpx.Client, host: str) -> None:
    port = client.base_url.port
    assert client.get("/search", headers={"Host": f"{host}:{port}"}).status_code == 200


def test_the_desk_listens_on_this_computer_alone(desk: Served) -> None:
    assert desk.address[0] == "127.0.0.1"


def test_a_token_lets_one_browser_in_and_never_a_second(desk: Served) -> None:
    entry = desk.entry()
    with httpx.Client(base_url=desk.url) as first, httpx.Client(base_url=desk.url) as second:
        answer = first.get(entry)
        assert answer.status_code == 303
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie
        assert str(desk.port) in cookie.partition("=")[0]
        assert first.get("/search").status_code == 200
        refused = second.get(entry)
        assert refused.status_code == 403 and "token_used" in refused.text
        assert second.get("/search").status_code == 401
        assert first.get(entry).status_code == 403
        assert first.get("/search").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 10_000])
def test_a_guessed_token_is_refused(desk: Served, token: str) -> None:
    with httpx.Client(base_url=desk.url) as stranger:
        assert stranger.get("/enter", params={"token": token}).status_code == 403


def test_without_a_session_no_word_of_the_case_is_shown(desk: Served) -> None:
    with httpx.Client(base_url=desk.url) as stranger:
        for path in EVERY:
            if path.startswith("/static/"):
                continue
            answer = stranger.get(path)
            assert answer.status_code in (401, 403), path
            assert "tideword" not in answer.text and "test" not in answer.text
        stranger.cookies.set(desk.desk.sessions.cookie, "guess")
        assert stranger.get("/search").status_code == 401
        assert stranger.get("/api/v1/status").json()["code"] == "no_session"


def test_a_new_address_is_printed_where_only_the_person_sees_it(held: Path) -> None:
    with serving(lambda: Case(held)) as served:
        old = served.entry()
        with httpx.Client(base_url=served.url, headers={"Origin": served.url}) as stranger:
            answer = stranger.post("/enter/again", data={})
            assert answer.status_code == 200
            assert len(served.printed) == 1 and served.printed[0] not in answer.text
            assert stranger.post("/enter/again", data={}).status_code == 429
            assert stranger.get(old).status_code == 403
            assert stranger.get("/enter", params={"token": served.printed[0]}).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {},
     {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
     {"Origin": "{own}", "Sec-Fetch-Site": "cross-site"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/account/sign", "/custody/verify", "/api/v1/note", "/nowhere"])
def test_a_change_from_another_origin_is_refused(
    desk: Served, client: httpx.Client, headers: dict[str, str], path: str
) -> None:
    before = client.get("/api/v1/ledger").json()["items"]
    sent = {name: value.format(own=desk.url) for name, value in headers.items()}
    with httpx.Client(base_url=desk.url, cookies=client.cookies) as other:
        assert other.post(path, headers=sent).status_code == 403
    assert client.get("/api/v1/ledger").json()["items"] == before


def test_a_form_of_the_desk_itself_is_taken(desk: Served, client: httpx.Client) -> None:
    sent = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=desk.url, cookies=client.cookies) as browser:
        assert browser.post("/custody/verify", headers=sent).status_code == 303


def test_another_site_can_embed_nothing(client: httpx.Client, digests: dict[str, str]) -> None:
    from_elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    place = f"/exhibit/{digests['tide.html'][7:]}/original"
    for destination in ("image", "script", "iframe", "empty"):
        headers = {**from_elsewhere, "Sec-Fetch-Dest": destination}
        assert client.get(place, headers=headers).status_code == 403
    framed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/search", headers={**framed, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert client.get("/search", headers={**framed, "Sec-Fetch-Dest": "document"}).is_success


def test_a_form_that_is_too_long_is_refused_and_writes_nothing(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    before = len(client.get("/api/v1/ledger").json()["items"])
    place = f"/exhibit/{digests['tide.html'][7:]}/note"
    assert client.post(place, data={"text": "x" * 1_100_000}).status_code == 400
    assert client.post(place, json={"text": "x"}).status_code == 400
    assert client.post("/api/v1/note", data={"text": "x"}).status_code == 400
    assert client.post("/api/v1/note", content=b"[]").status_code == 400
    assert len(client.get("/api/v1/ledger").json()["items"]) == before


class BrokenCase:
    """A case whose every question is a mistake with words of an exhibit in it."""

    def describe(self) -> dict[str, Any]:
        return {"name": "broken", "path": "", "person": "p", "fingerprint": "0" * 16}

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("the words of an exhibit")


def test_a_mistake_of_the_desk_is_a_page_without_a_trace(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serving(lambda: cast(Case, BrokenCase())) as served, served.client() as client:
        for path in ("/search?q=x", "/account", "/custody", "/api/v1/status"):
            answer = client.get(path)
            assert answer.status_code == 500
            carries_all(answer)
            assert "words of an exhibit" not in answer.text
            assert "Traceback" not in answer.text and ".py" not in answer.text
    told = capfd.readouterr()
    assert "RuntimeError at" in told.err
    assert "words of an exhibit" not in told.err + told.out


def test_serve_prints_an_address_that_works_and_ends_with_ctrl_c(held: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from assay.cli.main import main; main()",
         "--case", str(held), "serve", "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if "http://127.0.0.1:" in line:
            address = line.strip()
            break
    origin = address.partition("/enter")[0]
    with httpx.Client() as client:
        for _ in range(100):
            try:
                assert client.get(address).status_code == 303
                break
            except httpx.ConnectError:
                continue
        assert client.get(f"{origin}/search?q=tideword").status_code == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "closed" in out and "tideword" not in out + err
