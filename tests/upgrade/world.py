"""What a store of an earlier day holds: written by `make`, expected by `run`."""

import base64
import dataclasses
import hashlib
import json
import re
import subprocess

from harness.signed_http import SignedHttp

ACCESS_KEY = "UPGRADEROOTKEY000001"
SECRET_KEY = "upgrade-fixture-root-secret-of-no-other-use"
USER_KEY, USER_SECRET = "UPGRADEUSERKEY000001", "upgrade-fixture-user-secret-of-no-other-use"
PART = 5 << 20
RETAIN_UNTIL = "2199-12-31T00:00:00Z"
# Bytes that compress well, of all three homes.
OBJECTS = {
    "klein": b"Antrag vom Montag",
    "leer": b"",
    "mittel": b"Aktenzeichen 4711/26. " * 3000,
    "gross": b"Bauantrag mit allen Anlagen. " * 80_000,
    "Grüße/ä b+c%.txt": b"ein Name, wie er vorkommt",
}
SETTINGS = {
    "tagging": "<Tagging><TagSet><Tag><Key>amt</Key><Value>bau</Value></Tag></TagSet></Tagging>",
    "cors": "<CORSConfiguration><CORSRule><AllowedOrigin>https://amt.example</AllowedOrigin>"
    "<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
    "lifecycle": "<LifecycleConfiguration><Rule><ID>alt</ID><Status>Enabled</Status><Filter>"
    "<Prefix>nie/</Prefix></Filter><Expiration><Days>36500</Days></Expiration></Rule>"
    "</LifecycleConfiguration>",
}


def md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


class Writer:
    """Fills a fresh server."""

    def __init__(self, server):
        self.server = server
        self.client = SignedHttp(server.target)

    def ask(self, method, bucket, key="", query=None, body=b"", headers=None):
        headers = dict(headers or {})
        if method in ("PUT", "POST") and query:
            headers.setdefault("content-md5", md5(body))
        answer = self.client.request(method, bucket, key, query, headers, body)
        assert answer.status in (200, 204), (method, bucket, key, query, answer)
        return answer

    def admin(self, *words, text=None):
        environment = self.server.target.environment()
        environment["TORHAUS_ENDPOINT"] = f"http://127.0.0.1:{self.server.admin_port}"
        words = [self.server.binary, "admin", *words]
        subprocess.run(words, env=environment, input=text, text=True, check=True, timeout=30)

    def fill(self):
        self.admin("agency", "create", "bauamt")
        self.admin("user", "create", "bauamt", "eva", "--root")
        words = ("key", "create", "bauamt", "eva", "--access-key-id", USER_KEY)
        self.admin(*words, "--secret-key-file", "-", text=USER_SECRET + "\n")
        self.client = SignedHttp(user_target(self.server))
        self.ask("PUT", "akten")
        for key, body in OBJECTS.items():
            headers = {"x-amz-meta-amt": "bau", "content-type": "text/plain; charset=utf-8"}
            self.ask("PUT", "akten", key, body=body, headers=headers)
        self.ask("PUT", "akten", "klein", {"tagging": ""}, SETTINGS["tagging"].encode())
        self.ask("PUT", "akten", "kopie", headers={"x-amz-copy-source": "/akten/gross"})
        for name, text in SETTINGS.items():
            self.ask("PUT", "akten", query={name: ""}, body=text.encode())
        self.parts("teile", complete=True)
        self.parts("offen", complete=False)
        self.versions()

    def parts(self, key, complete):
        begun = self.ask("POST", "akten", key, {"uploads": ""}).body.decode()
        upload = re.search("<UploadId>([^<]+)<", begun)[1]
        listed = ""
        for number, body in ((1, b"x" * PART), (2, b"Ende")):
            query = {"partNumber": str(number), "uploadId": upload}
            etag = self.ask("PUT", "akten", key, query, body).headers["etag"]
            listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
        if complete:
            body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
            self.ask("POST", "akten", key, {"uploadId": upload}, body)

    def versions(self):
        self.ask("PUT", "folge", headers={"x-amz-bucket-object-lock-enabled": "true"})
        for number in range(3):
            self.ask("PUT", "folge", "v", body=f"Fassung {number}".encode())
        self.ask("DELETE", "folge", "v")
        locked = self.ask("PUT", "folge", "frist", body=b"gesperrt").headers["x-amz-version-id"]
        body = f"<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>{RETAIN_UNTIL}"
        body += "</RetainUntilDate></Retention>"
        self.ask("PUT", "folge", "frist", {"retention": "", "versionId": locked}, body.encode())


def user_target(server):
    return dataclasses.replace(server.target, access_key=USER_KEY, secret_key=USER_SECRET)


def plain(body):
    """Without what is another at each request."""
    text = body.decode()
    return re.sub("<(RequestId|HostId)>[^<]*</", "<\\1></", text)


def picture(server):
    """All that a client sees of it, as what can be compared and kept as JSON."""
    client = SignedHttp(user_target(server))
    seen = {}

    def see(bucket, key="", query=None):
        answer = client.request("GET", bucket, key, query)
        name = f"{bucket}/{key}?" + "&".join(f"{n}={v}" for n, v in (query or {}).items())
        kept = ("etag", "content-type", "x-amz-meta-amt", "x-amz-version-id", "last-modified")
        headers = {n: answer.headers[n] for n in kept if n in answer.headers}
        is_text = answer.headers.get("content-type") == "application/xml"
        body = plain(answer.body) if is_text else hashlib.sha256(answer.body).hexdigest()
        seen[name] = [answer.status, headers, body]
        return body

    for key in (*OBJECTS, "kopie", "teile", "offen"):
        see("akten", key)
    see("akten", "klein", {"tagging": ""})
    for name in SETTINGS:
        see("akten", query={name: ""})
    uploads = see("akten", query={"uploads": ""})
    for upload in re.findall("<UploadId>([^<]+)<", uploads):
        see("akten", "offen", {"uploadId": upload})
    see("akten", query={"list-type": "2"})
    listed = see("folge", query={"versions": ""})
    entries = re.findall("<Key>([^<]+)</Key><VersionId>([^<]+)<", listed)
    for key, version in entries:
        see("folge", key, {"versionId": version})
        see("folge", key, {"retention": "", "versionId": version})
    assert len(entries) >= 5, listed
    return json.loads(json.dumps(seen))
