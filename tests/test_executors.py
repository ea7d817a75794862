import os
from concurrent.futures.process import BrokenProcessPool

import pytest

from app.executors import executor


def test_a_pool_goes_on_after_one_of_its_processes_was_killed() -> None:
    with executor() as pool:
        first = pool.submit(os.getpid).result()
        with pytest.raises(BrokenProcessPool):
            pool.submit(os._exit, 9).result()
        assert pool.submit(os.getpid).result() not in (first, os.getpid())
