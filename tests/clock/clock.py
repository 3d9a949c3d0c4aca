"""The wall clock of a server under test, which can be set (shifted.cpp)."""

import datetime
import mmap
import struct
from pathlib import Path


class Clock:
    """`variables` go into the environment of the server."""

    def __init__(self, build, folder):
        self.path = Path(folder) / "clock"
        self.path.write_bytes(bytes(8))
        with open(self.path, "r+b") as file:
            self.block = mmap.mmap(file.fileno(), 8)
        self.shift = datetime.timedelta()
        library = Path(build) / "libtest_clock.so"
        assert library.exists(), f"{library} is not built"
        self.variables = {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(self.path)}

    def set(self, shift):
        """How much the server's clock is ahead of the true one."""
        self.shift = shift
        nanoseconds = shift // datetime.timedelta(microseconds=1) * 1000
        self.block[:] = struct.pack("=q", nanoseconds)

    def now(self):
        """The server's time."""
        return datetime.datetime.now(datetime.timezone.utc) + self.shift

    def close(self):
        self.block.close()
