"""Rights: each operation and each version has its own action, conditions come from facts, and what
cannot be read allows nothing."""

import json

from world import SECRET_BYTES, attack, md5, must


@attack("(own)", "what a list asks for is not asked of a read: s3:prefix in a query opens nothing")
def prefix_of_a_read(w):
    mine = {"StringLike": {"s3:prefix": "mein/*"}}
    resources = ["arn:aws:s3:::akten", "arn:aws:s3:::akten/*"]
    with w.policy(w.statement("s3:*", resources, Condition=mine)):
        must(
            w.send(w.attacker, "GET", "akten", query={"prefix": "mein/"}).status == 200,
            "the list must be open",
        )
        for method in ("GET", "HEAD", "DELETE", "PUT"):
            answer = w.send(w.attacker, method, "akten", "geheim", query={"prefix": "mein/"})
            w.refused(answer, (403,), method)
    w.unharmed()


@attack("(own)", "nothing of another agency's bucket can be listed, read, changed or deleted")
def cross_tenant(w):
    reads = [
        {},
        {"list-type": "2"},
        {"versions": ""},
        {"uploads": ""},
        {"policy": ""},
        {"acl": ""},
        {"tagging": ""},
        {"cors": ""},
        {"logging": ""},
        {"lifecycle": ""},
        {"encryption": ""},
        {"notification": ""},
        {"website": ""},
        {"object-lock": ""},
        {"location": ""},
    ]
    for query in reads:
        w.refused(w.send(w.attacker, "GET", "akten", query=query), (403,), f"GET ?{query}")
        w.refused(w.anonymous("GET", "/akten?" + "&".join(query)), (403,), f"anonymous ?{query}")
    for query in ({}, {"acl": ""}, {"tagging": ""}, {"attributes": ""}, {"versionId": "null"}):
        w.refused(w.send(w.attacker, "GET", "akten", "geheim", query), (403,), f"object ?{query}")
    w.refused(w.send(w.attacker, "GET", "akten", "fehlt"), (403,), "a key that is not there")
    for method, query in (("PUT", {}), ("DELETE", {}), ("POST", {"uploads": ""})):
        w.refused(w.send(w.attacker, method, "akten", "geheim", query), (403,), method)
    body = b"<Delete><Object><Key>geheim</Key></Object></Delete>"
    answer = w.attacker.request(
        "POST", "akten", query={"delete": ""}, body=body, headers={"content-md5": md5(body)}
    )
    must(b"<Deleted>" not in answer.body, f"DeleteObjects: {answer.body}")
    names = w.attacker.request("GET").body
    must(b"akten" not in names, "ListBuckets shows another agency's bucket")
    w.unharmed()


@attack("(own)", "what nobody was given, nobody has: no anonymous operation, no anonymous write")
def anonymous(w):
    w.refused(w.anonymous("PUT", "/neu"), (403,), "a new bucket")
    for target in ("/", "/akten", "/akten/geheim", "/akten/geheim?acl", "/akten?policy"):
        for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
            # A POST to a bucket that is no form has not come to who sends it.
            refusals = (412,) if (method, target) == ("POST", "/akten") else (400, 403, 405)
            w.refused(w.anonymous(method, target), refusals, f"{method} {target}")
    form = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nneu\r\n'
    form += b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=b"}
    w.refused(w.anonymous("POST", "/akten", headers=kind, body=form), (403,), "a form")
    must(w.victim.request("HEAD", "akten", "neu").status == 404, "the form's object")
    w.unharmed()


@attack(
    "rustfs GHSA-3ppv, GHSA-x298",
    "reading a version and listing versions have actions of their own",
)
def versions(w):
    version = (
        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    ).encode()
    w.expect(w.victim.request("PUT", "akten", query={"versioning": ""}, body=version), 200)
    try:
        bucket = "arn:aws:s3:::akten"
        with w.policy(w.statement("s3:GetObject"), w.statement("s3:ListBucket", bucket)):
            got = w.attacker.request("GET", "akten", "geheim")
            must(got.body == SECRET_BYTES, f"the policy itself must count: {got.status}")
            query = {"versionId": "null"}
            must(w.attacker.request("GET", "akten", "geheim", query).status == 403, "a version")
            answer = w.attacker.request("GET", "akten", query={"versions": ""})
            must(answer.status == 403, "the list of versions")
            must(w.attacker.request("DELETE", "akten", "geheim", query).status == 403, "delete")
    finally:
        off = version.replace(b"Enabled", b"Suspended")
        w.victim.request("PUT", "akten", query={"versioning": ""}, body=off)
    w.unharmed()


@attack(
    "rustfs GHSA-fc6g (CVE-2026-21862), GHSA-6r96",
    "no header of a client becomes a condition key, not X-Forwarded-For, not one that looks alike",
)
def condition_headers(w):
    inside = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    with w.policy(w.statement("s3:GetObject", Condition=inside)):
        for name in (
            "X-Forwarded-For",
            "Forwarded",
            "X-Real-IP",
            "aws:SourceIp",
            "SourceIp",
            "X-Amz-Source-Ip",
            "True-Client-IP",
            "X-Forwarded-Host",
        ):
            value = "for=10.1.1.1" if name == "Forwarded" else "10.1.1.1"
            for spoken in ({"signed": {name.lower(): value}}, {"unsigned": {name: value}}):
                answer = w.send(w.attacker, "GET", "akten", "geheim", **spoken)
                w.refused(answer, (400, 403), f"{name}")
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    with w.policy(w.statement("s3:GetObject", Condition=secure)):
        answer = w.send(
            w.attacker, "GET", "akten", "geheim", unsigned={"X-Forwarded-Proto": "https"}
        )
        w.refused(answer, (403,), "X-Forwarded-Proto")
    w.unharmed()


