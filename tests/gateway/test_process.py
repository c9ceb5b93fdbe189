"""What a process sets for itself: its open files, and its end."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from gateway.process import room_for_sockets


@pytest.mark.parametrize(("soft", "hard", "raised"), [(256, 1000, 1000), (1000, 1000, 1000)])
def test_process_takes_as_many_open_files_as_it_may_have(soft: int, hard: int, raised: int) -> None:
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}));"
        "from gateway.process import raise_open_files;"
        "print(raise_open_files(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(raised), str(raised), str(hard)]


@pytest.mark.parametrize(("files", "sockets"), [(65_536, 65_336), (1024, 824), (256, 128)])
def test_some_open_files_are_kept_for_what_is_no_socket(files: int, sockets: int) -> None:
    assert room_for_sockets(files) == sockets


def test_this_machine_lets_a_process_open_what_the_tests_need() -> None:
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 2_000


HANGS = """
import asyncio, time
from gateway.process import end_within

async def nobody_answers():
    {hangs}

async def main():
    hanging = asyncio.create_task(nobody_answers(), name="hanging")
    end_within(0.5)
    await hanging

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("hangs", "told"),
    [
        ("await asyncio.Event().wait()", ("does_not_end", "'hanging': 'Event.wait:")),
        ("time.sleep(600)", ("in nobody_answers",)),
    ],
)
def test_process_that_hangs_ends_and_says_where(hangs: str, told: tuple[str, ...]) -> None:
    code = HANGS.format(hangs=hangs)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    for one in told:
        assert one in ended.stdout + ended.stderr
