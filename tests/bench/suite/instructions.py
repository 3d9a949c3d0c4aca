"""Instructions that the server spends on a request, counted by callgrind: unlike times they are the
same on every machine and under every load, so a change shows at once."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from harness.server import Server
from harness.signed_http import SignedHttp
from suite.load import BUCKET, Column

KEPT = Path(__file__).resolve().parent.parent / "instructions.json"
# name, words of torhaus bench, requests
PATHS = [
    ("HEAD", ("stat", "--existing", "--prefix", "4KiB/", "--objects", "10"), 2000),
    ("GET 4 KiB", ("get", "--existing", "--prefix", "4KiB/", "--objects", "10"), 2000),
    ("PUT 4 KiB", ("put", "--prefix", "put/", "--keep"), 500),
    (
        "LIST of 1,000",
        ("list", "--existing", "--prefix", "list/", "--objects", "1000", "--start", "first"),
        20,
    ),
]

# What the server sets for itself outside of valgrind.
TUNABLES = "glibc.malloc.tcache_max=8192:glibc.malloc.tcache_count=64"


class Callgrind(Server):
    """A server under callgrind that counts only when it is told to."""

    def __init__(self, binary, folder):
        # Set, so that the server does not execute itself anew, out of valgrind's sight.
        variables = {"TORHAUS_THREADS": "1", "GLIBC_TUNABLES": TUNABLES}
        super().__init__(binary, variables=variables, folder=folder)
        # Debian's valgrind cannot read the debug information of clang 19.
        bare = Path(folder) / "torhaus"
        subprocess.run(["strip", "-g", "-o", str(bare), str(binary)], check=True)
        wrapper = Path(folder) / "under-callgrind"
        wrapper.write_text(
            "#!/bin/sh\nexec valgrind --tool=callgrind --instr-atstart=no --quiet "
            f'--callgrind-out-file={folder}/counted "{bare}" "$@"\n'
        )
        wrapper.chmod(0o755)
        self.binary = str(wrapper)

    def note_secrets(self):
        """valgrind keeps a copy of the environment that the server cannot wipe."""

    def control(self, *words):
        subprocess.run(
            ["callgrind_control", *words, str(self.process.pid)], check=True, capture_output=True
        )

    def counted(self, action):
        """Instructions of what the server did meanwhile."""
        self.control("--instr=on")
        action()
        time.sleep(0.3)  # the audit trail writes a little later
        self.control("--instr=off")
        before = set(Path(self.folder).glob("counted*"))
        self.control("--dump")
        for _ in range(100):
            made = set(Path(self.folder).glob("counted*")) - before
            texts = [file.read_text() for file in made]
            sums = [re.findall(r"^(?:totals|summary): (\d+)", t, re.M) for t in texts]
            if sums and all(sums):
                return sum(int(found[-1]) for found in sums)
            time.sleep(0.1)
        raise RuntimeError("callgrind wrote nothing")


def count(load, binary, folder):
    """{path: instructions a request}."""
    found = {}
    folder = Path(folder) / "callgrind"
    folder.mkdir()
    with Callgrind(binary, folder) as server:
        column = Column(
            "callgrind",
            f"http://127.0.0.1:{server.port}",
            server.access_key,
            server.secret_key,
            server.target.region,
        )
        assert SignedHttp(server.target).request("PUT", BUCKET).status == 200
        load.fill(column, "4KiB/", "4KiB", 10)
        load.fill(column, "list/", "100B", 1000)
        for name, words, requests in PATHS:
            once = ("--concurrency", "1", "--warmup", "0s", "--count")
            load.run(column, *words, *once, 5)  # what is done the first time is not counted
            total = server.counted(lambda w=words, r=requests, o=once: load.run(column, *w, *o, r))
            found[name] = round(total / requests)
    shutil.rmtree(folder, ignore_errors=True)
    return found


def report(found, keep):
    """Prints each path beside what was kept; writes the file when asked to."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for name, instructions in found.items():
        before = kept.get(name)
        change = f"{instructions / before - 1:+.1%} to {before:,}" if before else "nothing kept"
        print(f"{'instructions, ' + name:44} {instructions:,} ({change})", flush=True)
    if keep:
        KEPT.write_text(json.dumps(found, indent=1) + "\n")
