"""Compilers and package managers that SDKs need: which are here, and installing what is missing
from Debian's archive as deploy/packages-clients.txt says."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.client import Failure, Skip
from harness.server import REPOSITORY

LIST = REPOSITORY / "deploy" / "packages-clients.txt"
VERSION_WORDS = {"go": ["version"]}
BUILD_SECONDS = 1800
# Debian keeps several versions side by side; these folders are not in PATH.
ELSEWHERE = [Path("/usr/lib/go-1.23/bin")]


def table():
    """{command: (package, least version)}"""
    rows = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        if words:
            package, command, least = words
            rows[command] = (package, least)
    return rows


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def find(command):
    """Where the command is when it is new enough, else None."""
    least = numbers(table()[command][1])
    places = [shutil.which(command)] + [str(folder / command) for folder in ELSEWHERE]
    for place in filter(None, places):
        if Path(place).exists() and version(command, place) >= least:
            return place
    return None


def version(command, place):
    words = [place, *VERSION_WORDS.get(command, ["--version"])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r"(\d+(\.\d+)+)", done.stdout + done.stderr)
    return numbers(found[1]) if found else (0,)


def require(*commands):
    """Skips when one is missing; returns the environment in which all are found."""
    path = []
    for command in commands:
        place = find(command)
        if not place:
            package, least = table()[command]
            raise Skip(f"{command} {least} or newer is not here ({package}; --all installs it)")
        path.append(str(Path(place).parent))
    return os.environ | {"PATH": os.pathsep.join([*path, os.environ["PATH"]])}


def install():
    """Installs the packages of all commands that are missing."""
    missing = [package for command, (package, _) in table().items() if not find(command)]
    if not missing:
        return
    print(f"installing {' '.join(missing)}", flush=True)
    become = [] if os.geteuid() == 0 else ["sudo"]
    with tempfile.TemporaryDirectory(prefix="torhaus-apt-") as folder:
        options = with_backports(Path(folder)) if "golang-1.23-go" in missing else []
        apt = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *options]
        run_logged([*apt, "update"])
        run_logged([*apt, "install", "-y", "--no-install-recommends", *missing])


def with_backports(folder):
    """apt's options for one call that knows bookworm-backports too, from the archive that this
    system uses already; its own sources stay as they are."""
    sources = folder / "sources.list.d"
    sources.mkdir()
    folder.chmod(0o755)
    etc = Path("/etc/apt")
    for file in [etc / "sources.list", *(etc / "sources.list.d").glob("*")]:
        if file.is_file():
            shutil.copy(file, sources / ("main.list" if file.parent == etc else file.name))
    said = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: bookworm"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    if not said:
        raise Failure("apt knows no archive of Debian 12")
    key = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    (sources / "backports.list").write_text(f"deb {key} {said[0]} bookworm-backports main\n")
    return ["-o", f"Dir::Etc::sourceparts={sources}", "-o", "Dir::Etc::sourcelist=/dev/null"]


def run_logged(command, folder=None, environment=None):
    """Runs a step of installing or building; what it printed is shown when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=BUILD_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        shown = (done.stdout + done.stderr)[-3000:]
        raise Failure(f"$ {' '.join(str(word) for word in command)}\n{shown}")
