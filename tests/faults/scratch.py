"""Where stores lie that are written and thrown away by the thousand: in memory, where it can be."""

import tempfile
from pathlib import Path


def scratch():
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else Path(tempfile.gettempdir())


def scratch_folder():
    return Path(tempfile.mkdtemp(prefix="torhaus-faults-", dir=scratch()))
