"""LibreOffice as the last resort: a copy of an office file that our own readers can read.

It runs in a bubblewrap of its own for each exhibit, without network, with a profile folder that
is thrown away, and sees nothing but its own program, the exhibit (read-only) and a scratch
folder. Memory, time and file sizes are bounded. Without bubblewrap it is never started.

The import filter is always named: left to guess, LibreOffice takes a broken file for plain text
and gives its bytes as words. What it makes is read by our readers in the jail like any exhibit.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from functools import cached_property
from pathlib import Path

from assay.engines.jail import bubblewrap
from assay.ports import Card, Converted

_TEXT, _SHEET, _SLIDES, _DRAWING = "odt:writer8", "ods:calc8", "odp:impress8", "odg:draw8"
_OOXML = "application/vnd.openxmlformats-officedocument."

# media type -> (ending, import filter, what to make) in the order in which they are tried
FILTERS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "application/msword": (
        ("doc", "MS Word 97", _TEXT), ("doc", "MS WinWord 6.0", _TEXT),
        ("doc", "MS WinWord 5", _TEXT),
    ),
    _OOXML + "wordprocessingml.document": (("docx", "MS Word 2007 XML", _TEXT),),
    "application/rtf": (("rtf", "Rich Text Format", _TEXT),),
    "application/vnd.oasis.opendocument.text": (("odt", "writer8", _TEXT),),
    "application/vnd.ms-works": (
        ("wps", "MS_Works", _TEXT), ("wks", "MS_Works_Calc", _SHEET),
    ),
    "application/vnd.wordperfect": (("wpd", "WordPerfect", _TEXT),),
    "application/x-hwp": (("hwp", "writer_MIZI_Hwp_97", _TEXT),),
    "application/vnd.stardivision.writer": (("sdw", "StarOffice_Writer", _TEXT),),
    "application/vnd.ms-excel": (
        ("xls", "MS Excel 97", _SHEET), ("xls", "MS Excel 95", _SHEET),
        ("xls", "MS Excel 4.0", _SHEET),
    ),
    _OOXML + "spreadsheetml.sheet": (("xlsx", "Calc MS Excel 2007 XML", _SHEET),),
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": (
        ("xlsb", "Calc MS Excel 2007 Binary", _SHEET),
    ),
    "application/vnd.oasis.opendocument.spreadsheet": (("ods", "calc8", _SHEET),),
    "application/vnd.stardivision.calc": (("sdc", "StarOffice_Calc", _SHEET),),
    "application/vnd.lotus-1-2-3": (("wk1", "Lotus", _SHEET),),
    "application/x-quattro-pro": (("wb2", "Quattro Pro 6.0", _SHEET),),
    "application/vnd.ms-powerpoint": (("ppt", "MS PowerPoint 97", _SLIDES),),
    _OOXML + "presentationml.presentation": (
        ("pptx", "Impress MS PowerPoint 2007 XML", _SLIDES),
    ),
    "application/vnd.oasis.opendocument.presentation": (("odp", "impress8", _SLIDES),),
    "application/vnd.stardivision.impress": (("sdd", "StarOffice_Presentation", _SLIDES),),
    "application/vnd.apple.pages": (("pages", "ApplePages", _TEXT),),
    "application/vnd.apple.numbers": (("numbers", "AppleNumbers", _SHEET),),
    "application/vnd.apple.keynote": (("key", "AppleKeynote", _SLIDES),),
    "application/vnd.visio": (("vsd", "Visio Document", _DRAWING),),
    "application/vnd.ms-visio.drawing": (("vsdx", "Visio Document", _DRAWING),),
    "application/x-mspublisher": (("pub", "Publisher Document", _DRAWING),),
    "application/vnd.corel-draw": (("cdr", "Corel Draw Document", _DRAWING),),
    "application/vnd.stardivision.draw": (("sda", "StarOffice_Drawing", _DRAWING),),
}  # fmt: skip
_PLACES = ("/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice")
_SEEN = ("/usr", "/etc/fonts", "/etc/ld.so.cache", "/etc/libreoffice", "/opt/libreoffice")
_LINKS = ("/lib", "/lib64", "/bin", "/sbin")
PACKAGES = (
    "sudo apt-get install bubblewrap libreoffice-writer libreoffice-calc libreoffice-impress "
    "libreoffice-draw"
)


def find_program() -> Path | None:
    """The program that starts LibreOffice, None where it is not installed."""
    found = shutil.which("soffice")
    places = [Path(found)] if found else []
    return next((p.resolve() for p in (*places, *map(Path, _PLACES)) if p.exists()), None)


def available() -> bool:
    """Tell whether LibreOffice is here, and bubblewrap to hold it."""
    return find_program() is not None and bubblewrap() is not None


class LibreOffice:
    """A body of the port `Converter`. Each call starts an instance; calls may overlap."""

    def __init__(self, memory: int, seconds: float, file_size: int) -> None:
        self._memory = memory
        self._seconds = seconds
        self._file_size = file_size
        self._program = find_program()

    @cached_property
    def _version(self) -> str:
        return _version(self._program)  # asked when it is first needed: it starts a process

    @property
    def card(self) -> Card:
        """Name, version and what it may be asked for."""
        return Card(
            name="LibreOffice",
            version=self._version,
            licence="MPL-2.0",
            formats=tuple(FILTERS),
            limits="only where our own readers fail",
        )

    @property
    def formats(self) -> frozenset[str]:
        """The types that a filter is named for."""
        return frozenset(FILTERS)

    def convert(
        self, place: Path, media: str, scratch: Path, stop: threading.Event | None = None
    ) -> Converted:
        """Try each filter of the type in turn. `scratch` takes the copy, and nothing stays else."""
        if self._program is None or media not in FILTERS:
            return Converted(code="damaged", detail="no filter")
        last = Converted(code="damaged", detail="no filter made a copy")
        for ending, filter_name, target in FILTERS[media]:
            with tempfile.TemporaryDirectory(prefix=".office-", dir=scratch) as folder:
                room = Path(folder)
                code = self._run(place, ending, filter_name, target, room, stop)
                made = next((room / "out").glob("*"), None) if (room / "out").is_dir() else None
                if code:
                    last = Converted(code=code, detail=f"LibreOffice {self._version}")
                    if code in ("timeout", "skipped"):
                        return last
                elif made is not None and made.stat().st_size:
                    kept = scratch / f"{room.name}.{target.partition(':')[0]}"
                    made.replace(kept)
                    return Converted(place=kept)
        return last

    def _run(
        self, place: Path, ending: str, filter_name: str, target: str, room: Path,
        stop: threading.Event | None,
    ) -> str:  # fmt: skip
        """Run one instance; "" or a problem code."""
        command = [*self._jail(place, ending, room), str(self._program)]
        command += ["--headless", "--norestore", "--nolockcheck", "--nodefault"]
        command += ["-env:UserInstallation=file:///work/profile", f"--infilter={filter_name}"]
        command += ["--convert-to", target, "--outdir", "/work/out", f"/in/exhibit.{ending}"]
        try:
            running = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True, env={"PATH": "/usr/bin:/bin"},
            )  # fmt: skip
        except OSError:
            return "crashed"
        end = time.monotonic() + self._seconds
        while True:
            try:
                running.wait(min(0.2, max(end - time.monotonic(), 0.0)))
                break
            except subprocess.TimeoutExpired:
                stopped = stop is not None and stop.is_set()
                if stopped or time.monotonic() >= end:
                    os.killpg(running.pid, signal.SIGKILL)  # the jail's processes die with it
                    running.wait()
                    return "skipped" if stopped else "timeout"
        return "" if running.returncode == 0 else "crashed"

    def _jail(self, place: Path, ending: str, room: Path) -> list[str]:
        program = bubblewrap()
        assert program is not None
        words = [
            program,
            "--die-with-parent",
            "--new-session",
            "--unshare-all",
            "--cap-drop",
            "ALL",
        ]
        for seen in _SEEN:
            words += ["--ro-bind-try", seen, seen]
        for link in map(Path, _LINKS):
            if link.is_symlink():
                words += ["--symlink", str(link.readlink()), str(link)]
            elif link.is_dir():
                words += ["--ro-bind", str(link), str(link)]
        words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--clearenv"]
        words += ["--setenv", "HOME", "/work", "--setenv", "PATH", "/usr/bin:/bin"]
        words += ["--setenv", "SAL_DISABLE_OPENCL", "1", "--setenv", "SAL_USE_VCLPLUGIN", "svp"]
        words += ["--ro-bind", str(place.resolve()), f"/in/exhibit.{ending}"]
        words += ["--bind", str(room.resolve()), "/work", "--chdir", "/work", "--"]
        limits = ["prlimit", f"--as={self._memory}", f"--fsize={self._file_size}", "--core=0"]
        return [*words, *limits, f"--cpu={int(self._seconds) + 1}", "--nofile=1024"]


def _version(program: Path | None) -> str:
    """The version as the program says it, "" where it says none."""
    if program is None:
        return ""
    try:
        with tempfile.TemporaryDirectory() as home:
            said = subprocess.run(
                [str(program), "--version"], capture_output=True, timeout=30, check=False,
                env={"HOME": home, "PATH": "/usr/bin:/bin"},
            ).stdout.decode("utf-8", "replace")  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"LibreOffice(?:Dev)? ([\d.]+)", said)
    return found.group(1) if found else ""
