"""The control block that a test shares with the preloaded library (preload/library.hpp): which call
of which kind fails, and how."""

import errno
import mmap
import struct

KINDS = ("open", "write", "sync", "rename", "unlink", "map", "truncate", "read")
SHORT = 0  # instead of an errno: a write or read of half the bytes
NAMES = {SHORT: "short"} | dict(errno.errorcode)

ARMED, KIND, NTH, ERROR, FIRED, LASTING, SEEN, DELAY = 0, 4, 8, 12, 16, 20, 24, 56
BYTES = 60


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
        self.put(FIRED, 0)
        self.put(KIND, KINDS.index(kind))
        self.put(NTH, nth)
        self.put(ERROR, error)
        self.put(LASTING, int(lasting))
        self.put(ARMED, 1)

    def disarm(self):
        self.put(ARMED, 0)

    @property
    def fired(self):
        return self.get(FIRED)

    def close(self):
        self.block.close()
        self.file.close()
