import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.engines import jail
from assay.engines.sandbox import Pool, probe
from assay.errors import EngineError
from assay.ports import Jail, Outcome, Task
from assay.testing.contracts_workers import ENTRY, WorkersContract, settle

MEMORY = 1 << 30


def seal(tmp_path: Path, **options: object) -> Pool:
    """A pool of one worker that may read `in` and write `out`."""
    (tmp_path / "in").mkdir(exist_ok=True)
    (tmp_path / "out").mkdir(exist_ok=True)
    return Pool(
        ENTRY,
        1,
        readable=[tmp_path / "in"],
        writable=[tmp_path / "out"],
        memory=MEMORY,
        output=1 << 20,
        **options,  # type: ignore[arg-type]
    )


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    with seal(tmp_path) as workers:
        yield workers


def do(pool: Pool, kind: str, body: bytes = b"", seconds: float = 20.0) -> Outcome:
    pool.submit(Task(1, kind, body, seconds))
    return settle(pool, 1)[1]


@pytest.fixture
def whole(pool: Pool) -> Pool:
    if not pool.jail().whole:
        pytest.skip("this machine has no whole jail")
    return pool


class TestPool(WorkersContract):
    def start(self) -> Pool:
        return Pool(ENTRY, 2, memory=MEMORY)


class TestPoolOfOneWithNothingLyingReady(WorkersContract):
    def start(self) -> Pool:
        return Pool(ENTRY, 1, memory=MEMORY, depth=1)


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("kind", "body", "seconds", "code"),
    [
        ("hang", b"", 0.2, "timeout"),
        ("sleep", b"60", 0.2, "timeout"),
        ("abort", b"", 20, "crashed"),
        ("segfault", b"", 20, "crashed"),
        ("leave", b"0", 20, "crashed"),
        ("leave", b"3", 20, "crashed"),
        ("exit", b"", 20, "crashed"),
        ("recurse", b"", 20, "crashed"),
        ("eat memory", b"", 20, "memory"),
        ("answer much", b"1048577", 20, "output"),
        ("promise much", b"", 20, "output"),
        ("write garbage", b"", 20, "crashed"),
        ("forge answers", b"", 20, "crashed"),
        ("close everything", b"", 20, "crashed"),
    ],
)
def test_a_fault_costs_its_own_task_a_code_and_the_others_nothing(
    pool: Pool, kind: str, body: bytes, seconds: float, code: str
) -> None:
    pool.submit(Task(0, "echo", b"before", 20))
    pool.submit(Task(1, kind, body, seconds))
    for number in range(2, 9):
        pool.submit(Task(number, "echo", b"after", 20))
    found = settle(pool, 9)
    assert (found[1].code, found[1].body) == (code, b"")
    assert found[0].body == b"before"
    assert all(found[n].body == b"after" for n in range(2, 9))
    assert pool.outcomes(0.05) == []


def test_twenty_crashes_in_a_row_lose_no_task_behind_them(pool: Pool) -> None:
    for number in range(40):
        pool.submit(Task(number, "abort" if number % 2 else "echo", b"%d" % number, 20))
    found = settle(pool, 40)
    assert all(found[n].code == "crashed" for n in range(1, 40, 2))
    assert all(found[n].body == b"%d" % n for n in range(0, 40, 2))


def test_the_cpu_limit_ends_a_task_and_counts_for_each_anew(tmp_path: Path) -> None:
    with seal(tmp_path, cpu_seconds=1.0) as pool:
        assert do(pool, "burn").code == "timeout"
        assert do(pool, "echo", b"next").body == b"next"


def test_the_time_limit_counts_from_the_start_of_the_task(pool: Pool) -> None:
    for number in range(4):
        pool.submit(Task(number, "sleep", b"0.3", 0.9))
    assert all(not o.code for o in settle(pool, 4).values())


def test_an_answer_at_the_limit_is_taken(pool: Pool) -> None:
    assert len(do(pool, "answer much", b"1048576").body) == 1 << 20


def test_a_worker_is_replaced_after_it_ran_out_of_memory(pool: Pool) -> None:
    before = do(pool, "process").body
    assert do(pool, "process").body == before
    assert do(pool, "ask too much").code == "memory"
    assert do(pool, "process").body != before


def test_a_worker_swollen_by_a_task_is_replaced_before_the_next(tmp_path: Path) -> None:
    with seal(tmp_path, retire=0.0) as pool:
        assert do(pool, "process").body != do(pool, "process").body