@attack(
    "rustfs GHSA-v9cp, GHSA-5w8r",
    "conditions on sets and tags: a set that is not there satisfies no ForAnyValue, tags are read",
)
def condition_sets(w):
    tagged = {"StringEquals": {"s3:ExistingObjectTag/frei": "ja"}}
    with w.policy(w.statement("s3:GetObject", Condition=tagged)):
        w.refused(w.send(w.attacker, "GET", "akten", "geheim"), (403,), "without the tag")
    missing = {"ForAnyValue:StringNotEquals": {"s3:RequestObjectTagKeys": ["geheim"]}}
    with w.policy(w.statement("s3:GetObject", Condition=missing)):
        w.refused(w.send(w.attacker, "GET", "akten", "geheim"), (403,), "ForAnyValue of nothing")
    absent = {"StringEquals": {"aws:PrincipalTag/amt": ""}}
    with w.policy(w.statement("s3:GetObject", Condition=absent)):
        w.refused(w.send(w.attacker, "GET", "akten", "geheim"), (403,), "a key without a value")
    w.unharmed()


@attack("rustfs GHSA-xgr5, GHSA-566f, GHSA-5354", "a policy that only denies allows nothing")
def deny_only(w):
    with w.policy(w.statement("s3:DeleteObject", effect="Deny")):
        w.refused(w.send(w.attacker, "GET", "akten", "geheim"), (403,), "GET")
    with w.policy(w.statement("s3:PutObject")):
        w.refused(w.send(w.attacker, "GET", "akten", "geheim"), (403,), "another action's GET")
        for query in ({"acl": ""}, {"tagging": ""}, {"retention": ""}):
            answer = w.send(w.attacker, "PUT", "akten", "geheim", query, body=b"<x/>")
            w.refused(answer, (400, 403), f"PUT ?{query}")
    w.unharmed()


@attack(
    "(own)", "a policy cannot name what it cannot mean: unknown members and principals are refused"
)
def odd_policies(w):
    good = w.statement("s3:GetObject")
    bad = [
        {"Principal": "*", "principal": "*"},
        {"Effect": "allow"},
        {"Effect": "Permit"},
        {"NotResource": "x"},
        {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
        {"Condition": {"StringEqual": {"aws:username": "x"}}},
        {"Action": "iam:CreateUser"},
        {"Resource": "arn:aws:s3:::beute/*"},
    ]
    for change in bad:
        document = json.dumps({"Version": "2012-10-17", "Statement": [good | change]}).encode()
        answer = w.victim.request("PUT", "akten", query={"policy": ""}, body=document)
        must(answer.status == 400, f"{change}: {answer.status}")
    must(w.victim.request("GET", "akten", query={"policy": ""}).status == 404, "one was stored")


@attack(
    "rustfs GHSA-j548, CVE-2023-25812",
    "a lock holds: a denied bypass is no bypass, and nothing else gets past it",
)
def locks(w):
    lock = {"x-amz-bucket-object-lock-enabled": "true"}
    w.expect(w.victim.request("PUT", "akten-archiv", headers=lock), 200)
    until = "2999-01-01T00:00:00Z"
    hold = {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": until}
    hold["content-md5"] = md5(b"kept")
    put = w.victim.request("PUT", "akten-archiv", "akte", headers=hold, body=b"kept")
    w.expect(put, 200)
    version = put.headers["x-amz-version-id"]
    deny = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:BypassGovernanceRetention",
                "Resource": "arn:aws:s3:::akten-archiv/*",
            }
        ],
    }
    policy = json.dumps(deny).encode()
    w.expect(w.victim.request("PUT", "akten-archiv", query={"policy": ""}, body=policy), 204)
    bypass = {"x-amz-bypass-governance-retention": "true"}
    for headers in ({}, bypass):
        answer = w.victim.request("DELETE", "akten-archiv", "akte", {"versionId": version}, headers)
        must(answer.status == 403, f"DELETE {headers}: {answer.status}")
        body = (
            f"<Delete><Object><Key>akte</Key><VersionId>{version}</VersionId></Object></Delete>"
        ).encode()
        many = w.victim.request(
            "POST",
            "akten-archiv",
            query={"delete": ""},
            body=body,
            headers={"content-md5": md5(body), **headers},
        )
        must(b"AccessDenied" in many.body, f"DeleteObjects {headers}: {many.body}")
        sooner = (
            "<Retention><Mode>GOVERNANCE</Mode>"
            "<RetainUntilDate>2027-01-01T00:00:00Z</RetainUntilDate></Retention>"
        ).encode()
        changed = w.victim.request(
            "PUT",
            "akten-archiv",
            "akte",
            {"retention": "", "versionId": version},
            {"content-md5": md5(sooner), **headers},
            sooner,
        )
        must(changed.status == 403, f"a shorter retention {headers}: {changed.status}")
    off = b"<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"
    answer = w.victim.request("PUT", "akten-archiv", query={"versioning": ""}, body=off)
    must(answer.status == 409, f"versioning suspended: {answer.status}")
    must(w.victim.request("DELETE", "akten-archiv").status == 409, "the bucket was deleted")
    got = w.victim.request("GET", "akten-archiv", "akte", {"versionId": version})
    must(got.body == b"kept", "the version is gone")
