"""Close a process in, so that a parser which was taken over reaches nothing.

Three fences, each by the kernel's own interface and none by a library: Landlock refuses
every file but those named (and TCP, where the kernel knows how), a seccomp filter refuses
sockets, new processes, signals to others and the calls that have no business in a parser,
and rlimits hold memory, CPU time, file sizes and core dumps. Where the kernel lacks one of
the first two, bubblewrap can stand in around the whole process (`bubblewrap_command`).

The rule: nothing is believed because a version number says so. `close_in` ends by trying
each fence, and the `Jail` that it returns says what was refused in fact.

What the fences do not do: a jailed process can still learn that a path exists (stat is not
covered by Landlock), use the CPU until its limit, and read the program's own files.

Sizes are bytes, times seconds.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import resource
import shutil
import signal
import socket
import struct
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from assay.ports import Jail

# The pool starts workers with this module as their entry to learn what holds on a machine.
TASKS: dict[str, Callable[[bytes], bytes]] = {}

FENCES = frozenset({"landlock", "seccomp", "bubblewrap"})


class Limit(msgspec.Struct, frozen=True):
    """What a jailed process may use. `cpu_seconds` counts for one task, the rest for all."""

    memory: int
    cpu_seconds: float
    file_size: int
    open_files: int = 256


# ---------------------------------------------------------------- the kernel's interface

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38

_SYS_LANDLOCK_CREATE_RULESET = 444  # the same numbers on every architecture
_SYS_LANDLOCK_ADD_RULE = 445
_SYS_LANDLOCK_RESTRICT_SELF = 446


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


# ---------------------------------------------------------------- Landlock

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ONLY_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _READ_FILE | _READ_DIR
_WRITE = (
    _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE
)


def landlock_abi() -> int:
    """The Landlock version that the kernel offers, 0 where it has none."""
    version = int(_libc.syscall(_SYS_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1))
    return max(version, 0)


def _landlock(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Refuse every file but these to this thread and all it starts.

    Raises OSError where the kernel refuses. Paths that are missing are passed over. Nothing
    is executable: a jailed worker never starts a program.
    """
    abi = landlock_abi()
    if abi < 1:
        raise OSError(errno.ENOSYS, "no Landlock")
    handled = (1 << 13) - 1
    if abi >= 2:
        handled |= _REFER
    if abi >= 3:
        handled |= _TRUNCATE
    if abi >= 5:
        handled |= _IOCTL_DEV
    attribute = struct.pack("=Q", handled)
    if abi >= 4:
        attribute += struct.pack("=Q", 0b11)  # TCP bind and connect, with no rule that allows one
    if abi >= 6:
        attribute += struct.pack("=Q", 0b11)  # abstract sockets and signals stay inside
    ruleset = int(
        _libc.syscall(_SYS_LANDLOCK_CREATE_RULESET, attribute, ctypes.c_size_t(len(attribute)), 0)
    )
    if ruleset < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    try:
        for rights, places in ((_READ, readable), (_WRITE, writable)):
            for place in places:
                _allow(ruleset, place, rights & handled)
        if _libc.syscall(_SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, place: Path, rights: int) -> None:
    try:
        folder = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be read, and another jail has other libraries
    try:
        if not place.is_dir():
            rights &= _ONLY_FOR_FILES
        rule = struct.pack("=Qi", rights, folder)
        if _libc.syscall(_SYS_LANDLOCK_ADD_RULE, ruleset, 1, rule, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(folder)


# ---------------------------------------------------------------- seccomp

# (x86_64, aarch64); None where the architecture has no such call. From the kernel's
# asm/unistd_64.h and asm-generic/unistd.h; numbers from 424 on are common to both.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # the network, and descriptors passed over it; the worker itself uses read and write
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "recvmsg": (47, 212),
    "recvmmsg": (299, 243),
    # other programs and processes
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "tkill": (200, 130),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "setpgid": (109, 154),
    "setsid": (112, 157),
    # other views of the file system
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "setns": (308, 268),
    "unshare": (272, 97),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # what changes a file's metadata goes past Landlock
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "truncate": (76, 45),  # Landlock learnt to refuse it in its third version only
    # wide or fragile parts of the kernel
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "memfd_secret": (447, 447),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "lookup_dcookie": (212, 18),
    "personality": (135, 92),
    # shared memory and queues that outlive the process
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "semget": (64, 190),
    "semop": (65, 193),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # the machine itself
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "vhangup": (153, 58),
    # other users
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setgroups": (116, 159),
    "capset": (126, 91),
}
# Refused but to the process itself: the first argument must be its own id (abort() needs it).
_OWN_ONLY: dict[str, tuple[int, int]] = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
_OWN_OR_ZERO: dict[str, tuple[int, int]] = {"prlimit64": (302, 261)}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_CLONE_THREAD = 0x00010000
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_ALLOW, _KILL = 0x7FFF0000, 0x80000000


