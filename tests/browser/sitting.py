"""Somebody sitting at the desk, and everything that went wrong or left the machine meanwhile."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from serving import Served

SAID = "Wages of the night crew were held back for a year."


class Sitting:
    """A browser session at the desk. Whatever went wrong or left the machine is in `wrong`."""

    def __init__(self, context: BrowserContext, served: Served) -> None:
        self.context = context
        self.served = served
        self.wrong: list[str] = []
        self.requests: list[str] = []

    def page(self, path: str = "/search") -> Page:
        """A new tab at `path`."""
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", lambda dialog: self.wrong.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(self.served.url + path)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(message.text)
