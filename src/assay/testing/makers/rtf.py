"""Make Rich Text Format: bytes of one code page escaped as \\'xx, the rest as \\uN."""

from __future__ import annotations

from collections.abc import Sequence

from assay.testing.makers.docx import right_to_left

_CHARSETS = {1250: 238, 1251: 204, 1252: 0, 1256: 178, 936: 134}


def _escape(text: str, codepage: int) -> str:
    encoding = "gbk" if codepage == 936 else f"cp{codepage}"
    out: list[str] = []
    for char in text:
        if char in "\\{}":
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\line ")
        elif char == "\t":
            out.append("\\tab ")
        elif ord(char) < 128:
            out.append(char)
        else:
            try:
                out.append("".join(f"\\'{byte:02x}" for byte in char.encode(encoding)))
            except UnicodeEncodeError:
                units = char.encode("utf-16-le")
                for place in range(0, len(units), 2):
                    unit = int.from_bytes(units[place : place + 2], "little", signed=True)
                    out.append(f"\\u{unit}?")
    return "".join(out)


def rtf(
    paragraphs: Sequence[str], *, codepage: int = 1252, title: str = "", author: str = ""
) -> bytes:
    """An RTF of `paragraphs`. `codepage` is a Windows number: 1250, 1251, 1252, 1256 or 936."""
    charset = _CHARSETS[codepage]
    info = ""
    if title or author:
        info = (
            f"{{\\info{{\\title {_escape(title, codepage)}}}"
            f"{{\\author {_escape(author, codepage)}}}"
            "{\\creatim\\yr2019\\mo3\\dy14\\hr9\\min0}}"
        )
    fonts = f"{{\\fonttbl{{\\f0\\froman\\fcharset{charset} Noto Serif;}}}}"
    head = f"\\rtf1\\ansi\\ansicpg{codepage}\\deff0\\uc1{fonts}{info}"
    return f"{{{head}\n\\f0\\fs22\n{_body(paragraphs, codepage)}\n}}".encode("ascii")


def _body(paragraphs: Sequence[str], codepage: int) -> str:
    lines = []
    for text in paragraphs:
        direction = "\\rtlpar\\qr" if right_to_left(text) else ""
        lines.append(f"\\pard{direction} {_escape(text, codepage)}\\par")
    return "\n".join(lines)
