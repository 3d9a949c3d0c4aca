"""What is wrong with the parts of a signature, or with their number."""

from matrix.mutation import (
    ALL,
    ARGUMENT,
    DENIED,
    HEADER,
    MISMATCH,
    QUERY,
    Mutation,
    codes,
    everywhere,
    s3_only,
    spoil,
)

# The signature


def signature(name, change, expected=None):
    def function(wire, world):
        wire.set("Signature", change(wire.get("Signature")))

    ALL.append(Mutation(name, expected or everywhere(MISMATCH), spoil=function))


signature("a flipped character of the signature", lambda s: ("0" if s[0] != "0" else "1") + s[1:])
signature("a signature cut short", lambda s: s[:-1])
signature("half a signature", lambda s: s[:32] if len(s) > 32 else s[:10])
signature("a longer signature", lambda s: s + "0")
signature("a signature in upper case", lambda s: s.upper() if s.upper() != s else s.lower())
signature("a signature of zeros", lambda s: "0" * 64)
signature("a signature of text", lambda s: "z" * 64)
signature("an empty signature", lambda s: "", codes(MISMATCH, MISMATCH, ARGUMENT, ARGUMENT))

# Fields that are missing, twice, unknown

MISSING = {
    "Algorithm": codes(ARGUMENT, QUERY, ARGUMENT),
    "Credential": codes(HEADER, QUERY, ARGUMENT, ARGUMENT),
    "SignedHeaders": codes(HEADER, QUERY),
    "Signature": codes(HEADER, QUERY, ARGUMENT, ARGUMENT),
    "Date": codes(DENIED, QUERY, ARGUMENT),
    "Expires": codes(query=QUERY),
    "Policy": codes(fields=ARGUMENT, fields_v2=ARGUMENT),
}
TWICE = {
    "Credential": codes(HEADER, QUERY, ARGUMENT, ARGUMENT),
    "SignedHeaders": codes(HEADER, QUERY),
    "Signature": codes(HEADER, QUERY, ARGUMENT, ARGUMENT),
    "Date": codes(DENIED, QUERY, ARGUMENT),
    "Expires": codes(query=QUERY),
    "Policy": codes(fields=ARGUMENT, fields_v2=ARGUMENT),
}


def missing(part, expected):
    ALL.append(Mutation(f"no {part}", expected, spoil=lambda wire, world: wire.drop(part)))


def twice(part, expected):
    def same(wire, world):
        wire.auth.append([part, wire.get(part)])

    def other(wire, world):
        wire.auth.insert(0, [part, "x"])

    ALL.append(Mutation(f"{part} twice", expected, spoil=same))
    ALL.append(Mutation(f"{part} twice, the first wrong", expected, spoil=other))


for part_name, part_codes in MISSING.items():
    missing(part_name, part_codes)
for part_name, part_codes in TWICE.items():
    twice(part_name, part_codes)


def algorithm(value, expected):
    def function(wire, world):
        wire.set("Algorithm", value)

    ALL.append(Mutation(f"algorithm {value}", expected, spoil=function))


algorithm("AWS4-HMAC-SHA512", codes(ARGUMENT, QUERY, ARGUMENT))
algorithm("AWS4-HMAC-SHA1", codes(ARGUMENT, QUERY, ARGUMENT))
algorithm("aws4-hmac-sha256", codes(ARGUMENT, QUERY, ARGUMENT))
algorithm("none", codes(ARGUMENT, QUERY, ARGUMENT))
algorithm("AWS4-ECDSA-P256-SHA256", codes(*["NotImplemented"] * 3))
algorithm("AWS", codes("InvalidRequest"))
algorithm("Bearer", codes(ARGUMENT))
algorithm("Basic", codes(ARGUMENT))


@spoil("an unknown part of the authorization", codes(HEADER))
def _(wire, world):
    wire.auth.append(["Extra", "1"])


@spoil("a signed header named twice", codes(HEADER, QUERY))
def _(wire, world):
    wire.set("SignedHeaders", wire.get("SignedHeaders") + ";host")


@spoil("no name among the signed headers", codes(HEADER, QUERY))
def _(wire, world):
    wire.set("SignedHeaders", wire.get("SignedHeaders") + ";")


# More than one form, or none


@spoil("two Authorization headers", codes(ARGUMENT))
def _(wire, world):
    wire.authorization = dict(wire.sent_headers())["authorization"]


@spoil("a header beside the form", codes(fields=HEADER, fields_v2=HEADER))
def _(wire, world):
    wire.headers.append(["x-amz-content-sha256", "UNSIGNED-PAYLOAD"])
    wire.headers.append(["x-amz-date", wire.get("Date") or world.signing(False).time()])
    wire.authorization = "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=00"


@spoil("a second Authorization header", codes(ARGUMENT, ARGUMENT))
def _(wire, world):
    wire.authorization = "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=00"


@spoil("a presigned query beside the header", codes(header=ARGUMENT), s3_only)
def _(wire, world):
    wire.query.append("X-Amz-Algorithm=AWS4-HMAC-SHA256")


@spoil("version 2 in the query too", codes(ARGUMENT, ARGUMENT), s3_only)
def _(wire, world):
    wire.query += ["AWSAccessKeyId=a", "Signature=b", "Expires=1"]


def in_iam_words(form, operation):
    return operation.service in ("iam", "sts")


def denied_as_a_whole(form, operation):
    return not in_iam_words(form, operation) and operation.name != "DeleteObjects"


@spoil("no authentication", everywhere(DENIED), denied_as_a_whole)
def _(wire, world):
    wire.auth.clear()


# Each key is permitted by itself: the answer is a list of refusals.
@spoil(
    "no authentication of many deletions",
    everywhere("200 AccessDenied"),
    lambda f, o: o.name == "DeleteObjects",
    touches_body=True,
)
def _(wire, world):
    wire.auth.clear()


@spoil("no authentication", codes("MissingAuthenticationToken"), in_iam_words)
def _(wire, world):
    wire.auth.clear()


@spoil("half a presigned query", codes(query=QUERY))
def _(wire, world):
    for part in ("Algorithm", "Date", "Expires", "SignedHeaders"):
        wire.drop(part)


@spoil("a presigned query in lower case", codes(query=DENIED), denied_as_a_whole)
def _(wire, world):
    wire.auth = [[f"x-amz-{name.lower()}", value] for name, value in wire.auth]
