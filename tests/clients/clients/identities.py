"""`aws iam` and `aws sts` as their users type them, and temporary keys in aws-cli, boto3 and a
presigned link. Tokens are those of an OIDC issuer on loopback, signed with openssl."""

import base64
import http.server
import json
import threading
import time

from harness.client import Client, check, operation, same, version_of
from harness.server import Server

READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}

BOTO3 = """
import boto3, os, sys, urllib.request
s3 = boto3.client("s3", endpoint_url=os.environ["TORHAUS_ENDPOINT"])
body = s3.get_object(Bucket=sys.argv[1], Key="akte")["Body"].read()
link = s3.generate_presigned_url("get_object", Params={"Bucket": sys.argv[1], "Key": "akte"})
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
assert opener.open(link, timeout=30).read() == body
print(body.decode())
"""


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Serves a discovery document and its key, and signs what it is asked to."""

    def __init__(self, client):
        self.client = client
        self.key = client.folder / "issuer.key"
        client.run("openssl", "genrsa", "-out", self.key, "2048")
        said = client.run("openssl", "rsa", "-in", self.key, "-noout", "-modulus")
        modulus = bytes.fromhex(said.strip().split("=")[1])
        pages = self.pages = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = pages.get(self.path)
                self.send_response(200 if page else 404)
                self.end_headers()
                self.wfile.write(json.dumps(page or {}).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/realms/amt"
        pages["/realms/amt/.well-known/openid-configuration"] = {
            "issuer": self.url,
            "jwks_uri": self.url + "/keys",
        }
        key = {"kty": "RSA", "use": "sig", "kid": "k1", "alg": "RS256", "e": "AQAB"}
        pages["/realms/amt/keys"] = {"keys": [key | {"n": base64url(modulus)}]}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, head=None, **claims):
        now = int(time.time())
        usual = {"iss": self.url, "sub": "eva", "aud": "torhaus", "iat": now, "exp": now + 300}
        parts = (head or {"alg": "RS256", "kid": "k1"}, usual | claims)
        text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        signature = self.client.run(
            "openssl", "dgst", "-sha256", "-sign", self.key, input=text.encode(), text=False
        )
        return text + "." + base64url(signature)


class Identities(Client):
    name = "aws iam and sts"
    own_server = True
    quick = True

    def __init__(self, binary):
        super().__init__()
        self.binary = binary
        self.server = self.issuer = None

    def version(self):
        return version_of("aws", "--version")

    def perform(self, only=None):
        self.issuer = Issuer(self)
        variables = {"TORHAUS_STS_ISSUERS": self.issuer.url}
        with Server(self.binary, variables=variables, folder=self.folder / "own") as self.server:
            return super().perform(only)

    def setup(self):
        (self.folder / "own").mkdir()

    def variables(self, keys=None):
        given = keys or {
            "AccessKeyId": self.server.access_key,
            "SecretAccessKey": self.server.secret_key,
        }
        named = {
            "TORHAUS_ENDPOINT": self.server.target.endpoint,
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        }
        if "SessionToken" in given:
            named["AWS_SESSION_TOKEN"] = given["SessionToken"]
        return named

    def aws(self, *words, keys=None, **options):
        words = ("--endpoint-url", self.server.target.endpoint, "--output", "json", *words)
        text = self.run("aws", *words, variables=self.variables(keys), **options)
        return json.loads(text) if text.strip() else {}

    def refused(self, code, *words, keys=None):
        self.aws(*words, keys=keys, expect=None)
        check(f"({code})" in self.errors, f"wanted {code}: {self.errors}")

    @operation("iam: users, keys, inline policies")
    def users(self):
        self.aws("s3api", "create-bucket", "--bucket", "akten")
        (self.folder / "akte").write_text("Inhalt")
        self.aws("s3api", "put-object", "--bucket", "akten", "--key", "akte", "--body", "akte")
        made = self.aws("iam", "create-user", "--user-name", "ida", "--path", "/amt/")["User"]
        check(made["Arn"].endswith(":user/amt/ida"), made["Arn"])
        self.refused("EntityAlreadyExists", "iam", "create-user", "--user-name", "IDA")
        self.ida = self.aws("iam", "create-access-key", "--user-name", "ida")["AccessKey"]
        self.refused("AccessDenied", "s3api", "list-buckets", keys=self.ida)
        named = ("--user-name", "ida", "--policy-name", "lesen")
        document = ("--policy-document", policy(READ))
        self.aws("iam", "put-user-policy", *named, *document)
        shown = self.aws("iam", "get-user-policy", *named)
        same(shown["PolicyDocument"], json.loads(policy(READ)), "policy")
        listed = self.aws("s3api", "list-objects-v2", "--bucket", "akten", keys=self.ida)
        same([o["Key"] for o in listed["Contents"]], ["akte"], "keys")
        wrong = policy({"Effect": "Allow", "Aktion": "s3:*", "Resource": "*"})
        put = ("iam", "put-user-policy", *named, "--policy-document")
        self.refused("MalformedPolicyDocument", *put, wrong)
        check("Aktion of statement 1" in self.errors, self.errors)

    @operation("iam: groups, managed policies, pages")
    def groups(self):
        for name in ("eins", "zwei", "drei"):
            self.aws("iam", "create-group", "--group-name", name)
        listed = self.aws("iam", "list-groups", "--page-size", "1")["Groups"]
        same([g["GroupName"] for g in listed], ["drei", "eins", "zwei"], "groups")
        made = self.aws(
            "iam", "create-policy", "--policy-name", "lesen", "--policy-document", policy(READ)
        )["Policy"]["Arn"]
        attach = ("--group-name", "eins", "--policy-arn", made)
        self.aws("iam", "attach-group-policy", *attach)
        self.refused("DeleteConflict", "iam", "delete-policy", "--policy-arn", made)
        self.aws("iam", "detach-group-policy", *attach)
        self.aws("iam", "delete-policy", "--policy-arn", made)
        summary = self.aws("iam", "get-account-summary")["SummaryMap"]
        same((summary["Groups"], summary["Policies"]), (3, 0), "summary")

    @operation("iam: simulations of a user's policies and of one that is nobody's")
    def simulations(self):
        arn = self.aws("iam", "get-user", "--user-name", "ida")["User"]["Arn"]
        asked = ("--action-names", "s3:GetObject", "s3:PutObject")
        of_ida = ("iam", "simulate-principal-policy", "--policy-source-arn", arn)
        found = self.aws(*of_ida, *asked, "--resource-arns", "arn:aws:s3:::akten/akte")
        decisions = [one["EvalDecision"] for one in found["EvaluationResults"]]
        same(decisions, ["allowed", "implicitDeny"], "decisions")
        matched = found["EvaluationResults"][0]["MatchedStatements"][0]
        same((matched["SourcePolicyId"], matched["SourcePolicyType"]), ("lesen", "user"), "matched")
        inside = READ | {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
        custom = ("iam", "simulate-custom-policy", "--policy-input-list", policy(inside))
        found = self.aws(*custom, "--action-names", "s3:GetObject")["EvaluationResults"][0]
        same(found["MissingContextValues"], ["aws:SourceIp"], "missing")
        entry = "ContextKeyName=aws:SourceIp,ContextKeyValues=10.1.1.1,ContextKeyType=ip"
        with_address = (*custom, "--action-names", "s3:GetObject", "--context-entries", entry)
        same(self.aws(*with_address)["EvaluationResults"][0]["EvalDecision"], "allowed", "inside")

    @operation("sts: a role, in aws-cli, boto3 and a presigned link")
    def role(self):
        me = self.aws("sts", "get-caller-identity", keys=self.ida)
        check(me["Arn"].endswith(":user/amt/ida"), me["Arn"])
        trust = {"Effect": "Allow", "Principal": {"AWS": me["Arn"]}, "Action": "sts:AssumeRole"}
        document = ("--assume-role-policy-document", policy(trust))
        made = self.aws("iam", "create-role", "--role-name", "leser", *document)["Role"]
        named = ("--role-name", "leser", "--policy-name", "lesen")
        self.aws("iam", "put-role-policy", *named, "--policy-document", policy(READ))
        assume = ("sts", "assume-role", "--role-arn", made["Arn"], "--role-session-name", "heute")
        keys = self.aws(*assume, keys=self.ida)["Credentials"]
        got = self.folder / "got"
        self.aws("s3api", "get-object", "--bucket", "akten", "--key", "akte", str(got), keys=keys)
        same(got.read_text(), "Inhalt", "object")
        said = self.run("/usr/bin/python3", "-c", BOTO3, "akten", variables=self.variables(keys))
        same(said.strip(), "Inhalt", "object by boto3")
        nothing = policy({"Effect": "Deny", "Action": "*", "Resource": "*"})
        less = self.aws(*assume, "--policy", nothing, keys=self.ida)["Credentials"]
        head = ("s3api", "get-object", "--bucket", "akten", "--key", "akte", str(got))
        self.refused("AccessDenied", *head, keys=less)
        forged = keys | {"SessionToken": keys["SessionToken"][:-8] + "AAAAAAA="}
        self.refused("InvalidToken", *head, keys=forged)
        self.aws("iam", "delete-role-policy", *named)
        self.aws("iam", "delete-role", "--role-name", "leser")
        self.refused("InvalidAccessKeyId", *head, keys=keys)

    @operation("sts: web identity, a token of an issuer")
    def web_identity(self):
        url = self.issuer.url
        # Older versions of aws-cli insist on the thumbprint.
        more = ("--client-id-list", "torhaus", "--thumbprint-list", "a0" * 20)
        create = ("iam", "create-open-id-connect-provider", *more, "--url")
        arn = self.aws(*create, url)["OpenIDConnectProviderArn"]
        unlisted = self.aws(*create, url + "/other")["OpenIDConnectProviderArn"]
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": [arn, unlisted]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {url.removeprefix("http://") + ":sub": "eva"}},
        }
        document = ("--assume-role-policy-document", policy(trust))
        made = self.aws("iam", "create-role", "--role-name", "netz", *document)["Role"]
        named = ("--role-name", "netz", "--policy-name", "lesen")
        self.aws("iam", "put-role-policy", *named, "--policy-document", policy(READ))
        assume = (
            *("sts", "assume-role-with-web-identity", "--role-arn", made["Arn"]),
            *("--role-session-name", "eva", "--web-identity-token"),
        )
        answer = self.aws(*assume, self.issuer.token())
        same(answer["SubjectFromWebIdentityToken"], "eva", "subject")
        keys = answer["Credentials"]
        said = self.run("/usr/bin/python3", "-c", BOTO3, "akten", variables=self.variables(keys))
        same(said.strip(), "Inhalt", "object by boto3")
        self.refused("AccessDenied", *assume, self.issuer.token(sub="ida"))
        self.refused("ExpiredTokenException", *assume, self.issuer.token(exp=1))
        others = (
            {"aud": "elsewhere"},
            {"iss": "https://login.example.org"},
            {"iss": url + "/other"},
        )
        for claims in others:
            self.refused("InvalidIdentityToken", *assume, self.issuer.token(**claims))
        for algorithm in ("none", "HS256"):
            token = self.issuer.token(head={"alg": algorithm, "kid": "k1"})
            self.refused("InvalidIdentityToken", *assume, token)


def clients(tools):
    return [Identities(tools.parent / "torhaus")]