def _refuse(number: int) -> int:
    return 0x00050000 | number


def seccomp_filter(pid: int, machine: str) -> bytes:
    """Build the filter program for a process, as an array of struct sock_filter.

    `pid` is the process that the filter is for. Raises OSError on an architecture whose call
    numbers are not in the table.
    """
    if machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no seccomp table for {machine}")
    column, arch = _ARCHITECTURES[machine]
    load, equal, at_least, has_bits, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    number_at, arch_at, argument_at = 0, 4, 16  # offsets in struct seccomp_data, low halves
    program: list[tuple[int, int, int, int]] = [
        (load, 0, 0, arch_at),
        (equal, 1, 0, arch),
        (answer, 0, 0, _KILL),  # a call in another architecture's numbers
        (load, 0, 0, number_at),
    ]
    if machine == "x86_64":
        # the x32 numbering would go past every rule below
        program += [(at_least, 0, 1, 0x40000000), (answer, 0, 0, _KILL)]
    for numbers in _REFUSED.values():
        number = numbers[column]
        if number is not None:
            program += [(equal, 0, 1, number), (answer, 0, 0, _refuse(errno.EPERM))]
    for table, also_zero in ((_OWN_ONLY, False), (_OWN_OR_ZERO, True)):
        for pair in table.values():
            program += [
                (equal, 0, 5 if also_zero else 4, pair[column]),
                (load, 0, 0, argument_at),
                *([(equal, 1, 0, 0)] if also_zero else []),
                (equal, 0, 1, pid),
                (answer, 0, 0, _ALLOW),
                (answer, 0, 0, _refuse(errno.EPERM)),
            ]
    program += [
        (equal, 0, 4, _CLONE[column]),
        (load, 0, 0, argument_at),
        (has_bits, 0, 1, _CLONE_THREAD),
        (answer, 0, 0, _ALLOW),
        (answer, 0, 0, _refuse(errno.EPERM)),
        # its flags lie in memory that a filter cannot see; threads fall back to clone
        (equal, 0, 1, _CLONE3[column]),
        (answer, 0, 0, _refuse(errno.ENOSYS)),
        (answer, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in program)


def _seccomp() -> None:
    """Put the filter on every thread of this process. Raises OSError where that is refused."""
    machine = platform.machine()
    program = seccomp_filter(os.getpid(), machine)
    held = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    number = 317 if machine == "x86_64" else 277
    every_thread = 1  # SECCOMP_FILTER_FLAG_TSYNC
    if _libc.syscall(number, 1, every_thread, head) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


# ---------------------------------------------------------------- limits and places


def _set_limits(limit: Limit) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limit.memory, limit.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit.file_size, limit.file_size))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit.open_files, limit.open_files))
    _prctl(_PR_SET_DUMPABLE, 0)


def allow_cpu(seconds: float) -> None:
    """Let this process use `seconds` more of CPU time before the kernel ends it.

    Only the soft limit moves, so that the next task can be given its own.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    # whole seconds are the kernel's unit: never less than was promised
    until = int(used.ru_utime + used.ru_stime + seconds) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def add_cpu(seconds: float) -> None:
    """Let the task that is running use more CPU time; nothing where none is bounded."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_CPU, (soft + int(seconds) + 1, hard))


def program_places() -> list[Path]:
    """What Python and its libraries read: the program itself, fonts, OCR models, time zones.

    A prefix such as /usr is never opened as a whole, nor is a home folder.
    """
    paths = sysconfig.get_paths()
    found = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found |= {str(Path(sys.base_prefix) / "lib"), sysconfig.get_config_var("LIBDIR") or ""}
    if sys.prefix != sys.base_prefix:
        found.add(sys.prefix)
    found |= {entry for entry in sys.path if entry and _is_package_folder(Path(entry))}
    found.add(str(Path(__file__).resolve().parents[1]))
    found |= {*_links_to_python(), os.environ.get("TESSDATA_PREFIX", "")}
    found |= {
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/usr/share/tesseract-ocr",
        "/usr/share/tessdata",
        "/usr/local/share/tessdata",
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        "/usr/share/poppler",
        "/usr/share/zoneinfo",
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/dev/urandom",
        "/dev/zero",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/sys/devices/system/cpu",
    }
    return [Path(place) for place in sorted(found) if place and place != "/"]


