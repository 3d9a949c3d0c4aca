"""What must be true of a server that was killed and started again: every key is what was
acknowledged or under way, the listing names what can be read, `torhaus verify` finds nothing."""

import json
import re
import subprocess
from http.client import HTTPException

from harness.signed_http import SignedHttp
from model import ABSENT


def listed_keys(http, bucket):
    keys, token = [], None
    while True:
        query = {"list-type": "2"} | ({"continuation-token": token} if token else {})
        text = http.request("GET", bucket, query=query).body.decode()
        keys += re.findall("<Key>([^<]+)</Key>", text)
        token = re.search("<NextContinuationToken>([^<]+)<", text)
        if not token:
            return keys
        token = token[1]


def check_key(http, bucket, keys, key):
    """The fault, or None. What was found becomes the acknowledged state."""
    try:
        answer = http.request("GET", bucket, key)
    except (OSError, HTTPException) as trouble:
        return f"{key}: {trouble!r}, possible was {keys.possible(key)}"
    for state in keys.possible(key):
        if state is ABSENT and answer.status == 404:
            keys.settle(key, ABSENT)
            return None
        if state is not ABSENT and answer.status == 200 and answer.body == state.bytes():
            keys.settle(key, state)
            return None
    return (
        f"{key}: {answer.status} with {len(answer.body)} bytes, possible was {keys.possible(key)}"
    )


def check_all(target, bucket, writers):
    """All that the writers have in one bucket."""
    http = SignedHttp(target)
    faults = []
    for writer in writers:
        for key in sorted(writer.keys.known()):
            fault = check_key(http, bucket, writer.keys, key)
            faults += [fault] if fault else []
    wanted = sorted(key for writer in writers for key in writer.keys.acknowledged)
    found = listed_keys(http, bucket)
    if found != wanted:
        faults.append(f"the listing differs: {sorted(set(found) ^ set(wanted))[:10]}")
    http.close()
    return faults


def verified(server, wanted_orphans=None):
    """What `torhaus verify` finds in the data of a server that does not run."""
    done = subprocess.run(
        [server.binary, "verify", "--data", str(server.data), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return [f"verify ended with {done.returncode}: {done.stderr[-500:]}"]
    faults = [f"verify: {f['kind']}: {f['what']} {f['blob']}" for f in found["findings"]]
    if wanted_orphans is not None and found["orphans"] != wanted_orphans:
        faults.append(f"verify: {found['orphans']} orphans")
    return faults
