"""Starts, watches and stops a Torhaus server on loopback, with its data in a temporary
directory."""

import dataclasses
import os
import secrets
import shutil
import signal
import socket
import string
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from harness.secrets_seen import BOOK

REPOSITORY = Path(__file__).resolve().parents[3]
REGION = "eu-central-1"
# For virtual-host style and for websites; clients reach them by explicit resolution.
BASE_DOMAIN = "s3.torhaus.test"
WEBSITE_DOMAIN = "web.torhaus.test"
READY_SECONDS = 30
STOP_SECONDS = 40


class ServerTrouble(Exception):
    """The server did not start, ended by itself, or did not stop."""


@dataclasses.dataclass
class Target:
    """What a client needs to know to reach a server."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = REGION
    ca_file: str = ""  # empty on http, or when the system's certificates do
    base_domain: str = ""
    website_domain: str = ""

    @property
    def scheme(self):
        return self.endpoint.split(":", 1)[0]

    @property
    def host(self):
        return self.endpoint.split("//", 1)[1]

    @property
    def address(self):
        name, _, port = self.host.rpartition(":")
        if not name:
            return self.host, 443 if self.scheme == "https" else 80
        return name.strip("[]"), int(port)

    def environment(self):
        """Variables with which any client or SDK finds the server; nothing else of AWS gets
        through."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "TORHAUS_", "RCLONE_", "RESTIC_", "BOTO_"))
            and name.lower() not in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
        }
        kept |= {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "TORHAUS_ENDPOINT": self.endpoint,
            "TORHAUS_TEST_BASE_DOMAIN": self.base_domain,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "LC_ALL": "C.UTF-8",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }
        if self.ca_file:
            kept |= {
                "AWS_CA_BUNDLE": self.ca_file,
                "SSL_CERT_FILE": self.ca_file,
                "CURL_CA_BUNDLE": self.ca_file,
                "NODE_EXTRA_CA_CERTS": self.ca_file,
            }
        return kept


def random_text(length, characters):
    return "".join(secrets.choice(characters) for _ in range(length))


def free_ports(count):
    sockets = []
    for _ in range(count):
        sockets.append(socket.socket())
        sockets[-1].bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def waited_for_processor(pid):
    """Seconds for which a process was ready to run and others had the processors."""
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as figures:
        return int(figures.read().split()[1]) / 1e9


def make_certificates(folder):
    """A certificate authority of its own and a server certificate by it: (ca, certificate, key)."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2")
    openssl(
        "req",
        "-x509",
        *curve,
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
        "-subj",
        "/CN=test CA",
        "-addext",
        "keyUsage=critical,keyCertSign",
    )
    openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    Path(folder, "san").write_text(
        f"subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:{BASE_DOMAIN},DNS:*.{BASE_DOMAIN},"
        f"DNS:*.{WEBSITE_DOMAIN}\n"
    )
    openssl(
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-days",
        "2",
        "-CAcreateserial",
        "-extfile",
        "san",
        "-out",
        "server.crt",
    )
    return tuple(str(Path(folder, name)) for name in ("ca.crt", "server.crt", "server.key"))


class Server:
    """One server process at a time over one data directory; may be killed and started again."""

    def __init__(self, binary, scheme="http", variables=None, folder=None):
        self.binary = str(binary)
        self.scheme = scheme
        self.owns_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="torhaus-clients-"))
        self.data = self.folder / "data"
        self.log_path = self.folder / "server.log"
        self.variables = dict(variables or {})
        self.access_key = "TH" + random_text(18, string.ascii_uppercase + "234567")
        self.secret_key = random_text(40, string.ascii_letters + string.digits + "+/")
        self.process = None
        self.ca_file = ""
        if scheme == "https":
            tls = self.folder / "tls"
            tls.mkdir()
            self.ca_file, certificate, key = make_certificates(tls)
            self.variables |= {"TORHAUS_TLS_CERTIFICATE": certificate, "TORHAUS_TLS_KEY": key}
        self.port = self.admin_port = 0

    @property
    def target(self):
        return Target(
            f"{self.scheme}://127.0.0.1:{self.port}",
            self.access_key,
            self.secret_key,
            ca_file=self.ca_file,
            base_domain=BASE_DOMAIN,
            website_domain=WEBSITE_DOMAIN,
        )

    def start(self):
        """Returns the seconds until it was ready. A port lost to somebody else is tried anew."""
        for attempt in range(5):
            try:
                return self.start_once()
            except ServerTrouble:
                if attempt == 4 or "in use" not in self.log_tail(5):
                    raise
                self.port = 0
        raise AssertionError("unreachable")

    def start_once(self):
        if self.port == 0:
            self.port, self.admin_port = free_ports(2)
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TORHAUS_", "AWS_"))
        }
        environment |= {
            "TORHAUS_ROOT_ACCESS_KEY": self.access_key,
            "TORHAUS_ROOT_SECRET_KEY": self.secret_key,
            "TORHAUS_REGION": REGION,
            "TORHAUS_BASE_DOMAINS": BASE_DOMAIN,
            "TORHAUS_WEBSITE_DOMAINS": WEBSITE_DOMAIN,
            **self.variables,
        }
        began = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [
                    self.binary,
                    "serve",
                    "--data",
                    str(self.data),
                    "--listen",
                    f"127.0.0.1:{self.port}",
                    "--admin-listen",
                    f"127.0.0.1:{self.admin_port}",
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        while not self.ready():
            if self.process.poll() is not None:
                raise ServerTrouble(
                    f"the server ended with {self.process.returncode} instead of "
                    f"starting:\n{self.log_tail()}"
                )
            if time.monotonic() - began > READY_SECONDS:
                self.kill()
                raise ServerTrouble(f"not ready after {READY_SECONDS} s:\n{self.log_tail()}")
            time.sleep(0.005)
        took = time.monotonic() - began
        self.note_secrets()
        return took

    def note_secrets(self):
        """They are searched for at once in what the process shows of itself, and when it is
        removed in all that it has written."""
        BOOK.note("root's secret key", self.secret_key)
        master = self.folder / f"{self.data.name}.master-key"
        if master.exists():
            BOOK.note("the master key", master.read_text().strip())
        if shown := BOOK.search_process(self.process.pid):
            raise ServerTrouble("; ".join(shown))

    def ready(self):
        """Asks the admin listener, which speaks plain HTTP on loopback."""
        try:
            url = f"http://127.0.0.1:{self.admin_port}/-/health/ready"
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(url, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Asks it to end and returns the exit code."""
        if self.alive():
            self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerTrouble(f"did not stop within {STOP_SECONDS} s") from None

    def memory(self):
        """Resident bytes by kind, as the kernel counts them: {"RssAnon": …, "RssFile": …}."""
        sizes = {}
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                name, _, value = line.partition(":")
                if name.startswith("Rss") or name in ("VmHWM", "VmRSS"):
                    sizes[name] = int(value.split()[0]) * 1024
        return sizes

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log_tail(self, lines=20):
        try:
            text = self.log_path.read_text(errors="replace")
        except FileNotFoundError:
            return "(no log)"
        return "\n".join(text.splitlines()[-lines:])

    def remove(self):
        """Takes away data, log and certificates."""
        if self.alive():
            self.kill()
        leaked = BOOK.search(self.data, self.log_path)
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        if leaked:
            raise ServerTrouble("secrets were written down: " + "; ".join(leaked[:5]))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.remove()
