"""What a server holds: memory, descriptors, disk, transactions; the most of it within a time."""

import dataclasses
import os
import re
import threading
import time
import urllib.request

SAMPLE_SECONDS = 0.25
# Allocator and caches settle within this; anything that grows with the number of clients does not.
MEMORY_SLACK = 48 << 20
DESCRIPTOR_SLACK = 8
DISK_SLACK = 8 << 20


@dataclasses.dataclass
class Gauges:
    memory: int = 0  # anonymous, resident
    descriptors: int = 0
    disk: int = 0  # below the data directory, without the audit
    connections: float = 0
    oldest_read: float = 0
    entries: float = 0

    def most(self, other):
        return Gauges(
            *(max(getattr(self, f.name), getattr(other, f.name)) for f in dataclasses.fields(self))
        )

    def text(self):
        return (
            f"{self.memory >> 20} MiB, {self.descriptors} descriptors, {self.disk >> 20} MiB disk, "
            f"oldest read {self.oldest_read:.3f} s"
        )


def metrics(server):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = f"http://127.0.0.1:{server.admin_port}/-/metrics"
    text = opener.open(url, timeout=20).read().decode()
    return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.M)}


def disk_bytes(folder):
    total = 0
    for place, _, names in os.walk(folder):
        if os.path.basename(place) == "audit":
            continue
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


def read(server):
    seen = metrics(server)
    return Gauges(
        int(seen["torhaus_resident_anonymous_bytes"]),
        server.open_files(),
        disk_bytes(server.data),
        seen["torhaus_connections_open"],
        seen["torhaus_kv_oldest_read_seconds"],
        seen["torhaus_kv_entries"],
    )


def memory_of(server):
    """The memory alone, which the kernel tells without the server's doing."""
    return Gauges(memory=server.memory()["RssAnon"])


class Watch:
    """Samples until it is left; `most` has the largest values."""

    def __init__(self, server, look=read, pause_seconds=SAMPLE_SECONDS):
        self.server = server
        self.look = look
        self.pause_seconds = pause_seconds
        self.most = look(server)
        self.trouble = ""
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.sample)

    def sample(self):
        while not self.ended.wait(self.pause_seconds):
            try:
                self.most = self.most.most(self.look(self.server))
            except OSError as trouble:
                self.trouble = f"the metrics did not answer: {trouble!r}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.ended.set()
        self.thread.join()


def differences(base, now):
    """What has not come back, as text."""
    found = []
    for name, slack, unit in (
        ("memory", MEMORY_SLACK, 1 << 20),
        ("descriptors", DESCRIPTOR_SLACK, 1),
        ("disk", DISK_SLACK, 1 << 20),
        ("connections", DESCRIPTOR_SLACK, 1),
        ("entries", 20, 1),
    ):
        before, after = getattr(base, name), getattr(now, name)
        if after > before + slack:
            found.append(f"{name}: {after / unit:.0f} after {before / unit:.0f}")
    return found


def back_to(base, server, seconds):
    """Waits until everything is back; what is not then."""
    until = time.monotonic() + seconds
    while True:
        left = differences(base, read(server))
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.5)
