"""The queue of SQLite's writers: one at a time, in the order of asking, between threads and processes."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from config import ROOT
from tracker.db_queue import WriteQueue, write_queue_for

TURNS = 200
PATIENCE = 120  # seconds
# Writes its letter to a shared text, reading it and writing it back whole: two at once lose letters. It counts
# TURNS of them from when all three write, however late the machine lets one begin, and says how many it wrote in all.
WRITER = f"""
import sys, time
from pathlib import Path
from sqlalchemy.engine import make_url
from tracker.db_queue import write_queue_for
letter, folder = sys.argv[1], Path(sys.argv[2])
queue, shared = write_queue_for(make_url(f"sqlite:///{{folder}}/x.sqlite")), folder / "shared"
print("ready", flush=True)
sys.stdin.readline()
wrote = together = 0
while together < {TURNS}:
    with queue.turn():
        before = shared.read_text()
        time.sleep(0.001)
        shared.write_text(before + letter)
    wrote += 1
    together += len(set(before)) == 3
print(wrote)
"""
HOLDER = """
import sys, time
from pathlib import Path
from tracker.db_queue import WriteQueue
with WriteQueue(Path(sys.argv[1])).turn():
    print("holding", flush=True)
    time.sleep(600)
"""
FORKER = """
import os, sys, time
from pathlib import Path
from sqlalchemy.engine import make_url
from tracker.db_queue import write_queue_for
url, story = make_url(f"sqlite:///{sys.argv[1]}/x.sqlite"), Path(sys.argv[1]) / "story"
with write_queue_for(url).turn():
    child = os.fork()
    if child == 0:
        with write_queue_for(url).turn(), story.open("a") as file:
            file.write("child ")
        os._exit(0)
    time.sleep(0.5)
    with story.open("a") as file:
        file.write("parent ")
os.waitpid(child, 0)
"""


@contextmanager
def running(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process beside the test; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[WriteQueue]:
    with closing(WriteQueue(tmp_path / "x.queue")) as made:
        yield made


def take_turn(queue: WriteQueue) -> None:
    with queue.turn():
        pass


def wait_until_in_line(queue: WriteQueue, how_many: int) -> None:
    give_up = time.monotonic() + PATIENCE
    while len(queue._waiting) != how_many:
        assert time.monotonic() < give_up, "nobody came to stand in line"
        time.sleep(0.001)


# --- threads ---------------------------------------------------------------------------------------


def test_threads_write_in_the_order_in_which_they_asked(queue: WriteQueue) -> None:
    order: list[int] = []

    def write(number: int) -> None:
        with queue.turn():
            order.append(number)

    with ThreadPoolExecutor(12) as pool, queue.turn():
        for number in range(12):
            pool.submit(write, number)
            wait_until_in_line(queue, number + 1)
    assert order == list(range(12))


def test_one_thread_writes_at_a_time(queue: WriteQueue) -> None:
    inside: list[int] = []
    most: list[int] = []

    def write() -> None:
        for _ in range(50):
            with queue.turn():
                inside.append(1)
                most.append(len(inside))
                time.sleep(0)
                inside.pop()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write) for _ in range(8)]:
            done.result()
    assert (len(most), set(most)) == (400, {1})


def test_a_turn_that_fails_is_passed_on(queue: WriteQueue) -> None:
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), queue.turn():
            raise ValueError("no")
    take_turn(queue)


def test_a_queue_whose_lock_cannot_be_made_refuses_everybody_and_hangs_nobody(
    tmp_path: Path,
) -> None:
    queue = WriteQueue(tmp_path / "missing" / "x.queue")
    for _ in range(2):
        with pytest.raises(FileNotFoundError), queue.turn():
            pytest.fail("it wrote without a lock")


class StoppedError(Exception):
    """What a signal raises in the middle of waiting."""


def test_an_interrupted_waiter_leaves_the_line(queue: WriteQueue) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise StoppedError

    release = threading.Event()

    def hold() -> None:
        with queue.turn():
            holding.set()
            release.wait(PATIENCE)

    def interrupt_who_waits() -> None:
        wait_until_in_line(queue, 1)
        time.sleep(0.05)  # from standing in line to sleeping there
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    holding = threading.Event()
    before = signal.signal(signal.SIGALRM, interrupt)
    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(hold)
        holding.wait(PATIENCE)
        sent = pool.submit(interrupt_who_waits)
        with pytest.raises(StoppedError), queue.turn():
            pytest.fail("two held the queue")
        sent.result(PATIENCE)
        signal.signal(signal.SIGALRM, before)
        release.set()
        held.result(PATIENCE)
        pool.submit(take_turn, queue).result(PATIENCE)


# --- processes -------------------------------------------------------------------------------------


def test_processes_write_one_at_a_time_and_none_is_left_behind(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.write_text("")
    letters = "abc"
    with ExitStack() as stack:
        writers = [stack.enter_context(running(WRITER, letter, tmp_path)) for letter in letters]
        assert [read_line(writer) for writer in writers] == ["ready"] * 3
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        assert [writer.wait(PATIENCE) for writer in writers] == [0, 0, 0]
        said = {
            letter: int(read_line(writer)) for letter, writer in zip(letters, writers, strict=True)
        }
    written = shared.read_text()
    assert Counter(written) == said
    all_have_begun = max(written.index(letter) for letter in letters)
    none_is_done = min(written.rindex(letter) for letter in letters)
    together = written[all_have_begun:none_is_done]
    shares = Counter(together)
    assert len(together) > TURNS
    assert all(shares[letter] >= len(together) / 10 for letter in letters), shares


def test_a_process_that_is_killed_gives_its_turn_back(queue: WriteQueue, tmp_path: Path) -> None:
    with running(HOLDER, tmp_path / "x.queue") as holder:
        assert read_line(holder) == "holding"
        holder.kill()
        take_turn(queue)


def test_a_waiting_process_is_let_in_when_the_other_is_gone(
    queue: WriteQueue, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as pool, running(HOLDER, tmp_path / "x.queue") as holder:
        assert read_line(holder) == "holding"
        turn = pool.submit(take_turn, queue)
        time.sleep(0.1)
        assert not turn.done()
        holder.kill()
        turn.result(PATIENCE)


def test_a_forked_child_waits_for_its_parent(tmp_path: Path) -> None:
    with running(FORKER, tmp_path) as forker:
        assert forker.wait(PATIENCE) == 0
    assert (tmp_path / "story").read_text() == "parent child "


# --- which databases queue -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://somewhere/x", "sqlite://", "sqlite:///:memory:"]
)
def test_what_is_no_file_needs_no_queue(url: str) -> None:
    queue = write_queue_for(make_url(url))
    with queue.turn(), queue.turn():
        pass


def test_a_file_has_one_queue_and_another_file_another(tmp_path: Path) -> None:
    urls = [make_url(f"sqlite:///{tmp_path}/{name}.sqlite") for name in "aab"]
    one, same, other = map(write_queue_for, urls)
    assert one is same
    assert one is not other
    with closing(one), closing(other), one.turn(), other.turn():
        pass
