"""OIDC issuers: whoever registers one must not make the server fetch from where it pleases."""

import base64
import contextlib
import dataclasses
import http.server
import json
import re
import threading
import urllib.parse

from attacks.sessions import call
from harness.signed_http import SignedHttp
from world import attack, must

DISCOVERY = "/.well-known/openid-configuration"


class Site(contextlib.AbstractContextManager):
    """A web server on loopback, as an internal service would be one; it remembers what was asked
    of it. Pages are documents, or the place that a redirect leads to."""

    def __init__(self, pages=None):
        pages = self.pages = pages or {}
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                page = pages.get(self.path)
                redirect = isinstance(page, str)
                self.send_response(302 if redirect else 200 if page else 404)
                if redirect:
                    self.send_header("Location", page)
                self.end_headers()
                self.wfile.write(json.dumps(page or {}).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def root_of(w, name):
    """Keys of the agency's root user, who may register issuers."""
    made = json.loads(w.admin("user", "list", name, "--json"))["users"]
    if not any(user["root"] for user in made):
        w.admin("user", "create", name, "leitung", "--root")
    key = json.loads(w.admin("key", "create", name, "leitung", "--json"))
    secret = w.marked[f"secret key of the root of {name}"] = key["secret_key"]
    target = w.server.target
    return SignedHttp(
        dataclasses.replace(target, access_key=key["access_key_id"], secret_key=secret)
    )


def register(w, who, url):
    """The provider's answer: status and text."""
    parameters = {"Url": url, "ClientIDList.member.1": "torhaus"}
    return call(w, who, "iam", "CreateOpenIDConnectProvider", **parameters)


def show_token(w, account, issuer):
    """Assumes a role with a token that nobody has signed."""

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": issuer, "sub": "x", "aud": "torhaus", "exp": 4102444800}
    form = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": f"arn:aws:iam::{account}:role/tor",
        "RoleSessionName": "heute",
        "WebIdentityToken": f"{part({'alg': 'RS256', 'kid': 'k'})}.{part(claims)}.AAAA",
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return w.anonymous("POST", "/", kind, urllib.parse.urlencode(form).encode())


def make_role(w, who, account):
    provider = f"arn:aws:iam::{account}:oidc-provider/x"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
            }
        ],
    }
    document = json.dumps(trust)
    status, text = call(
        w, who, "iam", "CreateRole", RoleName="tor", AssumeRolePolicyDocument=document
    )
    must(status == 200 or "EntityAlreadyExists" in text, text)


@attack(
    "CVE-2021-21287, CVE-2026-73080, rustfs GHSA-j5c2",
    "no agency makes the server fetch from an address that the operator has not listed",
)
def unlisted_issuers(w):
    chief = root_of(w, "angreifer")
    account = w.account("angreifer")
    make_role(w, chief, account)
    with Site() as inner:
        for url in (inner.url, inner.url + "/realms/amt", inner.url.replace("127.0.0.1", "[::1]")):
            status, text = register(w, chief, url)
            answer = show_token(w, account, url)
            must(not inner.asked, f"{url}: the server asked for {inner.asked}")
            must(status == 200, f"{url}: {text}")  # a name alone opens nothing
            must(answer.status in (400, 403), f"{url}: {answer.status} {answer.body[:200]}")
    for url in ("https://169.254.169.254", "https://boese.example", "http://localhost:1"):
        status, text = register(w, chief, url)
        answer = show_token(w, account, url)
        must(status == 200, f"{url}: {text}")
        must(b"has not listed" in answer.body, f"{url}: {answer.status} {answer.body[:300]}")
    w.unharmed()


@attack(
    "CVE-2021-21287, CVE-2026-73080, rustfs GHSA-j5c2",
    "a listed issuer sends the server nowhere else: neither by jwks_uri nor by redirect",
)
def wandering_issuers(w):
    with Site() as inner, Site() as issuer:
        # Another server, with an operator who trusts the issuer.
        variables = {"TORHAUS_STS_ISSUERS": f"{issuer.url}/a, {issuer.url}/b, {issuer.url}/c"}
        with type(w)(w.binary, variables) as other:
            w.marked |= {f"{name} (2)": secret for name, secret in other.marked.items()}
            chief = root_of(other, "angreifer")
            account = other.account("angreifer")
            make_role(other, chief, account)
            places = (
                inner.url + "/keys",
                inner.url.replace("http:", "https:") + "/keys",
                issuer.url.replace("127.0.0.1", "localhost") + "/keys",
                issuer.url.replace("://", "://127.0.0.1@") + "/keys",
                f"{issuer.url}@{inner.url.removeprefix('http://')}/keys",
            )
            for at, place in enumerate(places):
                name = "abc"[at % 3]
                url = f"{issuer.url}/{name}"
                issuer.pages[f"/{name}{DISCOVERY}"] = {"issuer": url, "jwks_uri": place}
                if at < 3:
                    status, text = register(other, chief, url)
                    must(status == 200, text)
                else:
                    restart(other)
                issuer.asked.clear()
                answer = show_token(other, account, url)
                must(issuer.asked == [f"/{name}{DISCOVERY}"], f"{place}: asked {issuer.asked}")
                must(not inner.asked, f"{place}: the server asked for {inner.asked}")
                must(b"IDPCommunicationError" in answer.body, f"{place}: {answer.body[:300]}")
            restart(other)
            issuer.pages[f"/a{DISCOVERY}"] = f"{inner.url}/elsewhere"
            answer = show_token(other, account, f"{issuer.url}/a")
            must(not inner.asked, f"redirect: the server asked for {inner.asked}")
            must(b"IDPCommunicationError" in answer.body, f"redirect: {answer.body[:300]}")
            must(re.search(rb"ErrorResponse", answer.body), "no error document")


def restart(w):
    """What the server remembers of issuers it could not use is gone."""
    w.server.stop()
    w.server.start()
