"""Chromium without a screen, driven through chromedriver's WebDriver protocol (W3C)."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

START_SECONDS = 30
SCRIPT_SECONDS = 60


class BrowserTrouble(Exception):
    """The browser could not be had, or refused a command."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Browser:
    def __enter__(self):
        for program in ("chromium", "chromedriver"):
            if shutil.which(program) is None:
                raise BrowserTrouble(f"{program} is not installed (deploy/packages-tests.txt)")
        self.folder = tempfile.mkdtemp(prefix="torhaus-browser-")
        self.port = free_port()
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy")
        }
        environment["HOME"] = self.folder
        self.process = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        if hasattr(self, "session"):
            try:
                self.send("DELETE", "")
            except (OSError, BrowserTrouble):
                pass  # it ends with its driver
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def begin(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if self.call("GET", "/status")["ready"]:
                    break
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise BrowserTrouble("chromedriver does not start") from None
                time.sleep(0.1)
        # Pages come from loopback only; the sandbox would need rights that containers lack.
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            f"--user-data-dir={self.folder}/profile",
        ]
        wanted = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments}}
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = "/session/" + made["sessionId"]
        self.version = made["capabilities"]["browserVersion"]
        self.send("POST", "/timeouts", {"script": SCRIPT_SECONDS * 1000, "pageLoad": 60_000})

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(
                method,
                path,
                None if body is None else json.dumps(body),
                {"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
        finally:
            connection.close()
        if answer.status != 200:
            raise BrowserTrouble(f"{method} {path}: {value.get('error')}: {value.get('message')}")
        return value

    def send(self, method, path, body=None):
        return self.call(method, self.session + path, body)

    def open(self, address):
        self.send("POST", "/url", {"url": address})

    def run(self, function, *arguments):
        """Calls a function of the page."""
        script = f"return window[{json.dumps(function)}](...arguments)"
        return self.send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, function, *arguments):
        """Calls an async function of the page and waits for what it returns."""
        script = (
            "const done = arguments[arguments.length - 1];"
            f"window[{json.dumps(function)}](...Array.from(arguments).slice(0, -1))"
            ".then(done, e => done({error: 'script: ' + e, broken: true}));"
        )
        value = self.send("POST", "/execute/async", {"script": script, "args": list(arguments)})
        if value.get("broken"):
            raise BrowserTrouble(value["error"])
        return value

    def choose_file(self, selector, path):
        found = self.send("POST", "/element", {"using": "css selector", "value": selector})
        element = next(iter(found.values()))
        self.send("POST", f"/element/{element}/value", {"text": str(path)})

    def wait_for_address(self, beginning, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            address = self.send("GET", "/url")
            if address.startswith(beginning):
                return address
            if time.monotonic() > deadline:
                raise BrowserTrouble(f"the browser is still at {address}")
            time.sleep(0.1)
