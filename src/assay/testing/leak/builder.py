"""Build sample leaks: files with their ground truth, by format and by what went wrong.

The functions make one `Made` each, a file's bytes with its truth, so that a mail or an
archive can hold what any other function made. `LeakBuilder` gathers them under paths and
writes the folder. Every key sentence is checked against the words that went in: a truth that
is not in its file raises at once.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec
from PIL import Image

from assay.model.exhibit import display_component
from assay.testing.leak.truth import (
    FileTruth,
    GroundTruth,
    LeftOut,
    Search,
    Sentence,
    squeeze,
)
from assay.testing.makers import archives, images, mail, odf, pdf, pptx, rtf, texts, xlsx
from assay.testing.makers.docx import docx
from assay.testing.makers.fonts import MissingPackage

TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".rtf": "application/rtf",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".html": "text/html",
    ".eml": "message/rfc822",
    ".mbox": "application/mbox",
    ".zip": "application/zip",
    ".7z": "application/x-7z-compressed",
    ".tar": "application/x-tar",
    ".tgz": "application/gzip",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".tif": "image/tiff",
}


class Made(msgspec.Struct, frozen=True):
    """A file's bytes and what is true of it. `truth.path` is its own name or path."""

    body: bytes
    truth: FileTruth

    def under(self, path: str) -> Made:
        """The same file under another path; members move with it."""
        return Made(self.body, _moved(self.truth, self.truth.path, path))

    def but(self, **changes: object) -> Made:
        """The same bytes with some facts told otherwise."""
        return Made(self.body, msgspec.structs.replace(self.truth, **changes))


def _moved(truth: FileTruth, old: str, new: str) -> FileTruth:
    members = tuple(_moved(member, old, new) for member in truth.members)
    path = new + truth.path[len(old) :]
    return msgspec.structs.replace(truth, path=path, members=members)


def made(path: str, body: bytes, **facts: object) -> Made:
    """Put bytes and facts together. `type` follows from the name unless it is given."""
    facts.setdefault("type", TYPES.get(PurePosixPath(path).suffix, "application/octet-stream"))
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    return Made(body, FileTruth(path=path, digest=digest, size=len(body), **facts))  # type: ignore[arg-type]


def find_sentences(pages: Sequence[str], keys: Sequence[str]) -> tuple[Sentence, ...]:
    """The page of each key sentence. Raises ValueError for one that is on none."""
    squeezed = [squeeze(page) for page in pages]
    found = []
    for key in keys:
        number = next((n for n, page in enumerate(squeezed, 1) if squeeze(key) in page), 0)
        if not number:
            raise ValueError(f"a key sentence is in no page: {key[:40]}")
        found.append(Sentence(key, number))
    return tuple(found)


def words_of(page: pdf.Page) -> str:
    """All words of a page's blocks, a line each."""
    lines: list[str] = []
    for block in page:
        match block:
            case str():
                lines.append(block)
            case pdf.Line():
                lines.append(block.text)
            case pdf.Letterhead():
                lines += [block.name, block.address]
            case pdf.Table():
                lines += ["\t".join(row) for row in block.rows]
            case pdf.Signature():
                lines += [block.name, block.role]
            case pdf.Stamp():
                lines += list(block.lines)
            case _:
                pass
    return "\n".join(line for line in lines if line)


def _flat(pages: Sequence[pdf.Page]) -> list[str | tuple[tuple[str, ...], ...]]:
    """Blocks as the paragraphs and tables of a format without pages."""
    out: list[str | tuple[tuple[str, ...], ...]] = []
    for page in pages:
        for block in page:
            if isinstance(block, pdf.Table):
                out.append(block.rows)
            elif not isinstance(block, pdf.Stamp) and (words := words_of([block])):
                out.append(words)
    return out


def memo(
    path: str,
    pages: Sequence[pdf.Page],
    *,
    keys: Sequence[str] = (),
    languages: Sequence[str] = ("eng",),
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    charset: str = "utf-8",
    codepage: int = 1252,
    about: str = "",
    **extras: object,
) -> Made:
    """A letter, memo or report in the format that the path's ending names.

    .pdf, .docx, .odt, .rtf, .txt and .md; formats without pages hold all on page 1. `extras` go
    to the DOCX maker. Raises MissingPackage, ValueError for a key sentence that is not there.
    """
    flat = _flat(pages)
    lines = [f if isinstance(f, str) else "\n".join("\t".join(row) for row in f) for f in flat]
    shown = [words_of(page) for page in pages]
    suffix = PurePosixPath(path).suffix
    if suffix == ".pdf":
        body = pdf.pdf(pages, title=title, author=author, created=created)
    else:
        shown = ["\n".join(lines)]
        if suffix == ".docx":
            body = docx(
                flat,
                title=title,
                author=author,
                created=created,
                modified=created,
                **extras,  # type: ignore[arg-type]
            )
        elif suffix == ".odt":
            body = odf.odt(flat, title=title, author=author, created=created)
        elif suffix == ".rtf":
            body = rtf.rtf(lines, codepage=codepage, title=title, author=author)
        else:
            body = texts.text("\n\n".join(lines) + "\n", charset=charset)
    return made(
        path,
        body,
        languages=tuple(languages),
        sentences=find_sentences(shown, keys),
        pages=len(shown) if suffix == ".pdf" else None,
        about=about,
    )