def test_tasks_that_lie_ready_behind_a_slow_one_go_to_the_idle_worker() -> None:
    with Pool(ENTRY, 2, memory=MEMORY, depth=4) as pool:
        pool.jail()
        pool.submit(Task(0, "sleep", b"30", 60))
        for number in range(1, 8):
            pool.submit(Task(number, "echo", b"", 20))
        found = settle(pool, 7)
        assert sorted(found) == list(range(1, 8))
        assert [number for number, _ in pool.running()] == [0]
        assert pool.skip(0)
        assert settle(pool, 1)[0].code == "skipped"


def test_skipping_what_runs_leaves_what_lies_behind_it(pool: Pool) -> None:
    pool.submit(Task(1, "hang", b"", 60))
    pool.submit(Task(2, "hang", b"", 60))
    pool.submit(Task(3, "echo", b"left", 60))
    while not pool.running():
        time.sleep(0.01)
    assert pool.skip(2)
    while pool.running() and pool.running()[0][1] < 0.05:
        time.sleep(0.01)
    assert pool.skip(1)
    found = settle(pool, 3)
    assert (found[1].code, found[2].code, found[3].body) == ("skipped", "skipped", b"left")


def test_skipping_what_lies_ready_does_not_disturb_what_runs(pool: Pool) -> None:
    before = do(pool, "process").body
    pool.submit(Task(1, "sleep", b"0.3", 60))
    for number in range(2, 5):
        pool.submit(Task(number, "process", b"", 60))
    while not pool.running():
        time.sleep(0.01)
    assert pool.skip(3)
    found = settle(pool, 4)
    assert found[3].code == "skipped"
    assert found[1].body == b"slept"
    assert found[2].body == found[4].body == before


def test_an_entry_that_does_not_exist_is_an_engine_error_and_no_silence() -> None:
    with Pool("assay.testing.no_such_tasks", 1) as pool, pytest.raises(EngineError, match="start"):
        pool.submit(Task(1, "echo", b"", 20))
        pool.outcomes(30)


def test_the_pool_counts_how_long_workers_waited(pool: Pool) -> None:
    for number in range(20):
        pool.submit(Task(number, "sleep", b"0.01", 20))
    settle(pool, 20)
    waits = pool.waits()
    assert waits.tasks == 20
    assert waits.working >= 0.2
    assert 0 <= waits.share < 1


# ---------------------------------------------------------------- the jail


def test_libraries_that_parse_exhibits_work_in_the_jail(pool: Pool) -> None:
    outcome = do(pool, "use libraries")
    assert (outcome.code, outcome.detail) == ("", "")
    assert outcome.body == b"(40, 40) 1 a 8000000"


def test_threads_work_in_the_jail(pool: Pool) -> None:
    assert do(pool, "thread", b"x").body == b"xxxx"


def test_a_worker_reads_and_writes_where_it_was_allowed_to(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "in" / "exhibit").write_bytes(b"bytes")
    assert do(pool, "read file", bytes(tmp_path / "in" / "exhibit")).body == b"it was allowed"
    assert do(pool, "write file", bytes(tmp_path / "out" / "page")).body == b"it was allowed"
    written = tmp_path / "out" / "page"
    assert written.read_bytes() == b"written"
    assert written.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("open socket", b""),
        ("open pair", b""),
        ("read file", b"/etc/passwd"),
        ("read file", b"/proc/self/environ"),
        ("list folder", b"/"),
        ("list folder", b"/root"),
        ("fork", b""),
        ("exec", b""),
        ("kill parent", b""),
        ("lift limits", b""),
    ],
)
def test_a_way_out_of_the_jail_is_refused(whole: Pool, kind: str, body: bytes) -> None:
    assert do(whole, kind, body).body in {
        b"PermissionError",
        b"FileNotFoundError",
        b"ProcessLookupError",
    }
    assert do(whole, "echo", b"next").body == b"next"


@pytest.mark.parametrize(
    "kind", ["read file", "write file", "truncate file", "change mode", "remove file"]
)
def test_a_file_outside_is_neither_read_nor_changed(whole: Pool, tmp_path: Path, kind: str) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"untouched")
    mode = outside.stat().st_mode
    assert do(whole, kind, bytes(outside)).body == b"PermissionError"
    assert (outside.read_bytes(), outside.stat().st_mode) == (b"untouched", mode)


def test_what_may_be_read_may_not_be_changed(whole: Pool, tmp_path: Path) -> None:
    original = tmp_path / "in" / "original"
    original.write_bytes(b"as received")
    for kind in ("write file", "truncate file", "change mode", "remove file"):
        assert do(whole, kind, bytes(original)).body == b"PermissionError"
    assert original.read_bytes() == b"as received"


