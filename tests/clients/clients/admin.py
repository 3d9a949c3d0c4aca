"""`torhaus admin`: agencies, users and keys from the command line, and what they may do then. It
has a server of its own, which takes signatures for its own region only."""

import dataclasses
import json

from harness.client import Client, check, operation, same
from harness.server import Server
from harness.signed_http import SignedHttp

ACCESS_KEY, SECRET_KEY = "IMPORTEDKEY123456789", "a secret that was made elsewhere"


class Admin(Client):
    name = "torhaus admin"
    quick = True

    def __init__(self, binary):
        super().__init__()
        self.binary = binary
        self.server = self.keys = None

    def version(self):
        return f"{self.binary.name} of this build"

    def perform(self, only=None):
        variables = {"TORHAUS_OTHER_REGIONS": ""}
        with Server(self.binary, variables=variables, folder=self.folder / "own") as self.server:
            self.keys = self.server.access_key, self.server.secret_key
            return super().perform(only)

    def setup(self):
        (self.folder / "own").mkdir()

    def admin(self, *words, **options):
        variables = {
            "TORHAUS_ENDPOINT": f"http://127.0.0.1:{self.server.admin_port}",
            "AWS_ACCESS_KEY_ID": self.keys[0],
            "AWS_SECRET_ACCESS_KEY": self.keys[1],
        }
        return self.run(self.binary, "admin", *words, variables=variables, **options)

    def shown(self, *words):
        return json.loads(self.admin(*words, "--json"))

    def as_imported(self):
        target = dataclasses.replace(
            self.server.target, access_key=ACCESS_KEY, secret_key=SECRET_KEY
        )
        return SignedHttp(target)

    @operation("admin: agencies")
    def agencies(self):
        self.admin("agency", "create", "bau", "--name", "Bauamt Süd", "--account", "123456789012")
        same(self.shown("agency", "show", "bau")["account"], "123456789012", "account")
        self.admin("agency", "update", "bau", "--email", "bau@example.org")
        listed = self.shown("agency", "list")["agencies"]
        same([a["id"] for a in listed], ["bau", "root"], "agencies")
        same(listed[0]["email"], "bau@example.org", "e-mail")
        table = self.admin("agency", "list").splitlines()
        check(table[0].startswith("ID    Name        Account"), table[0])
        check(table[1].startswith("bau   Bauamt Süd  123456789012"), table[1])

    @operation("admin: users and imported keys")
    def users(self):
        self.admin("user", "create", "bau", "jo+sued", "--display-name", "Jo")
        words = ("key", "create", "bau", "jo+sued", "--access-key-id", ACCESS_KEY)
        self.admin(*words, "--secret-key-file", "-", input=f"{SECRET_KEY}\n".encode())
        listed = self.shown("key", "list", "bau", "jo+sued")["keys"]
        same([k["access_key_id"] for k in listed], [ACCESS_KEY], "keys")
        check("secret_key" not in listed[0], "the list shows the secret")
        made = self.as_imported().request("PUT", "bau-files", body=self.location())
        same(made.status, 200, "CreateBucket")

    @operation("admin: disabled, enabled, expired, deleted")
    def states(self):
        key = ("bau", "jo+sued", ACCESS_KEY)
        for words, wanted in (
            (("key", "update", *key, "--disable"), 403),
            (("key", "update", *key, "--enable"), 200),
            (("user", "update", "bau", "jo+sued", "--disable"), 403),
            (("user", "update", "bau", "jo+sued", "--enable"), 200),
            (("agency", "update", "bau", "--disable"), 403),
            (("agency", "update", "bau", "--enable"), 200),
            (("key", "update", *key, "--expires", "2020-01-31"), 403),
            (("key", "delete", *key), 403),
        ):
            self.admin(*words)
            same(self.as_imported().request("GET", "bau-files").status, wanted, " ".join(words))

    @operation("admin: refusals")
    def refusals(self):
        self.admin("agency", "create", "bau", "--name", "again", expect=1)
        self.admin("agency", "create", "Not An Id", expect=1)
        self.admin("user", "show", "bau", "nobody", expect=1)
        self.admin("agency", "delete", "bau", expect=1)
        self.admin("user", "update", "bau", "jo+sued", expect=1)
        self.admin("user", "paint", "bau", expect=2)
        self.keys = "NOBODYNOBODYNOBODY12", "x" * 40
        self.admin("agency", "list", expect=1)
        check(len(self.errors) < 300, self.errors)


def clients(tools):
    return [Admin(tools.parent / "torhaus")]
