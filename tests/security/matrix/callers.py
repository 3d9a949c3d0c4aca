"""Who signs, for which scope, and when."""

import datetime

from matrix.mutation import (
    ARGUMENT,
    ALL,
    DENIED,
    HEADER,
    MISMATCH,
    QUERY,
    Mutation,
    codes,
    everywhere,
    permanent,
    s3_only,
    spoil,
    start,
    temporary,
)

MINUTES = datetime.timedelta(minutes=1)

# Who, and with which secret


@start("a wrong secret", everywhere(MISMATCH))
def _(signing, world):
    signing.secret += "x"


@start("the secret of another key", everywhere(MISMATCH))
def _(signing, world):
    signing.secret = world.other.target.secret_key


@start("a key that nobody has", everywhere("InvalidAccessKeyId"), permanent)
def _(signing, world):
    signing.key_id = "NOBODYSKEY0000000001"


@start("a key in another case", everywhere("InvalidAccessKeyId"), permanent)
def _(signing, world):
    signing.key_id = signing.key_id.lower()


@start("a disabled key", everywhere("InvalidAccessKeyId"), permanent)
def _(signing, world):
    signing.key_id, signing.secret = world.disabled


@start("a deleted key", everywhere("InvalidAccessKeyId"), permanent)
def _(signing, world):
    signing.key_id, signing.secret = world.deleted


# Temporary keys


@start("temporary keys without their token", everywhere("InvalidAccessKeyId"), temporary)
def _(signing, world):
    signing.token = ""


@start("an expired token", everywhere("ExpiredToken"), temporary)
def _(signing, world):
    signing.key_id, signing.secret, signing.token = world.expired


@start("the token of another session", everywhere("InvalidToken"), temporary)
def _(signing, world):
    signing.token = world.other_session[2]


@start("a token cut short", everywhere("InvalidToken"), temporary)
def _(signing, world):
    signing.token = signing.token[:-4]


@start("a token with a flipped character", everywhere("InvalidToken"), temporary)
def _(signing, world):
    middle = len(signing.token) // 2
    other = "A" if signing.token[middle] != "A" else "B"
    signing.token = signing.token[:middle] + other + signing.token[middle + 1 :]


@start("a token with keys that are not temporary", everywhere("InvalidToken"), permanent)
def _(signing, world):
    signing.token = world.session[2]


@spoil("a token exchanged on the way", everywhere("InvalidToken"), temporary)
def _(wire, world):
    wire.set("Token", world.other_session[2])


# The scope


@start("another region", codes(HEADER, QUERY, ARGUMENT), s3_only)
def _(signing, world):
    signing.region = "us-west-2"


@start("another service", codes(HEADER, QUERY, ARGUMENT), s3_only)
def _(signing, world):
    signing.service = "sqs"


@start("another end of the scope", codes(HEADER, QUERY, ARGUMENT))
def _(signing, world):
    signing.terminator = "aws5_request"


@start("a scope of another day", codes(HEADER, QUERY, ARGUMENT))
def _(signing, world):
    signing.scope_day = "20200101"


@start("a scope without a day", codes(HEADER, QUERY, ARGUMENT))
def _(signing, world):
    signing.scope_day = "today"


# Time


@start("16 minutes late", codes("RequestTimeTooSkewed", DENIED))
def _(signing, world):
    signing.shift = -16 * MINUTES


@start("16 minutes early", codes("RequestTimeTooSkewed", DENIED))
def _(signing, world):
    signing.shift = 16 * MINUTES


@start("ten years late", codes("RequestTimeTooSkewed", DENIED))
def _(signing, world):
    signing.shift = -3650 * 24 * 60 * MINUTES


@start("a date that is none", codes(DENIED, QUERY, ARGUMENT))
def _(signing, world):
    signing.stamp = "2026-01-01T00:00:00Z"


def expires(name, value, code):
    def function(signing, world):
        signing.expires = value

    ALL.append(Mutation(name, codes(query=code), start=function))


expires("a life of no seconds", "0", DENIED)
expires("a life below zero", "-1", QUERY)
expires("a life of more than a week", "604801", QUERY)
expires("a life that is no number", "1h", QUERY)
expires("a life beyond all numbers", "9" * 40, QUERY)


@spoil("a longer life", codes(query=MISMATCH))
def _(wire, world):
    wire.set("Expires", "3000")


@start("an expired policy", codes(fields=DENIED, fields_v2=DENIED))
def _(signing, world):
    signing.policy_shift = -5 * MINUTES
