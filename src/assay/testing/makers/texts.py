"""Make text files: plain text in any charset, CSV, Markdown-free HTML pages."""

from __future__ import annotations

import csv as csv_writer
import io
from collections.abc import Sequence
from html import escape


def text(body: str, *, charset: str = "utf-8", line_end: str = "\n") -> bytes:
    """A text file. `charset` is Python's name of it; `utf-8-sig` and `utf-16` write a mark."""
    return body.replace("\n", line_end).encode(charset)


def csv(
    rows: Sequence[Sequence[object]],
    *,
    delimiter: str = ",",
    charset: str = "utf-8",
    line_end: str = "\r\n",
) -> bytes:
    """A CSV file of `rows`, quoted where it must be."""
    out = io.StringIO()
    csv_writer.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue().encode(charset)


def html_article(
    title: str,
    paragraphs: Sequence[str],
    *,
    site: str = "",
    author: str = "",
    published: str = "",
    language: str = "en",
    charset: str = "utf-8",
    navigation: Sequence[str] = ("Home", "Local", "Business", "Sport"),
) -> bytes:
    """A news page: navigation, headline, byline, paragraphs, footer, and a script to ignore."""
    direction = "rtl" if language in ("ar", "ug", "fa", "he") else "ltr"
    links = "".join(f'<li><a href="#">{escape(item)}</a></li>' for item in navigation)
    body = "\n".join(f"<p>{escape(p)}</p>" for p in paragraphs)
    by = " · ".join(escape(x) for x in (author, published) if x)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head>\n'
        f'<meta charset="{charset}">\n<title>{escape(title)} | {escape(site)}</title>\n'
        f'<meta name="author" content="{escape(author)}">\n'
        f'<meta property="article:published_time" content="{escape(published)}">\n'
        "<style>body{font-family:serif;max-width:40em}</style>\n"
        '<script>var tracker = "not part of the article";</script>\n</head>\n<body>\n'
        f"<nav><ul>{links}</ul></nav>\n<article>\n<h1>{escape(title)}</h1>\n"
        f'<p class="byline">{by}</p>\n{body}\n</article>\n<footer>{escape(site)}</footer>\n'
        "</body>\n</html>\n"
    ).encode(charset, "xmlcharrefreplace")