class Wear(msgspec.Struct, frozen=True):
    """How worn a scan is; see images.age_page. `turn`: quarter turns, anticlockwise."""

    dpi: int = 170
    skew: float = 0.6
    blur: float = 0.5
    gradient: float = 0.12
    noise: float = 9.0
    quality: int = 50
    colour: bool = False
    turn: int = 0


def scan(
    path: str,
    pages: Sequence[pdf.Page],
    *,
    keys: Sequence[str] = (),
    languages: Sequence[str] = ("eng",),
    wear: Wear | None = None,
    title: str = "",
    created: str = "2019-03-14T09:00:00Z",
    about: str = "",
) -> Made:
    """Pages as a scanner gives them: .pdf, .png, .jpg or .tif by the path's ending."""
    wear = wear or Wear()
    pictures: list[Image.Image] = []
    for number, page in enumerate(images.draw_pdf(pdf.pdf(pages), dpi=wear.dpi)):
        aged = images.age_page(
            page,
            skew=wear.skew if number % 2 == 0 else -wear.skew,
            blur=wear.blur,
            gradient=wear.gradient,
            noise=wear.noise,
            quality=0,
            seed=number + len(path),
            colour=wear.colour,
        )
        pictures.append(aged.rotate(90 * wear.turn, expand=True) if wear.turn else aged)
    suffix = PurePosixPath(path).suffix
    if suffix == ".pdf":
        body = pdf.scanned_pdf(
            pictures, dpi=wear.dpi, quality=wear.quality, title=title, created=created
        )
    else:
        kind = {".png": "PNG", ".jpg": "JPEG", ".tif": "TIFF"}[suffix]
        body = images.encode_pages(pictures, kind, dpi=wear.dpi, quality=wear.quality)
    return made(
        path,
        body,
        languages=tuple(languages),
        sentences=find_sentences([words_of(page) for page in pages], keys),
        pages=len(pages),
        scan=True,
        about=about,
    )


def sheet(
    path: str,
    sheets: Sequence[tuple[str, Sequence[xlsx.Row]]],
    *,
    hidden: Sequence[str] = (),
    keys: Sequence[str] = (),
    languages: Sequence[str] = ("eng",),
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    charset: str = "utf-8",
    delimiter: str = ",",
    about: str = "",
) -> Made:
    """A table as .xlsx, .ods or .csv (its first sheet). A key sentence is a cell's words."""
    suffix = PurePosixPath(path).suffix
    if suffix == ".xlsx":
        body = xlsx.xlsx(sheets, hidden=hidden, author=author, created=created, modified=created)
    elif suffix == ".ods":
        plain = [
            (n, [[None if isinstance(c, xlsx.Formula) else c for c in r] for r in rows])
            for n, rows in sheets
        ]
        body = odf.ods(plain, author=author, created=created)
    else:
        body = texts.csv(
            [["" if c is None else c for c in row] for row in sheets[0][1]],
            delimiter=delimiter,
            charset=charset,
        )
    shown = ["\n".join("\t".join(str(c) for c in row) for row in rows) for _, rows in sheets]
    return made(
        path,
        body,
        languages=tuple(languages),
        sentences=find_sentences(shown, keys),
        special=("hidden sheet",) if hidden else (),
        about=about,
    )


def deck(
    path: str,
    slides: Sequence[pptx.Slide],
    *,
    keys: Sequence[str] = (),
    languages: Sequence[str] = ("eng",),
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    about: str = "",
) -> Made:
    """A presentation as .pptx or .odp; a page is a slide with its notes."""
    make = pptx.pptx if PurePosixPath(path).suffix == ".pptx" else odf.odp
    body = make(slides, title=title, author=author, created=created)
    shown = ["\n".join([head, *lines, notes]) for head, lines, notes in slides]
    return made(
        path,
        body,
        languages=tuple(languages),
        sentences=find_sentences(shown, keys),
        pages=len(slides),
        about=about,
    )


