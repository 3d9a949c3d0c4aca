"""The control block that a test shares with the preloaded library (preload/library.hpp): which call
of which kind fails, and how."""

import errno
import mmap
import struct

KINDS = ("open", "write", "sync", "rename", "unlink", "map", "truncate", "read")
SHORT = 0  # instead of an errno: a write or read of half the bytes
# Instead of an errno: the process is killed behind the call, or when a write is half done.
KILL_AFTER, KILL_WITHIN = 1_000_001, 1_000_002
ANY_CHANGE = "any change"  # instead of a kind: all but map and read
ANY_CHANGE_NUMBER = 100
NAMES = {SHORT: "short"} | dict(errno.errorcode)

ARMED, KIND, NTH, ERROR, FIRED, LASTING, SEEN, DELAY = 0, 4, 8, 12, 16, 20, 24, 56
CHANGES, PLACE = 60, 64
BYTES = 264


class Control:
    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(BYTES))
        self.file = open(path, "r+b")
        self.block = mmap.mmap(self.file.fileno(), BYTES)

    def put(self, offset, value):
        self.block[offset : offset + 4] = struct.pack("=I", value)

    def get(self, offset):
        return struct.unpack("=I", self.block[offset : offset + 4])[0]

    def arm(self, kind, nth, error, lasting=False):
        self.disarm()
        for number in range(len(KINDS)):
            self.put(SEEN + 4 * number, 0)
        self.put(CHANGES, 0)
        self.put(FIRED, 0)
        self.put(KIND, ANY_CHANGE_NUMBER if kind == ANY_CHANGE else KINDS.index(kind))
        self.put(NTH, nth)
        self.put(ERROR, error)
        self.put(LASTING, int(lasting))
        self.put(ARMED, 1)

    def disarm(self):
        self.put(ARMED, 0)

    @property
    def fired(self):
        return self.get(FIRED)

    @property
    def place(self):
        """ "kind path" of the call that the process was killed at."""
        return self.block[PLACE:BYTES].split(b"\0", 1)[0].decode(errors="replace")

    def close(self):
        self.block.close()
        self.file.close()
