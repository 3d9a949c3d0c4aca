"""What runs beside the load: nginx, the raw probes, and how much CPU processes used."""

import json
import os
import subprocess
import time
from pathlib import Path

from harness.server import free_ports

TICK = os.sysconf("SC_CLK_TCK")
KIB, MIB = 1024, 1024**2


def cpu_seconds(processes):
    total = 0
    for pid in processes:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def pin(processes, cores):
    """Keeps all threads of the processes on these cores."""
    for pid in processes:
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(thread), cores)


class Nginx:
    """Static files, sendfile, no log: what a GET can cost at best."""

    def __init__(self, folder, certificate=None):
        self.folder = Path(folder)
        (self.folder / "files").mkdir(parents=True)
        self.port, self.tls_port = free_ports(2)
        self.certificate = certificate  # (file, key) or None
        self.process = None

    def __enter__(self):
        tls = ""
        if self.certificate:
            tls = (
                f"  server {{ listen 127.0.0.1:{self.tls_port} ssl; root {self.folder}/files;\n"
                f"    ssl_certificate {self.certificate[0]};\n"
                f"    ssl_certificate_key {self.certificate[1]}; ssl_protocols TLSv1.3; }}\n"
            )
        settings = self.folder / "nginx.conf"
        settings.write_text(
            ("user root;\n" if os.geteuid() == 0 else "")
            + f"worker_processes 2; daemon off; pid {self.folder}/pid; error_log stderr error;\n"
            "events { worker_connections 4096; }\n"
            "http { access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;\n"
            "  keepalive_requests 100000000; keepalive_timeout 3600;\n"
            f"  server {{ listen 127.0.0.1:{self.port}; root {self.folder}/files; }}\n{tls}}}\n"
        )
        self.process = subprocess.Popen(["nginx", "-c", str(settings), "-p", str(self.folder)])
        time.sleep(0.5)
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(20)

    def processes(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]


class Probes:
    """bench_probes, each in a fresh folder beside the server's data."""

    def __init__(self, build, folder, seconds):
        self.program = str(Path(build) / "bench_probes")
        self.folder = Path(folder)
        self.seconds = seconds
        self.number = 0

    def run(self, name, batch=1, value=4 * KIB):
        self.number += 1
        folder = self.folder / f"probe-{self.number}"
        folder.mkdir(parents=True)
        try:
            done = subprocess.run(
                [
                    *(self.program, name, "--folder", str(folder), "--batch", str(batch)),
                    *("--value", str(value), "--seconds", str(self.seconds)),
                ],
                capture_output=True,
                text=True,
                timeout=300,
                check=True,
            )
        finally:
            subprocess.run(["rm", "-rf", str(folder)], check=False)
        return json.loads(done.stdout)
