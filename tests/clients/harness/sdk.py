"""Programs that need an SDK from its language's registry: how each language's are installed, built
and started. Sources are copied into the build directory first, so that the tree stays clean; the
registries' own caches make a second time quick."""

import filecmp
import os
import shutil
from pathlib import Path

from harness import toolchain


class Sdk:
    """One folder of sources with the language's manifest and lock file."""

    commands = ()  # what must be there, as deploy/packages-clients.txt names it

    def __init__(self, sources, build):
        self.sources = Path(sources)
        self.build = Path(build)

    def environment(self):
        return toolchain.require(*self.commands)

    def prepare(self):
        """Installs and builds; raises Skip without the toolchain, Failure when it goes wrong."""
        environment = self.environment()
        self.copy()
        self.make(environment)

    def copy(self):
        """Changed files only: build systems go by their times."""
        for source in self.sources.rglob("*"):
            place = self.build / source.relative_to(self.sources)
            if source.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            elif not place.exists() or not filecmp.cmp(source, place, shallow=False):
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)

    def make(self, environment):
        raise NotImplementedError

    def command(self, program, target):
        """The words that start a program of this folder against that server."""
        raise NotImplementedError


class Node(Sdk):
    commands = ("node", "npm")

    def make(self, environment):
        locked = (self.build / "package-lock.json").exists()
        names = self.build / ("package-lock.json" if locked else "package.json")
        installed = self.build / "installed.json"
        if installed.exists() and filecmp.cmp(names, installed, shallow=False):
            return
        words = ["npm", "ci"] if locked else ["npm", "install", "--no-package-lock"]
        toolchain.run_logged(
            [*words, "--silent", "--no-audit", "--no-fund"], self.build, environment
        )
        shutil.copy(names, installed)

    def command(self, program, target):
        return [toolchain.find("node"), str(self.build / program)]


class Go(Sdk):
    commands = ("go",)

    def make(self, environment):
        environment |= {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false"}
        (self.build / "bin").mkdir(exist_ok=True)
        toolchain.run_logged(
            ["nice", "go", "build", "-o", self.build / "bin/", "./..."], self.build, environment
        )

    def command(self, program, target):
        return [str(self.build / "bin" / program)]


class Rust(Sdk):
    commands = ("rustc", "cargo")

    @property
    def target(self):
        """One for all programs: the SDK is compiled once."""
        return self.build.parent.parent / "rust-target"

    def make(self, environment):
        environment |= {"CARGO_TARGET_DIR": str(self.target)}
        toolchain.run_logged(["nice", "cargo", "build", "--locked"], self.build, environment)

    def command(self, program, target):
        return [str(self.target / "debug" / program)]


class Java(Sdk):
    commands = ("javac", "mvn")

    def make(self, environment):
        toolchain.run_logged(
            ["nice", "mvn", "-B", "-q", "package", "dependency:copy-dependencies"],
            self.build,
            environment,
        )

    def command(self, program, target):
        java = str(Path(os.path.realpath(toolchain.find("javac"))).parent / "java")
        words = [java, "-cp", f"{self.build}/target/classes:{self.build}/target/dependency/*"]
        if target.ca_file:
            words += trust_store(target.ca_file, java)
        return [*words, program]


def trust_store(ca_file, java):
    """Java reads no PEM: the authority's certificate goes into a store of its own kind."""
    store = Path(ca_file).with_suffix(".p12")
    if not store.exists():
        making = store.with_suffix(f".{os.getpid()}")
        toolchain.run_logged(
            [
                Path(java).parent / "keytool",
                *("-importcert", "-noprompt", "-alias", "test", "-file", ca_file),
                *("-keystore", making, "-storetype", "PKCS12", "-storepass", "changeit"),
            ]
        )
        making.rename(store)
    return [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"]