def _links_to_python() -> list[str]:
    """Every link on the way to the interpreter: bubblewrap needs each in its place."""
    steps = [Path(sys.executable)]
    while steps[-1].is_symlink() and len(steps) < 40:
        steps.append(steps[-1].parent / steps[-1].readlink())
    return [str(step) for step in (*steps, steps[-1].resolve())]


def _is_package_folder(entry: Path) -> bool:
    return entry.name in {"site-packages", "dist-packages"} or (entry / "assay").is_dir()


def bubblewrap() -> str | None:
    """The path of bubblewrap, None where it is not installed."""
    return shutil.which("bwrap")


def bubblewrap_command(readable: Sequence[Path], writable: Sequence[Path]) -> list[str]:
    """The words that go before a command to run it in a bubblewrap of its own."""
    program = bubblewrap()
    if program is None:
        return []
    words = [program, "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    words += ["--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    words += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    bound: list[Path] = []
    for place in sorted({*program_places(), *readable}):
        if place.parts[:2] in {("/", "dev"), ("/", "proc")}:
            continue  # it has its own
        if any(place.is_relative_to(other) for other in bound):
            continue
        if place.is_symlink():
            words += ["--symlink", str(place.readlink()), str(place)]
        else:
            words += ["--ro-bind-try", str(place), str(place)]
            bound.append(place)
    for place in writable:
        words += ["--bind-try", str(place), str(place)]
    return [*words, "--chdir", "/", "--"]


# ---------------------------------------------------------------- closing, and trying the door


def close_in(
    readable: Sequence[Path],
    writable: Sequence[Path],
    limit: Limit,
    fences: frozenset[str] = FENCES,
    outside: tuple[str, str] = ("", ""),
) -> Jail:
    """Close this process in for good and return what was found to hold.

    `fences` names those that may be used. `outside` are the names of the network and process
    namespaces of the program that started the worker ("" where unknown): by them a
    bubblewrap is recognised. Never raises because a fence is missing.
    """
    os.umask(0o077)
    _set_limits(limit)
    filtered = ruled = False
    try:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        if "landlock" in fences:
            _landlock([*program_places(), *readable], [Path("/dev/null"), *writable])
            ruled = True
    except OSError:
        ruled = False  # told by the answer: a missing fence is a fact to report
    inside = namespaces()  # before the filter; Landlock may hide them, then both are ""
    try:
        if "seccomp" in fences:
            _seccomp()
            filtered = True
    except OSError:
        filtered = False
    apart = tuple(bool(a and b and a != b) for a, b in zip(inside, outside, strict=True))
    return Jail(
        files=_files_refused("landlock" if ruled else "bubblewrap"),
        network=_network_refused("seccomp" if filtered else "", apart[0]),
        processes=_processes_refused("seccomp" if filtered else "", apart[1]),
        limits=_memory_refused(limit),
    )


def namespaces() -> tuple[str, str]:
    """The names of this process's network and process namespaces, "" where not readable."""
    return _namespace("net"), _namespace("pid")


def _namespace(kind: str) -> str:
    try:
        return str(Path(f"/proc/self/ns/{kind}").readlink())
    except OSError:
        return ""


def _files_refused(fence: str) -> str:
    """`fence` where the system's password file cannot be opened, else ""."""
    try:
        os.close(os.open("/etc/passwd", os.O_RDONLY))
    except OSError:
        return fence
    return ""


def _network_refused(fence: str, apart: bool) -> str:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError:
        return fence
    return "bubblewrap" if apart else ""


def _processes_refused(fence: str, apart: bool) -> str:
    try:
        child = os.fork()
    except OSError:
        pass
    else:
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        return "bubblewrap" if apart else ""
    try:
        os.kill(os.getppid(), 0)
    except OSError:
        return fence
    return ""


def _memory_refused(limit: Limit) -> bool:
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        return False
    try:
        mmap.mmap(-1, limit.memory).close()
    except (OSError, ValueError, OverflowError):
        return True
    return False
