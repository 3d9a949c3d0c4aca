"""Somebody who only wants to work: a client in a process of its own whose requests are timed while
others misbehave."""

import http.client
import multiprocessing
import time

from harness.signed_http import SignedHttp

PAUSE_SECONDS = 0.01
SECONDS = 20


def work(target, pipe):
    client = SignedHttp(target, seconds=SECONDS)
    body = b"Vorgang 4711 " * 80
    turns = (
        ("PUT", "arbeit", body, {}),
        ("GET", "arbeit", b"", {}),
        ("GET", "klein", b"", {}),
        ("GET", "", b"", {"list-type": "2", "max-keys": "50"}),
        ("GET", "mittel", b"", {}),
    )
    took, failed, number = [], [], 0
    while True:
        if pipe.poll():
            if pipe.recv() == "end":
                return
            pipe.send((took, failed))
            took, failed = [], []
        method, key, content, query = turns[number % len(turns)]
        number += 1
        began = time.monotonic()
        try:
            answer = client.request(method, "akten", key, query, body=content)
            if answer.status != 200:
                failed.append(f"{method} {key}: {answer.status} {answer.body[:200]!r}")
        except (OSError, http.client.HTTPException) as trouble:
            failed.append(f"{method} {key}: {trouble!r}")
        took.append(time.monotonic() - began)
        time.sleep(PAUSE_SECONDS)


class Witness:
    def __init__(self, target):
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=work, args=(target, other), daemon=True)
        self.process.start()

    def report(self):
        """What was seen since the last report: (seconds of each request, failures)."""
        self.pipe.send("report")
        return self.pipe.recv()

    def end(self):
        self.pipe.send("end")
        self.process.join()


def p99(took):
    return sorted(took)[int(len(took) * 0.99)] if took else 0.0
