"""Makes keys. AWS: "Naming Amazon S3 objects": any UTF-8 of 1 to 1,024 bytes."""

import unicodedata

LONGEST = 1024
PIECES = {
    "dots": ["..", ".", "...", "../", "/..", "./", "/./", "//", "\\..\\", ".. ", "..;", "~", "."],
    "slashes": ["/", "//", "///", "\\", "\u2044", "\u2215", "\uff0f", "a/", "/a"],
    "percent": [
        "%",
        "%2",
        "%2F",
        "%2f",
        "%00",
        "%25",
        "%252e",
        "%zz",
        "%u002e",
        "+",
        "%2B",
        "&",
        "=",
    ],
    "xml": [
        "<",
        ">",
        "&",
        '"',
        "'",
        "]]>",
        "<!--",
        "&#0;",
        "&amp;",
        "&lt;",
        "<![CDATA[",
        "</Key>",
        "<?x",
    ],
    "control": [chr(n) for n in range(32)] + ["\x7f", "\x80", "\x9f", "\u2028", "\u2029", "\x85"],
    "shell": [
        "$(id)",
        "`id`",
        ";",
        "|",
        "*",
        "?",
        "{}",
        "!",
        "\n",
        "\r\n",
        "-rf",
        "--",
        "#",
        "~root",
    ],
    "bidi": ["\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u05d0", "\u0627"],
    "invisible": [
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u00a0",
        "\u3000",
        "\u00ad",
        " ",
        "  ",
        "\ufffe",
        "\uffff",
    ],
    "composed": [
        "ä",
        "a\u0308",
        "é",
        "e\u0301",
        "ﬁ",
        "Å",
        "\u212b",
        "ｱ",
        "가",
        "\u1100\u1161",
        "ß",
        "İ",
    ],
    "high": [
        "\U0001f600",
        "\U0010ffff",
        "\U00010000",
        "\U0001f468\u200d\U0001f469",
        "\ud7ff",
        "\ue000",
    ],
    "names": [
        "meta",
        "data.mdb",
        "blobs",
        "VERSION",
        "tmp",
        "audit",
        "etc/passwd",
        "CON",
        "null",
        "-",
    ],
    "queries": ["?", "?versionId=null", "?acl", "?uploads", "#", "&", "=", "?x-id=GetObject", ";"],
    "plain": ["a", "Z", "0", "akte", "_", "-", "2026-11-25", "txt"],
}
# What is no UTF-8: a lone continuation, cut and overlong forms, surrogates, bytes beyond U+10FFFF.
BROKEN = [
    b"\x80",
    b"\xc3",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"\xc0\xaf",
    b"\xc0\x80",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xfe",
    b"\xff",
]


def make(choice):
    """One key as bytes; about one in eight is none that S3 takes."""
    kinds = choice.sample(list(PIECES), choice.randint(1, 3))
    text = "".join(
        choice.choice(PIECES[choice.choice(kinds)]) for _ in range(choice.randint(1, 12))
    )
    if choice.random() < 0.1:
        text = unicodedata.normalize(choice.choice(["NFC", "NFD", "NFKC", "NFKD"]), text)
    key = text.encode()
    luck = choice.random()
    if luck < 0.07:
        at = choice.randint(0, len(text))
        return text[:at].encode() + choice.choice(BROKEN) + text[at:].encode()
    if luck < 0.14:
        return long_key(choice, key)
    return key


def long_key(choice, key):
    """A key about as long as they may be: some bytes less, just as long, or some more."""
    length = LONGEST + choice.choice([-2, -1, 0, 0, 0, 1, 2, 500, 3000])
    long = (key * (length // len(key) + 1))[:length].decode(errors="ignore").encode()
    return long + b"x" * (length - len(long))


def refusal(key):
    """The code for a key that S3 does not take; None for one that it takes."""
    if len(key) > LONGEST:
        return "KeyTooLongError"
    try:
        key.decode()
    except UnicodeDecodeError:
        return "InvalidURI"
    return None


def keys(count, choice):
    """So many different ones."""
    found = {}
    while len(found) < count:
        key = make(choice)
        found.setdefault(key, refusal(key))
    return found


def in_xml(key):
    """Whether XML 1.0 has a way to say it."""
    return all(
        c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
        for c in key.decode()
    )
