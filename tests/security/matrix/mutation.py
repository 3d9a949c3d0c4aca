"""What is done to a right request, and the error that S3 answers. A mutation is a function that
changes `Signing` before the signature is made (`start`), or the `Wire` afterwards (`spoil`); the
codes are those for the header, for the query, and for the fields of a form."""

import dataclasses
from collections.abc import Callable

MISMATCH = "SignatureDoesNotMatch"
HEADER = "AuthorizationHeaderMalformed"
QUERY = "AuthorizationQueryParametersError"
DENIED = "AccessDenied"
ARGUMENT = "InvalidArgument"
ALL = []


@dataclasses.dataclass
class Mutation:
    name: str
    codes: dict  # where the authentication stands → code
    start: Callable = None
    spoil: Callable = None
    fits: Callable = None
    touches_body: bool = False  # refused while the body is read, not before

    def code(self, form, operation):
        """Empty when the mutation is none for this form and operation."""
        if self.fits and not self.fits(form, operation):
            return ""
        return self.codes.get(form.where, "")


def everywhere(code):
    return {"header": code, "query": code, "fields": code, "fields_v2": code}


def codes(header="", query="", fields="", fields_v2=""):
    return {"header": header, "query": query, "fields": fields, "fields_v2": fields_v2}


def start(name, expected, fits=None):
    def register(function):
        ALL.append(Mutation(name, expected, start=function, fits=fits))
        return function

    return register


def spoil(name, expected, fits=None, touches_body=False):
    def register(function):
        ALL.append(Mutation(name, expected, None, function, fits, touches_body))
        return function

    return register


def s3_only(form, operation):
    return operation.service == "s3"


def permanent(form, operation):
    return not form.temporary


def temporary(form, operation):
    return form.temporary


def stream(form, operation):
    return operation.kind == "stream" and hasattr(form, "payload") and "STREAMING" in form.payload
