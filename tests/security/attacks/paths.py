"""Keys are bytes: they never become paths, and everyone sees the same decoded key."""

from pathlib import Path

from world import SECRET_BYTES, attack, must

TRICKS = [
    "/beute/../akten/geheim",
    "/beute/%2e%2e/akten/geheim",
    "/beute/..%2fakten/geheim",
    "/beute//../akten/geheim",
    "/beute/./../akten/geheim",
    "/beute/%252e%252e/akten/geheim",
    "/beute/..%5cakten%5cgeheim",
    "/beute%2f..%2fakten/geheim",
    "//akten/geheim",
    "/beute/%2e%2e%2fakten%2fgeheim",
    "/beute;/../akten/geheim",
    "/./akten/geheim",
    "/beute/..;/akten/geheim",
    "/beute/%00/../akten/geheim",
    "/beute/x%00akten/geheim",
]
OUTSIDE = [
    "../../../../../../tmp/torhaus-was-here",
    "/tmp/torhaus-was-here",
    "..\\..\\torhaus-was-here",
    "../meta/data.mdb",
    "..%2f..%2ftorhaus-was-here",
    "a/../../../torhaus-was-here",
]


@attack(
    "CVE-2026-54917 (GHSA-w62w-66v9-vvgv), CVE-2026-42600, CVE-2022-35919, CVE-2023-28433, "
    "versitygw eecc1a77",
    "no spelling of a path in one's own bucket reaches another's object",
)
def other_bucket(w):
    for path in TRICKS:
        answer = w.send(w.attacker, "GET", "", path=path)
        w.refused(answer, (400, 403, 404), f"GET {path}")
        w.refused(w.anonymous("GET", path), (400, 403, 404), f"GET {path}, anonymous")
        w.send(w.attacker, "PUT", "", path=path, body=b"mine now")
        w.send(w.attacker, "DELETE", "", path=path)
        w.unharmed()
    for key in w.keys(w.attacker, "beute"):
        w.attacker.request("DELETE", "beute", key)


@attack("rustfs GHSA-8r6f, GHSA-pq29, GHSA-f4vq", "no key writes outside the data directory")
def outside(w):
    before = {p for p in Path(w.server.folder).rglob("*") if "data" not in p.parts}
    for key in OUTSIDE:
        w.attacker.request("PUT", "beute", key, body=b"x" * 2_000_000)
        got = w.attacker.request("GET", "beute", key)
        must(got.status in (200, 400, 404), f"{key}: {got.status}")
        if got.status == 200:
            must(key in w.keys(w.attacker, "beute"), f"{key} is listed as something else")
            w.attacker.request("DELETE", "beute", key)
    must(not Path("/tmp/torhaus-was-here").exists(), "a file in /tmp")
    after = {p for p in Path(w.server.folder).rglob("*") if "data" not in p.parts}
    must(after == before, f"new beside the data: {after - before}")
    names = [p.name for p in Path(w.server.data).rglob("*")]
    must(not [n for n in names if "torhaus-was-here" in n], "a key became a file name")


SOURCES = [
    "/akten/geheim",
    "akten/geheim",
    "%2Fakten%2Fgeheim",
    "akten%2Fgeheim",
    "beute/../akten/geheim",
    "beute/%2e%2e/akten/geheim",
    "/akten/geheim?versionId=null",
    "/akten/geheim%3FversionId=null",
    "/akten/geheim%3FversionId%3Dnull",
    "//akten/geheim",
    "/beute/..%2fakten%2fgeheim",
    "arn:aws:s3:::akten/geheim",
    "",
    "/",
    "/akten",
    "akten/",
    "?versionId=null",
    "%",
    "%zz/geheim",
]


@attack(
    "CVE-2026-42882 (GHSA-rfgq-wgg8-662p), versitygw 67aaa80d, rustfs GHSA-mx42, GHSA-wfxj, "
    "CVE-2026-39360",
    "no spelling of a copy source copies what the caller may not read, whole or as a part",
)
def copy_source(w):
    started = w.attacker.request("POST", "beute", "teil", query={"uploads": ""}).body.decode()
    upload = started.partition("<UploadId>")[2].partition("<")[0]
    assert upload, started
    for source in SOURCES:
        headers = {"x-amz-copy-source": source}
        one = w.send(w.attacker, "PUT", "beute", "kopie", signed=headers)
        w.refused(one, (400, 403, 404, 501), f"copy of {source!r}")
        query = {"partNumber": "1", "uploadId": upload}
        part = w.send(w.attacker, "PUT", "beute", "teil", query, headers)
        w.refused(part, (400, 403, 404, 501), f"part from {source!r}")
    stored = w.attacker.request("GET", "beute", "kopie")
    must(SECRET_BYTES not in stored.body, "the secret was copied")
    w.attacker.request("DELETE", "beute", "teil", query={"uploadId": upload})
    w.unharmed()
