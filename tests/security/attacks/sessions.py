"""Temporary keys and identity policies: a child never has more than its parent."""

import base64
import dataclasses
import hashlib
import json
import re
import urllib.parse

from harness.signed_http import SignedHttp, sign
from world import SECRET_BYTES, attack, must


def call(w, who, service, action, token=None, now=None, **parameters):
    """An IAM or STS action; the answer's status and text."""
    form = {"Action": action, "Version": "2010-05-08" if service == "iam" else "2011-06-15"}
    body = urllib.parse.urlencode(form | parameters).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
    }
    if token:
        headers["x-amz-security-token"] = token
    digest = hashlib.sha256(body).hexdigest()
    signed = sign(who.target, "POST", "/", "", headers, digest, now, service=service)
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    answer = w.raw(f"POST / HTTP/1.1\r\n{lines}connection: close\r\n\r\n".encode() + body)
    return answer.status, answer.body.decode()


def session(w, who, **parameters):
    """A client with keys of GetFederationToken, and its token."""
    status, text = call(w, who, "sts", "GetFederationToken", Name="gast", **parameters)
    assert status == 200, text
    part = {
        name: re.search(f"<{name}>([^<]+)<", text)[1]
        for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    }
    w.marked["secret key of a session"] = part["SecretAccessKey"]
    target = dataclasses.replace(
        who.target, access_key=part["AccessKeyId"], secret_key=part["SecretAccessKey"]
    )
    return SignedHttp(target), part["SessionToken"]


def get(w, who, token=None, method="GET", key="geheim", body=b""):
    signed = {"x-amz-security-token": token} if token else {}
    return w.send(who, method, "akten", key, signed=signed, body=body)


def allow(*actions):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}],
        }
    )


@attack(
    "CVE-2025-62506 (GHSA-jjjj-jwhf-8rgr), CVE-2024-24747, CVE-2024-55949, CVE-2021-43858",
    "a session has what its policy and its user have in common, and makes no keys",
)
def session_policy(w):
    guest, token = session(w, w.victim, Policy=allow("s3:GetObject"))
    must(get(w, guest, token).body == SECRET_BYTES, "the session itself must be good")
    w.refused(get(w, guest, token, "PUT", "neu", b"x"), (403,), "PUT")
    w.refused(get(w, guest, token, "DELETE"), (403,), "DELETE")
    w.refused(w.send(guest, "GET", "akten", signed={"x-amz-security-token": token}), (403,), "list")
    for service, action, more in (
        ("iam", "CreateAccessKey", {"UserName": "eva"}),
        ("iam", "CreateUser", {"UserName": "neu"}),
        (
            "iam",
            "PutUserPolicy",
            {
                "UserName": "eva",
                "PolicyName": "p",
                "PolicyDocument": allow("*"),
            },
        ),
        ("sts", "GetFederationToken", {"Name": "weiter", "Policy": allow("*")}),
        ("sts", "GetSessionToken", {}),
    ):
        status, text = call(w, guest, service, action, token, **more)
        must(status == 403, f"{action}: {status} {text[:200]}")
    # The attacker's session has no more than the attacker.
    thief, stolen = session(w, w.attacker, Policy=allow("s3:*", "iam:*"))
    w.refused(get(w, thief, stolen), (403,), "another agency's object")
    w.unharmed()


@attack(
    "CVE-2026-39944, CVE-2025-30156",
    "no bit of a session token can be changed, and it belongs to its keys",
)
def tokens(w):
    guest, token = session(w, w.victim, Policy=allow("s3:GetObject"))
    thief, other = session(w, w.attacker, Policy=allow("s3:*"))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for at in range(0, len(token), max(1, len(token) // 60)):
        letter = alphabet[(alphabet.find(token[at]) + 1) % len(alphabet)]
        forged = token[:at] + letter + token[at + 1 :]
        w.refused(get(w, guest, forged), (400, 403), f"character {at}")
    for wrong in (token[:-4], token + "AAAA", token[: len(token) // 2], "x", other):
        w.refused(get(w, guest, wrong), (400, 403), "another token")
    w.refused(get(w, guest), (400, 403), "no token")
    w.refused(get(w, thief, token), (400, 403), "the victim's token with the attacker's keys")
    w.refused(get(w, w.attacker, token), (400, 403), "the token with lasting keys")
    unsigned = w.send(guest, "GET", "akten", "geheim", unsigned={"x-amz-security-token": token})
    w.refused(unsigned, (400, 403), "a token that is not signed")
    w.unharmed()


@attack(
    "rustfs GHSA-mm2q, GHSA-vcwh, GHSA-pfcq",
    "no user of an agency reaches the identities of another, or gives itself rights",
)
def identities(w):
    for action, more in (
        ("CreateUser", {"UserName": "neu"}),
        ("CreateAccessKey", {"UserName": "eva"}),
        ("PutUserPolicy", {"UserName": "eva", "PolicyName": "p", "PolicyDocument": allow("*")}),
        (
            "AttachUserPolicy",
            {
                "UserName": "eva",
                "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
            },
        ),
        ("CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": "{}"}),
        ("ListUsers", {}),
        ("DeleteUser", {"UserName": "eva"}),
        ("UpdateAccessKey", {"AccessKeyId": "VICTIMKEY00000000001", "Status": "Inactive"}),
        ("DeleteAccessKey", {"AccessKeyId": "VICTIMKEY00000000001", "UserName": "eva"}),
    ):
        status, text = call(w, w.attacker, "iam", action, **more)
        must(status in (400, 403, 404), f"{action}: {status} {text[:200]}")
    account = w.account("opfer")
    status, text = call(
        w,
        w.attacker,
        "sts",
        "AssumeRole",
        RoleArn=f"arn:aws:iam::{account}:role/r",
        RoleSessionName="heute",
    )
    must(status == 403, f"AssumeRole: {status} {text[:200]}")
    w.unharmed()


@attack(
    "CVE-2024-48916, CVE-2026-33322 (GHSA-5cx5-wh4m-82fh)",
    "a web identity without a signature, or of an issuer that nobody registered, opens no role",
)
def web_identity(w):

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": "https://boese.example", "sub": "x", "aud": "torhaus", "exp": 4102444800}
    for head in ({"alg": "none"}, {"alg": "None"}, {"alg": "HS256"}, {"alg": "RS256"}, {}):
        for signature in ("", "AAAA"):
            token = f"{part(head)}.{part(claims)}.{signature}"
            body = urllib.parse.urlencode(
                {
                    "Action": "AssumeRoleWithWebIdentity",
                    "Version": "2011-06-15",
                    "RoleArn": f"arn:aws:iam::{w.account('opfer')}:role/r",
                    "RoleSessionName": "heute",
                    "WebIdentityToken": token,
                }
            ).encode()
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = w.anonymous("POST", "/", kind, body)
            must(answer.status in (400, 403), f"{head}: {answer.status} {answer.body[:200]}")
    w.unharmed()