def article(
    path: str,
    title: str,
    paragraphs: Sequence[str],
    *,
    site: str,
    author: str,
    published: str,
    keys: Sequence[str] = (),
    language: str = "eng",
    charset: str = "utf-8",
    copies: str = "",
    about: str = "",
) -> Made:
    """A saved news page. `copies` names the path of the article it took its text from."""
    short = {"eng": "en", "rus": "ru", "zho": "zh", "ara": "ar", "uig": "ug"}[language]
    body = texts.html_article(
        title,
        paragraphs,
        site=site,
        author=author,
        published=published,
        language=short,
        charset=charset,
    )
    return made(
        path,
        body,
        languages=(language,),
        sentences=find_sentences(["\n".join([title, *paragraphs])], keys),
        copies=copies,
        about=about,
    )


def message(
    path: str,
    body: str,
    *,
    sender: str,
    to: Sequence[str],
    subject: str,
    date: str,
    cc: Sequence[str] = (),
    html: str = "",
    charset: str = "utf-8",
    attached: Sequence[Made] = (),
    keys: Sequence[str] = (),
    languages: Sequence[str] = ("eng",),
    in_reply_to: str = "",
    about: str = "",
) -> Made:
    """A mail with `attached` files (each becomes a member)."""
    raw = mail.eml(
        body,
        sender=sender,
        to=to,
        subject=subject,
        date=date,
        cc=cc,
        html=html,
        charset=charset,
        in_reply_to=in_reply_to,
        attachments=[mail.Attachment(m.truth.path, m.body, m.truth.type) for m in attached],
    )
    return made(
        path,
        raw,
        languages=tuple(languages),
        sentences=find_sentences([f"{subject}\n{body}"], keys),
        members=_members(path, attached),
        about=about,
    )


def mailbox(path: str, messages: Sequence[Made], *, about: str = "") -> Made:
    """An mbox; members are the mails as LF text, named by their number from 000001."""
    members = []
    for number, one in enumerate(messages, 1):
        plain = one.body.replace(b"\r\n", b"\n")
        digest = "sha256:" + hashlib.sha256(plain).hexdigest()
        truth = msgspec.structs.replace(one.truth, digest=digest, size=len(plain))
        members.append(_moved(truth, truth.path, f"{path}!/{number:06d}.eml"))
    languages = dict.fromkeys(lang for m in messages for lang in m.truth.languages)
    return made(
        path,
        mail.mbox([m.body for m in messages]),
        languages=tuple(languages),
        members=tuple(members),
        about=about,
    )


def archive(path: str, held: Sequence[Made], *, password: str = "", about: str = "") -> Made:
    """A .zip, .7z, .tar or .tgz of `held`; with a password, an encrypted zip."""
    files = {m.truth.path: m.body for m in held}
    suffix = PurePosixPath(path).suffix
    if password:
        body = archives.encrypted_zip(files, password)
    elif suffix == ".zip":
        body = archives.zip_of(files)
    elif suffix == ".7z":
        body = archives.seven_zip(files)
    else:
        plain: dict[str | bytes, bytes] = {m.truth.path: m.body for m in held}
        body = archives.tgz(plain) if suffix == ".tgz" else archives.tar_of(plain)
    languages = dict.fromkeys(lang for m in held for lang in m.truth.languages)
    return made(
        path,
        body,
        languages=tuple(languages),
        members=_members(path, held),
        about=about,
        special=("encrypted",) if password else (),
        password=password,
        status="unread" if password else "read",
        problem="encrypted" if password else "",
    )


def _members(path: str, held: Sequence[Made]) -> tuple[FileTruth, ...]:
    return tuple(m.under(f"{path}!/{m.truth.path}").truth for m in held)