def test_a_worker_sees_no_environment_but_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_PASSPHRASE", "secret")
    with seal(tmp_path) as pool:
        assert "ASSAY_PASSPHRASE" not in do(pool, "environment").body.decode().split("\n")


def test_a_worker_writes_nothing_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with seal(tmp_path) as pool:
        assert do(pool, "print", b"words of an exhibit").body == b"printed"
    assert capfd.readouterr() == ("", "")


def test_the_probe_tells_what_holds_with_the_fences_it_may_use() -> None:
    none = probe(frozenset())
    assert none == Jail(files="", network="", processes="", limits=True)
    assert not none.whole
    if jail.landlock_abi():
        assert probe(frozenset({"landlock"})).files == "landlock"
    assert probe(frozenset({"seccomp"})).network == "seccomp"


@pytest.mark.needs("bubblewrap")
def test_bubblewrap_stands_in_where_the_kernel_has_no_fences(tmp_path: Path) -> None:
    with seal(tmp_path, fences=frozenset({"bubblewrap"})) as pool:
        held = pool.jail()
        if held.files != "bubblewrap":
            pytest.skip("bubblewrap is installed and not allowed here")
        assert held.whole
        assert do(pool, "read file", b"/etc/passwd").body == b"FileNotFoundError"
        assert do(pool, "open socket").body in {b"OSError", b"ConnectionRefusedError"}
        assert do(pool, "write file", bytes(tmp_path / "out" / "page")).body == b"it was allowed"
        assert do(pool, "write file", bytes(tmp_path / "in" / "page")).body == b"OSError"
        assert do(pool, "use libraries").body == b"(40, 40) 1 a 8000000"
        assert do(pool, "abort").code == "crashed"
        assert do(pool, "echo", b"next").body == b"next"


def test_without_a_jail_the_pool_still_works_and_says_so(tmp_path: Path) -> None:
    with seal(tmp_path, fences=frozenset()) as pool:
        assert not pool.jail().whole
        assert do(pool, "echo", b"heard").body == b"heard"


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_filter_jumps_only_to_steps_that_it_has(machine: str) -> None:
    program = jail.seccomp_filter(1234, machine)
    steps = [program[i : i + 8] for i in range(0, len(program), 8)]
    for at, step in enumerate(steps):
        code, yes, no = step[0] | step[1] << 8, step[2], step[3]
        if code & 0x07 == 0x05:
            assert at + 1 + max(yes, no) < len(steps)
    assert steps[-1][:2] == b"\x06\x00"


def test_a_machine_without_a_table_gets_no_filter() -> None:
    with pytest.raises(OSError, match="no seccomp table"):
        jail.seccomp_filter(1, "riscv64")


# ---------------------------------------------------------------- nothing is left behind


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_a_closed_pool_leaves_no_worker(tmp_path: Path) -> None:
    with seal(tmp_path) as pool:
        worker = int(do(pool, "process").body)
        assert alive(worker)
    assert not alive(worker)


def test_a_killed_program_leaves_no_worker() -> None:
    program = textwrap.dedent(
        f"""
        import time
        from assay.engines.sandbox import Pool
        from assay.ports import Task
        pool = Pool({ENTRY!r}, 2, memory={MEMORY})
        for number in range(6):
            pool.submit(Task(number, "process", b"", 20))
        found = set()
        while pool.pending():
            found |= {{o.body for o in pool.outcomes()}}
        for number in range(6):
            pool.submit(Task(number, "hang", b"", 600))
        while len(pool.running()) < 2:
            time.sleep(0.01)
        print(b" ".join(found).decode(), pool._nursery.pid, flush=True)
        time.sleep(600)
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert len(workers) >= 2
        assert all(alive(worker) for worker in workers)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    until = time.monotonic() + 10
    while any(alive(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(alive(worker) for worker in workers)


def test_the_nursery_killed_costs_only_the_running_task(pool: Pool) -> None:
    for number in range(4):
        pool.submit(Task(number, "sleep", b"0.3", 20))
    while not pool.running():
        time.sleep(0.01)
    assert pool._nursery is not None
    os.kill(pool._nursery.pid, signal.SIGKILL)
    found = settle(pool, 4)
    assert [found[n].code for n in range(4)] == ["crashed", "", "", ""]


def test_many_replaced_workers_leak_no_descriptor(pool: Pool) -> None:
    do(pool, "echo")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        do(pool, "abort")
    assert do(pool, "echo", b"next").body == b"next"
    assert len(os.listdir("/proc/self/fd")) <= before + 4


def test_the_program_itself_keeps_its_own_limits(pool: Pool) -> None:
    assert do(pool, "echo", b"x").body == b"x"
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != MEMORY
