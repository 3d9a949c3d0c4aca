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

    @operation("admin: rotation and ends of keys")
    def rotation(self):
        made = self.shown("key", "create", "bau", "jo+sued", "--expires", "2099-01-31")
        old = made["access_key_id"]
        new = self.shown("key", "rotate", "bau", "jo+sued", old, "--overlap-hours", "2")
        same(new["replaces"], old, "replaces")
        keys = {k["access_key_id"]: k for k in self.shown("key", "list", "bau", "jo+sued")["keys"]}
        check(keys[old]["expires"] < "2099", keys[old]["expires"])
        same(keys[new["access_key_id"]]["expires"], None, "end of the new key")
        self.admin("key", "update", "bau", "jo+sued", old, "--expires", "never")
        keys = {k["access_key_id"]: k for k in self.shown("key", "list", "bau", "jo+sued")["keys"]}
        same(keys[old]["expires"], None, "end that was taken away")

    @operation("admin: projects and members")
    def projects(self):
        words = ("--owner", "bau", "--manager", "jo+sued", "--ends", "2099-01-31")
        self.admin("project", "create", "trasse", *words, "--title", "Neue Trasse")
        listed = self.shown("project", "list")["projects"]
        made = next(p for p in listed if p["id"] == "trasse")
        same(made["deleted_on"], "2099-04-01T23:59:59Z", "announced deletion")
        table = self.admin("project", "list")
        check("Closed on" in table and "2099-03-02T23:59:59Z" in table, table)
        self.admin("agency", "create", "werke")
        self.admin("user", "create", "werke", "max")
        self.admin("member", "add", "trasse", "werke", "max", "editor", "--ends", "2098-12-31")
        roles = {m["user"]: m["role"] for m in self.shown("member", "list", "trasse")["members"]}
        same(roles, {"jo+sued": "manager", "max": "editor"}, "roles")
        self.admin("member", "update", "trasse", "werke", "max", "--role", "reader")
        of_max = self.shown("user", "projects", "list", "werke", "max")["memberships"]
        same([(m["project"], m["role"]) for m in of_max], [("trasse", "reader")], "memberships")
        self.admin("member", "end", "trasse", "werke", "max")
        self.admin("member", "end", "trasse", "werke", "max", expect=1)
        self.admin("member", "add", "trasse", "werke", "max", "owner", expect=1)
        check("There is no role owner" in self.errors, self.errors)
        self.admin("project", "update", "trasse", "--quota-bytes", "10GB", "--ends", "never")
        same(self.shown("project", "show", "trasse")["quota_bytes"], 10 << 30, "quota")

    @operation("admin: imports")
    def imports(self):
        users = "agency;name;kind\nwerke;scan;application\nwerke;lea;\n"
        self.admin("import", "users", "-", input=users.encode())
        same(self.shown("user", "show", "werke", "scan")["kind"], "application", "kind")
        roles = (
            "project,agency,user,role\ntrasse,werke,lea,boss\ntrasse,werke,scan,depositor\n"
            "trasse,nowhere,lea,reader\n"
        )
        self.admin("import", "members", "-", input=roles.encode(), expect=1)
        check("line 2" in self.errors and "line 4" in self.errors, self.errors)
        check("line 3" not in self.errors, self.errors)
        same(len(self.shown("member", "list", "trasse")["members"]), 1, "members")

    @operation("admin: explanations, with conditions of the request")
    def explanations(self):
        made = ("explain", "bau", "jo+sued", "s3:CreateBucket", "trasse-neu")
        told = self.shown(*made)
        same((told["allowed"], told["project"]), (True, "trasse"), "a manager's bucket")
        check(told["because"].startswith("project role manager"), told["because"])
        given = ("--source-ip", "192.0.2.1", "--tag", "art=plan", "--condition", "aws:Referer=x")
        same(self.shown(*made, *given)["allowed"], True, "with conditions")
        other = self.shown("explain", "werke", "lea", "s3:CreateBucket", "trasse-neu")
        same((other["allowed"], other["role"]), (False, None), "who is no member")
        self.admin(*made, "--condition", "novalue", expect=None)
        check("KEY=VALUE" in self.errors, self.errors)

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