class LeakBuilder:
    """Gathers files under paths, then writes the folder and its truth.

    Where a font or library is missing, `add` with a function leaves that file out and the truth
    names it; given ready bytes it cannot fail.
    """

    def __init__(self, name: str = "leak") -> None:
        self.name = name
        self.plot = ""
        self._files: dict[bytes, Made] = {}
        self._searches: list[Search] = []
        self._left_out: list[LeftOut] = []

    def add(self, one: Made | Callable[[], Made], *, path: str = "") -> LeakBuilder:
        """Add a file. A function that raises MissingPackage leaves out the file at `path`."""
        if not isinstance(one, Made):
            try:
                one = one()
            except MissingPackage as error:
                self._left_out.append(LeftOut(path or "?", error.package))
                return self
        if path:
            one = one.under(path)
        raw = one.truth.path.encode("utf-8")
        if raw in self._files:
            raise ValueError(f"two files at {one.truth.path}")
        self._files[raw] = one
        return self

    def memo(self, path: str, *paragraphs: pdf.Block, **facts: object) -> LeakBuilder:
        """Add a memo of one page; see `memo`."""
        return self.add(lambda: memo(path, [list(paragraphs)], **facts), path=path)  # type: ignore[arg-type]

    def scan(self, path: str, *paragraphs: pdf.Block, **facts: object) -> LeakBuilder:
        """Add a scan of one page; see `scan`."""
        return self.add(lambda: scan(path, [list(paragraphs)], **facts), path=path)  # type: ignore[arg-type]

    def mail(self, path: str, body: str, **facts: object) -> LeakBuilder:
        """Add a mail; see `message`."""
        return self.add(message(path, body, **facts))  # type: ignore[arg-type]

    def sheet(self, path: str, *rows: xlsx.Row, **facts: object) -> LeakBuilder:
        """Add a table of one sheet; see `sheet`."""
        return self.add(sheet(path, [("Sheet1", list(rows))], **facts))  # type: ignore[arg-type]

    def zip(self, path: str, *held: Made, password: str = "") -> LeakBuilder:
        """Add an archive; see `archive`."""
        return self.add(archive(path, held, password=password))

    def file(self, path: str, body: bytes, **facts: object) -> LeakBuilder:
        """Add any bytes."""
        return self.add(made(path, body, **facts))

    def copy(self, path: str, of: str) -> LeakBuilder:
        """Add the same bytes under a second path. Nothing where the first was left out."""
        first = self._files.get(of.encode())
        if first is not None:
            self.add(first.under(path).but(same_as=of))
        return self

    def truncated(
        self, path: str, one: Made, keep: float, *, problem: str = "truncated", about: str = ""
    ) -> LeakBuilder:
        """Add the first `keep` (0 to 1) of a file's bytes."""
        body = one.body[: int(len(one.body) * keep)]
        return self.file(
            path,
            body,
            type=one.truth.type,
            languages=one.truth.languages,
            special=("truncated",),
            status="partly",
            problem=problem,
            about=about,
        )

    def raw_name(self, folder: str, name: bytes, one: Made) -> LeakBuilder:
        """Add a file whose name is not UTF-8 or hides characters."""
        shown = f"{folder}/{display_component(name)}" if folder else display_component(name)
        raw = folder.encode() + b"/" + name if folder else name
        moved = one.under(shown)
        self._files[raw] = moved.but(
            raw_b64=base64.b64encode(raw).decode("ascii"),
            special=(*moved.truth.special, "odd name"),
        )
        return self

    def leave_out(self, path: str, package: str) -> LeakBuilder:
        """Note that the file at `path` could not be made for want of a Debian package."""
        self._left_out.append(LeftOut(path, package))
        return self

    def made_at(self, path: str) -> Made | None:
        """The file added at this path, None where it was left out."""
        return self._files.get(path.encode())

    def link(self, path: str, target: str) -> LeakBuilder:
        """Add a symbolic link with this target as written."""
        self._files[path.encode()] = Made(
            b"",
            FileTruth(path, "", 0, "inode/symlink", special=("symlink",), link=target),
        )
        return self

    def search(self, query: str, why: str, *hits: str) -> LeakBuilder:
        """Add a search worth trying and the paths that it must find."""
        self._searches.append(Search(query, why, hits))
        return self

    def truth(self) -> GroundTruth:
        """The ground truth, without writing anything."""
        files = tuple(self._files[raw].truth for raw in sorted(self._files))
        known = {file.path for file in GroundTruth(self.name, "", files).every()}
        searches = [
            msgspec.structs.replace(
                s, hits=tuple(h for h in s.hits if h in known or not self._left_out)
            )
            for s in self._searches
        ]
        for one in searches:
            for hit in one.hits:
                if hit not in known:
                    raise ValueError(f"the search {one.query!r} names no file: {hit}")
        return GroundTruth(self.name, self.plot, files, tuple(searches), tuple(self._left_out))

    def bodies(self) -> Mapping[bytes, bytes]:
        """Raw relative path to bytes, for tests that need no disk; links are left out."""
        return {raw: one.body for raw, one in sorted(self._files.items()) if not one.truth.link}

    def write(self, folder: Path) -> GroundTruth:
        """Write the files below `folder`, which is made, and return the truth.

        Modification times follow no clock: all are the time of `archives.ENTRY_TIME`.
        """
        for raw, one in sorted(self._files.items()):
            place = folder / os.fsdecode(raw)
            place.parent.mkdir(parents=True, exist_ok=True)
            if one.truth.link:
                place.symlink_to(one.truth.link)
                continue
            with open(place, "xb") as out:
                out.write(one.body)
            os.utime(place, (archives.ENTRY_TIME, archives.ENTRY_TIME))
        return self.truth()
