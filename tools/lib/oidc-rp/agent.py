"""A foreign agent (joserfc): makes itself a key, and signs in with it.

    agent.py key EdDSA|ES256 FILE           makes a key, keeps it in FILE, and prints its public part as a JWK
    agent.py assertion FILE CLIENT AUDIENCE  prints an assertion (RFC 7523) that is good for a minute
"""

import json
import sys
import time
import uuid

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey


def make_key(algorithm, file):
    key = OKPKey.generate_key("Ed25519") if algorithm == "EdDSA" else ECKey.generate_key("P-256")
    with open(file, "w") as private:
        json.dump(key.as_dict(private=True), private)
    public = key.as_dict(private=False)
    print(json.dumps({name: public[name] for name in ("kty", "crv", "x", "y") if name in public}))


def sign(file, client, audience):
    with open(file) as private:
        members = json.load(private)
    is_edwards = members["kty"] == "OKP"
    key = (OKPKey if is_edwards else ECKey).import_key(members)
    algorithm = "EdDSA" if is_edwards else "ES256"
    now = int(time.time())
    claims = {
        "iss": client, "sub": client, "aud": audience, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()),
    }
    print(jwt.encode({"alg": algorithm, "typ": "JWT"}, claims, key, algorithms=[algorithm]))


{"key": make_key, "assertion": sign}[sys.argv[1]](*sys.argv[2:])
