"""Reads listings in every version and both encodings, byte for byte. An XML reader would refuse
what S3 sends for control characters, and would change line ends: this one takes text as it is."""

import re
from urllib.parse import unquote_to_bytes

NAMES = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}


def decoded(text, url):
    def one(match):
        name = match[1]
        if name.startswith(b"#x"):
            return chr(int(name[2:], 16)).encode()
        return chr(int(name[1:])).encode() if name.startswith(b"#") else NAMES[name]

    plain = re.sub(rb"&(#?\w+);", one, text)
    return unquote_to_bytes(plain) if url else plain


def elements(body, name, url):
    return [decoded(text, url) for text in re.findall(b"<%b>(.*?)</%b>" % (name, name), body, re.S)]


def one_element(body, name, url=False):
    found = elements(body, name, url)
    return found[0] if found else None


def pages(client, bucket, query, following):
    """Every page; `following(body)` gives the parameters of the next one, or None."""
    more = {}
    while more is not None:
        answer = client.request("GET", bucket, query=query | more)
        assert answer.status == 200, (query | more, answer.status, answer.body[:500])
        yield answer.body
        truncated = one_element(answer.body, b"IsTruncated") == b"true"
        more = following(answer.body) if truncated else None


def list_v2(client, bucket, url, **query):
    def following(body):
        return {"continuation-token": one_element(body, b"NextContinuationToken").decode()}

    return pages(client, bucket, {"list-type": "2", **asked(url), **query}, following)


def list_v1(client, bucket, url, **query):
    def following(body):
        last = one_element(body, b"NextMarker", url)
        return {"marker": last if last is not None else elements(body, b"Key", url)[-1]}

    return pages(client, bucket, asked(url) | query, following)


def list_versions(client, bucket, url, **query):
    def following(body):
        return {
            "key-marker": one_element(body, b"NextKeyMarker", url),
            "version-id-marker": one_element(body, b"NextVersionIdMarker").decode(),
        }

    return pages(client, bucket, {"versions": "", **asked(url), **query}, following)


def asked(url):
    return {"encoding-type": "url"} if url else {}


LISTINGS = {"version 1": list_v1, "version 2": list_v2, "versions": list_versions}
