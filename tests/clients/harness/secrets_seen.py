"""Every secret that a test run has used, and the search for it where none may be: in the data
directory and the log of a server, its command line and environment, and in bodies of errors.
`signed_http` and `server` write into the book and search by themselves."""

import base64
import binascii
import re
from pathlib import Path

LEAST = 16  # shorter texts are found everywhere
CUSTOMER_KEY = "server-side-encryption-customer-key"
IN_ANSWERS = re.compile(rb"<(SecretAccessKey|SessionToken)>([^<]+)<")
AROUND = 24
PIECE = 16 << 20
LONGEST = 8 << 10  # spelling of a token


def spellings(secret):
    """The ways in which bytes are written down: as they are, as hex, as base64 at any place."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(3):
        # What stands before and behind changes the first and last characters.
        whole = base64.b64encode(b"\0" * shift + secret).rstrip(b"=")
        yield whole[4 if shift else 0 : -2]


def meanings(text):
    """A key in hex or base64 is also the bytes that it stands for."""
    yield text
    if re.fullmatch(rb"([0-9a-fA-F]{2}){16,}", text):
        yield bytes.fromhex(text.decode())
    elif re.fullmatch(rb"[A-Za-z0-9+/]{40,}={0,2}", text):
        try:
            yield base64.b64decode(text, validate=True)
        except binascii.Error:
            pass


class Book:
    def __init__(self):
        self.names = {}  # secret → name
        self.patterns = {}  # spelling → name

    def note(self, name, secret):
        secret = secret.encode() if isinstance(secret, str) else secret
        if len(secret) < LEAST or secret in self.names:
            return
        self.names[secret] = name
        for meaning in meanings(secret):
            for spelling in spellings(meaning):
                self.patterns[spelling] = name

    def note_request(self, target, headers):
        self.note("a secret key", target.secret_key)
        for name, value in headers.items():
            low = name.lower()
            if low == "x-amz-security-token" or low.endswith(CUSTOMER_KEY):
                self.note(low, str(value))

    def note_answer(self, body):
        for name, secret in IN_ANSWERS.findall(body):
            self.note(name.decode(), secret)

    def found_in(self, content):
        """(name, text around it) of each secret in it."""
        found = []
        for spelling, name in self.patterns.items():
            at = content.find(spelling)
            if at >= 0:
                around = content[max(0, at - AROUND) : at]
                found.append((name, bytes(around)))
        return found

    def found_in_file(self, path):
        """Read, not mapped: a page of a hole on a full disk would be the end of us."""
        found, kept = [], b""
        try:
            with open(path, "rb") as file:
                while piece := file.read(PIECE):
                    found += self.found_in(kept + piece)
                    kept = piece[-LONGEST:]
        except FileNotFoundError:  # gone meanwhile
            pass
        return found

    def search(self, *places):
        """Lines that say which secret is where; folders with all that is in them."""
        lines = []
        for place in places:
            place = Path(place)
            for path in [place] if not place.is_dir() else sorted(place.rglob("*")):
                if path.is_file():
                    lines += [
                        f"{name} is in {path}, after {around!r}"
                        for name, around in self.found_in_file(path)
                    ]
        return lines

    def search_process(self, pid):
        lines = []
        for name in ("cmdline", "environ"):
            try:
                content = Path(f"/proc/{pid}/{name}").read_bytes()
            except OSError:  # not ours to read, or gone
                continue
            lines += [f"{secret} is in {name}" for secret, _ in self.found_in(content)]
        return lines


BOOK = Book()
