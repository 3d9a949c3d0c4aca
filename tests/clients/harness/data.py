"""Files and bytes to move: the same ones for the same seed, so that a failure can be repeated."""

import hashlib
import os
import random
from pathlib import Path

# Names as people make them; each also tries one way in which a path or an XML answer goes wrong.
NAMES = [
    "plain.txt",
    "two words.txt",
    "Grüße an Jörg.txt",
    "a+b=c.txt",
    "100%.txt",
    "q?.txt",
    "semi;colon.txt",
    "amp&ersand.txt",
    "quote'd.txt",
    "hash#tag.txt",
    "tilde~.txt",
    "percent%20text.txt",
    "日本語.txt",
    "emoji-😀.txt",
    "(brackets) [x] {y}.txt",
    "at@sign.txt",
    "comma,name.txt",
    "dollar$.txt",
    "star-less!.txt",
    "decomposed-u\u0308.txt",
    ".hidden",
]


def random_bytes(size, seed):
    return random.Random(seed).randbytes(size)


def write_file(path, size, seed):
    """A file of random bytes, written in pieces so that big ones need no memory."""
    source = random.Random(seed)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        while size > 0:
            piece = source.randbytes(min(size, 1 << 20))
            file.write(piece)
            size -= len(piece)
    return path


def make_tree(folder, seed=1, files=40, largest=300_000):
    """A folder as people have them: odd names, empty files, many small ones, some larger ones."""
    choice = random.Random(seed)
    folder = Path(folder)
    for number, name in enumerate(NAMES):
        write_file(folder / name, choice.randrange(0, 5000), seed * 1000 + number)
    for number in range(files):
        size = int(largest ** choice.random())
        place = (
            folder
            / f"d{number % 5}"
            / ("deep" if number % 3 else "deeper/still")
            / f"f{number}.bin"
        )
        write_file(place, size, seed * 1000 + 100 + number)
    write_file(folder / "empty", 0, 0)
    write_file(folder / "d0" / "twenty.bin", 20_000_000, seed * 1000 + 99)
    return folder


def file_digest(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def tree_digests(folder):
    """{relative path: digest} of all files below."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            found[os.path.relpath(path, folder)] = file_digest(path)
    return found


def tree_differences(one, other):
    """What differs between two folders, as text; empty when nothing does."""
    left, right = tree_digests(one), tree_digests(other)
    lines = [f"missing: {name}" for name in sorted(left.keys() - right.keys())]
    lines += [f"too much: {name}" for name in sorted(right.keys() - left.keys())]
    lines += [
        f"other bytes: {name}"
        for name in sorted(left.keys() & right.keys())
        if left[name] != right[name]
    ]
    return "\n".join(lines[:30])
