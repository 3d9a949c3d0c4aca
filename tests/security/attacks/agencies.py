"""Administration: no administrator reaches another agency, and nothing that was taken away counts
any longer."""

import dataclasses
import hashlib
import json
import re
import socket
import subprocess
import time

from attacks.sessions import allow, call, session
from harness.signed_http import SignedHttp, sign
from world import attack, must


def run(w, who, *words, text=None):
    """torhaus admin with somebody's keys: exit code, output, errors."""
    environment = who.target.environment()
    environment["TORHAUS_ENDPOINT"] = f"http://127.0.0.1:{w.server.admin_port}"
    done = subprocess.run(
        [w.binary, "admin", *words],
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def user_of(w, agency, name, *options):
    """A new user of an agency, with keys."""
    w.admin("user", "create", agency, name, *options)
    key = json.loads(w.admin("key", "create", agency, name, "--json"))
    w.marked[f"secret key of {agency}/{name}"] = key["secret_key"]
    target = dataclasses.replace(
        w.server.target, access_key=key["access_key_id"], secret_key=key["secret_key"]
    )
    return SignedHttp(target)


@attack(
    "rustfs GHSA-xgr5, GHSA-mm2q, GHSA-vcwh",
    "an agency's administrator reaches nobody and nothing of another agency",
)
def foreign_administrator(w):
    chief = user_of(w, "angreifer", "chefin", "--administrator")
    must(run(w, chief, "user", "list", "angreifer")[0] == 0, "the own agency must be open")
    users = "agency,name,administrator\nopfer,maulwurf,true\n"
    members = "project,agency,user,role\nakten,angreifer,chefin,manager\n"
    for words, text in (
        (("agency", "show", "opfer"), None),
        (("agency", "update", "opfer", "--name", "x"), None),
        (("agency", "update", "angreifer", "--quota-bytes", "1GB"), None),
        (("agency", "create", "drittes"), None),
        (("user", "list", "opfer"), None),
        (("user", "create", "opfer", "maulwurf"), None),
        (("user", "update", "opfer", "eva", "--administrator"), None),
        (("user", "delete", "opfer", "eva"), None),
        (("key", "create", "opfer", "eva"), None),
        (("key", "list", "opfer", "eva"), None),
        (("project", "show", "akten"), None),
        (("project", "update", "akten", "--title", "x"), None),
        (("member", "list", "akten"), None),
        (("member", "add", "akten", "angreifer", "chefin", "reader"), None),
        (("import", "users", "-"), users),
        (("import", "members", "-"), members),
        (("explain", "opfer", "eva", "s3:GetObject", "akten/geheim"), None),
        (("quota", "show", "agency", "opfer"), None),
        (("user", "create", "root", "maulwurf", "--administrator"), None),
        (("user", "create", "angreifer", "noch", "--root"), None),
    ):
        code, output, errors = run(w, chief, *words, text=text)
        must(code != 0, f"{words}: {output}")
        must("Kennwort" not in errors and w.account("opfer") not in errors, f"{words}: {errors}")
    shown = json.loads(run(w, chief, "project", "list", "--json")[1])
    must("akten" not in [p["id"] for p in shown["projects"]], f"projects: {shown}")
    w.unharmed()


@attack("rustfs GHSA-5354", "an audit search shows an agency what its own users did, and no more")
def audit_of_others(w):
    chief = user_of(w, "angreifer", "pruefer", "--administrator")
    w.expect(w.victim.request("GET", "akten", "geheim"), 200)
    time.sleep(0.3)
    of_operator = w.admin("audit", "search", "--json", "--agency", "opfer")
    must(re.search(r'"agency": ?"opfer"', of_operator), "the operator must see it")
    for more in ((), ("--agency", "opfer"), ("--project", "akten"), ("--user", "eva")):
        code, output, _ = run(w, chief, "audit", "search", "--json", *more)
        must(code == 0, f"{more}: {output}")
        must(not re.search(r'"agency": ?"opfer"', output), f"{more}: {output[:500]}")
        for arn in re.findall(r'"user": ?"(arn:[^"]*)"', output):
            must(w.account("opfer") not in arn, f"{more}: {arn}")
    must(run(w, chief, "audit", "verify")[0] != 0, "verification is the operator's")


@attack("MinIO CVE-2024-24747 and its kin", "who is disabled, ended or deleted has no session left")
def live_sessions(w):
    guest = user_of(w, "opfer", "gast")
    w.admin("member", "add", "akten", "opfer", "gast", "reader")
    keys, token = session(w, guest, Policy=allow("s3:GetObject"))

    def read(who, with_token=None):
        signed = {"x-amz-security-token": with_token} if with_token else {}
        return w.send(who, "GET", "akten", "geheim", signed=signed).status

    must(read(guest) == 200 and read(keys, token) == 200, "both must be good at first")
    w.admin("member", "end", "akten", "opfer", "gast")
    must(read(guest) == 403 and read(keys, token) == 403, "a membership that ended")
    w.admin("member", "add", "akten", "opfer", "gast", "reader")
    must(read(keys, token) == 200, "a member again")
    w.admin("user", "update", "opfer", "gast", "--disable")
    must(read(guest) == 403 and read(keys, token) == 403, "a user who is disabled")
    w.admin("user", "update", "opfer", "gast", "--enable")
    must(read(keys, token) == 200, "enabled again")
    w.admin("user", "delete", "opfer", "gast")
    w.admin("user", "create", "opfer", "gast")
    w.admin("member", "add", "akten", "opfer", "gast", "reader")
    must(read(keys, token) == 403, "a user of the same name is another one")
    w.admin("user", "delete", "opfer", "gast")
    w.unharmed()


@attack("(own)", "no agency is left without an administrator by its own hand")
def last_administrator(w):
    w.admin("agency", "create", "allein", "--name", "Amt allein")
    chief = user_of(w, "allein", "chefin", "--administrator")
    for words in (
        ("user", "update", "allein", "chefin", "--no-administrator"),
        ("user", "update", "allein", "chefin", "--disable"),
        ("user", "update", "allein", "chefin", "--expires", "2020-01-01"),
        ("user", "delete", "allein", "chefin"),
    ):
        code, output, _ = run(w, chief, *words)
        must(code != 0, f"{words}: {output}")
    must(run(w, chief, "user", "list", "allein")[0] == 0, "the administrator is locked out")


@attack("(own)", "a continuation token of one bucket shows nothing of it in another")
def foreign_tokens(w):
    for name in ("a", "b", "c"):
        w.expect(w.attacker.request("PUT", "beute", name, body=b"x"), 200)
    page = w.attacker.request("GET", "beute", query={"list-type": "2", "max-keys": "1"})
    token = re.search(rb"<NextContinuationToken>([^<]+)<", page.body)[1].decode()
    query = {"list-type": "2", "continuation-token": token}
    w.refused(w.send(w.attacker, "GET", "akten", query=query), (403,), "with the own token")
    forged = {"list-type": "2", "continuation-token": token[::-1]}
    answer = w.send(w.attacker, "GET", "beute", query=forged)
    must(answer.status in (200, 400) and b"geheim" not in answer.body, f"{answer.body[:300]}")
    for name in ("a", "b", "c"):
        w.expect(w.attacker.request("DELETE", "beute", name), 204)
    w.unharmed()


@attack("(own)", "an export of the audit for spreadsheets runs nothing that a user named")
def formulas(w):
    w.expect(w.attacker.request("PUT", "beute", "=cmd|' /C calc'!A0", body=b"x"), 200)
    w.expect(w.attacker.request("PUT", "beute", "@SUM(1)", body=b"x"), 200)
    time.sleep(0.3)
    output = w.admin("audit", "export", "--format", "csv")
    must("cmd|" in output, "the key must be there")
    for cell in re.findall(r'(?:^|[,;])("?)([=+@-])', output, flags=re.M):
        must(False, f"a cell begins with {cell[1]}")
    for key in ("=cmd|' /C calc'!A0", "@SUM(1)"):
        w.expect(w.attacker.request("DELETE", "beute", key), 204)


def admin_get(w, who, path, query, headers=None):
    """Status and body of a GET of the admin API, signed by somebody."""
    target = dataclasses.replace(
        who.target, endpoint=f"http://127.0.0.1:{w.server.admin_port}", region="us-east-1"
    )
    path = "/-/admin/v1/" + path
    digest = hashlib.sha256(b"").hexdigest()
    signed = sign(target, "GET", path, query, headers or {}, digest, service="torhaus-admin")
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    with socket.create_connection(target.address, timeout=20) as connection:
        where = f"{path}?{query}" if query else path
        connection.sendall(f"GET {where} HTTP/1.1\r\n{lines}connection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode(errors="replace")


@attack("(own)", "no continuation of an administrator's list leads into another agency")
def foreign_pages(w):
    chief = user_of(w, "angreifer", "blaettert", "--administrator")
    afters = (
        *("opfer", "opfer%2Feva", "..%2Fopfer", "%00opfer", "opfer%00", "%FF%FF", "a" * 3000),
        *("users%00opfer", "-1", "%2525", "opfer%0D%0Ax%3A%20y", ""),
    )
    for path in (
        "agencies",
        "agencies/angreifer/users",
        "agencies/angreifer/users/blaettert/keys",
        "agencies/angreifer/users/blaettert/projects",
        "projects",
        "audit/records",
    ):
        must(admin_get(w, chief, path, "")[0] == 200, f"{path} must be open")
        for after in afters:
            status, body = admin_get(w, chief, path, "after=" + after)
            must(status in (200, 400), f"{path} after {after}: {status} {body[:300]}")
            # What was asked comes back in the words of a refusal, and in audit records of it.
            if status == 200 and path != "audit/records":
                must('"opfer"' not in body, f"{path}: {body[:300]}")
                must("akten" not in body, f"{path}: {body[:300]}")
    for path in ("agencies/opfer/users", "agencies/angreifer%2F..%2Fopfer/users"):
        must(admin_get(w, chief, path, "after=")[0] in (400, 403, 404), path)
    w.unharmed()


@attack("(own)", "an import takes nothing from cells that are not what they look like")
def odd_cells(w):
    chief = user_of(w, "angreifer", "importiert", "--administrator")
    before = run(w, chief, "user", "list", "angreifer", "--json")[1]
    head = "agency,name,administrator\n"
    for text in (
        head + "angreifer,gut,no\nopfer,maulwurf,yes\n",  # the good line does not go in either
        head + '"angreifer\n","x",no\n',
        head + "angreifer,../eva,no\n",
        head + "angreifer,=cmd|' /C calc'!A0,no\n",
        head + "angreifer,a\x00b,no\n",
        head + "angreifer,\u202eave,no\n",
        head + "ANGREIFER,gross,no\n",
        head + " angreifer,platz,no\n",
        head + "angreifer,drei,no,vier\n",
        head + "angreifer,oft,vielleicht\n",
        head + "angreifer,doppelt,no\nangreifer,doppelt,yes\n",
        head + 'angreifer,"offen,no\n',
        "agency,name,agency\nangreifer,x,opfer\n",
        "agency,name,root\nangreifer,x,yes\n",
        "agency;name,administrator\nangreifer;x,yes\n",
        head + "angreifer," + "n" * 5000 + ",no\n",
    ):
        code, output, errors = run(w, chief, "import", "users", "-", text=text)
        must(code != 0, f"{text[:80]!r}: {output}")
        must("Kennwort" not in errors, errors)
    after = run(w, chief, "user", "list", "angreifer", "--json")[1]
    must(after == before, f"users: {after[:500]}")
    code, output, errors = run(
        w, chief, "import", "users", "-", text="\ufeffagency;name\r\nangreifer;richtig\r\n"
    )
    must(code == 0, f"what a spreadsheet writes must be taken: {errors}")
    w.unharmed()


@attack("(own)", "what a quota refuses goes in by no other way: copy, put, part, part copy")
def quota_by_other_ways(w):
    w.expect(w.attacker.request("PUT", "beute", "eins", body=b"x" * 1000), 200)
    w.admin("project", "update", "beute", "--quota-bytes", "1500")
    copy = {"x-amz-copy-source": "/beute/eins"}
    refused = w.send(w.attacker, "PUT", "beute", "zwei", signed=copy)
    must(refused.code == "QuotaExceeded", f"copy: {refused.status} {refused.body[:200]}")
    direct = w.attacker.request("PUT", "beute", "zwei", body=b"x" * 600)
    must(b"QuotaExceeded" in direct.body, f"put: {direct.status}")
    begun = w.attacker.request("POST", "beute", "zwei", query={"uploads": ""})
    upload = re.search(rb"<UploadId>([^<]+)<", begun.body)[1].decode()
    part = {"partNumber": "1", "uploadId": upload}
    sent = w.attacker.request("PUT", "beute", "zwei", query=part, body=b"x" * 600)
    must(b"QuotaExceeded" in sent.body, f"part: {sent.status}")
    copied = w.send(w.attacker, "PUT", "beute", "zwei", query=part, signed=copy)
    must(copied.code == "QuotaExceeded", f"part copy: {copied.status} {copied.body[:200]}")
    w.attacker.request("DELETE", "beute", "zwei", query={"uploadId": upload})
    w.expect(w.attacker.request("DELETE", "beute", "eins"), 204)
    w.admin("project", "update", "beute", "--quota-bytes", "0")


@attack(
    "CVE-2021-43858, CVE-2024-55949",
    "a user with some IAM rights does not give itself others by a role, a group or a policy",
)
def growing(w):
    from attacks.issuers import root_of

    chief = root_of(w, "angreifer")
    for action, more in (
        ("CreateUser", {"UserName": "klein"}),
        (
            "PutUserPolicy",
            {
                "UserName": "klein",
                "PolicyName": "p",
                "PolicyDocument": allow("iam:CreateRole", "iam:GetUser", "sts:AssumeRole"),
            },
        ),
    ):
        status, text = call(w, chief, "iam", action, **more)
        must(status == 200, text)
    status, text = call(w, chief, "iam", "CreateAccessKey", UserName="klein")
    must(status == 200, text)
    key = re.search("<AccessKeyId>([^<]+)<", text)[1]
    secret = re.search("<SecretAccessKey>([^<]+)<", text)[1]
    w.marked["secret key of klein"] = secret
    small = SignedHttp(dataclasses.replace(w.server.target, access_key=key, secret_key=secret))
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{w.account('angreifer')}:user/klein"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    made = call(w, small, "iam", "CreateRole", RoleName="gross", AssumeRolePolicyDocument=trust)
    must(made[0] == 200, made[1])
    for action, more in (
        ("AttachRolePolicy", {"RoleName": "gross", "PolicyArn": arn}),
        ("AttachUserPolicy", {"UserName": "klein", "PolicyArn": arn}),
        (
            "PutRolePolicy",
            {"RoleName": "gross", "PolicyName": "p", "PolicyDocument": allow("*")},
        ),
        ("CreateAccessKey", {"UserName": "leitung"}),
        ("DeleteUserPermissionsBoundary", {"UserName": "klein"}),
        ("UpdateAssumeRolePolicy", {"RoleName": "gross", "PolicyDocument": trust}),
    ):
        status, text = call(w, small, "iam", action, **more)
        must(status == 403, f"{action}: {status} {text[:200]}")
    # The role that it could make has no rights to give.
    role = f"arn:aws:iam::{w.account('angreifer')}:role/gross"
    status, text = call(w, small, "sts", "AssumeRole", RoleArn=role, RoleSessionName="jetzt")
    must(status == 200, text)
    part = {
        name: re.search(f"<{name}>([^<]+)<", text)[1]
        for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    }
    w.marked["secret key of the role"] = part["SecretAccessKey"]
    grown = SignedHttp(
        dataclasses.replace(
            w.server.target, access_key=part["AccessKeyId"], secret_key=part["SecretAccessKey"]
        )
    )
    signed = {"x-amz-security-token": part["SessionToken"]}
    for bucket in ("beute", "akten"):
        w.refused(w.send(grown, "GET", bucket, signed=signed), (403,), bucket)
    call(w, chief, "iam", "DeleteRole", RoleName="gross")
    must(w.send(grown, "GET", "beute", signed=signed).status == 403, "a role that is gone")
    w.unharmed()


@attack("(own)", "an administrator's federated session administers nothing")
def federated_administrator(w):
    chief = user_of(w, "angreifer", "leiterin", "--administrator")
    guest, token = session(w, chief, Policy=allow("*"))
    for who, with_token, wanted in ((chief, None, 200), (guest, token, 403), (guest, None, 403)):
        headers = {"x-amz-security-token": with_token} if with_token else {}
        status, body = admin_get(w, who, "agencies/angreifer/users", "", headers)
        must(status == wanted, f"{status} instead of {wanted}: {body[:300]}")
    # Nor does that of a project's manager, who does without being an administrator.
    guest, token = session(w, w.victim, Policy=allow("s3:GetObject"))
    headers = {"x-amz-security-token": token}
    for path in ("projects/akten", "projects/akten/members", "projects"):
        must(admin_get(w, w.victim, path, "")[0] == 200, f"{path} must be open to the manager")
        status, body = admin_get(w, guest, path, "", headers)
        must(status == 403, f"{path}: {status} {body[:300]}")


@attack("(own)", "a user made anew under a member's name has no role of it, by a session neither")
def namesake(w):
    root = user_of(w, "opfer", "leitung", "--root")

    def iam(action, **more):
        status, text = call(w, root, "iam", action, UserName="doppel", **more)
        must(status == 200, f"{action}: {status} {text[:200]}")
        return text

    def guest_of_a_new_one():
        iam("CreateUser")
        iam("PutUserPolicy", PolicyName="p", PolicyDocument=allow("sts:GetFederationToken"))
        key, secret = (
            re.search(f"<{name}>([^<]+)<", text)[1]
            for text in [iam("CreateAccessKey")]
            for name in ("AccessKeyId", "SecretAccessKey")
        )
        w.marked["secret key of a namesake"] = secret
        target = dataclasses.replace(w.server.target, access_key=key, secret_key=secret)
        guest, token = session(w, SignedHttp(target), Policy=allow("s3:*"))
        signed = {"x-amz-security-token": token}
        w.refused(w.send(guest, "GET", "akten", "geheim", signed=signed), (403,), "without a role")
        return key, guest, signed

    def delete(key):
        iam("DeleteAccessKey", AccessKeyId=key)
        iam("DeleteUserPolicy", PolicyName="p")
        iam("DeleteUser")

    key, guest, signed = guest_of_a_new_one()
    w.admin("member", "add", "akten", "opfer", "doppel", "reader")
    must(w.send(guest, "GET", "akten", "geheim", signed=signed).status == 200, "a reader's guest")
    delete(key)
    key, _, _ = guest_of_a_new_one()
    delete(key)
    w.admin("user", "delete", "opfer", "leitung")
    w.unharmed()


@attack("(own)", "nobody vouches for a guest with tags of his own choice")
def chosen_tags(w):
    tag = {"Tags.member.1.Key": "amt", "Tags.member.1.Value": "geheim"}
    status, text = call(w, w.attacker, "sts", "GetFederationToken", Name="gast", **tag)
    must(status == 403 and "sts:TagSession" in text, f"{status} {text[:300]}")
