"""Runs Canaille, an OpenID provider, on a port of its own, with a few people and two clients.

    provider.py REDIRECT_URI LOGOUT_URI

Prints one line of JSON when it listens. Then it does what each line of its input says, and prints one line when it is done:

    rotate      signs with a new key from now on; the old one stays published
    forget      publishes the newest key alone

It ends with its input.
"""

import json
import os
import sys
import threading
import uuid

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import portpicker
from canaille import create_app
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from pytest_iam import Server

PASSWORD = "correct horse battery staple"
PEOPLE = {"ada": "Ada Lovelace", "bob": "Bob", "cyd": "Cyd", "eve": "Eve"}


def new_key():
    return RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)


def configuration(port):
    return {
        "TESTING": True,
        "ENV_FILE": None,
        "SECRET_KEY": str(uuid.uuid4()),
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            # Nobody gives themselves an address.
            "EMAIL_CONFIRMATION": True,
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
            "LOGGING": {
                "version": 1,
                "handlers": {"none": {"class": "logging.NullHandler"}},
                "root": {"handlers": ["none"]},
            },
        },
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [new_key()]},
    }


def register(server, client_id, secret, redirect_uri, logout_uri):
    client = server.models.Client(
        client_id=client_id,
        client_secret=secret,
        client_name=client_id,
        redirect_uris=[redirect_uri],
        post_logout_redirect_uris=[logout_uri],
        grant_types=["authorization_code"],
        response_types=["code"],
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        # Otherwise it signs with RS512.
        id_token_signed_response_alg="RS256",
        scope=["openid", "profile", "email"],
    )
    server.backend.save(client)
    client.audience = [client]
    server.backend.save(client)


def say(**answer):
    print(json.dumps(answer), flush=True)


def main(redirect_uri, logout_uri):
    port = portpicker.pick_unused_port()
    app = create_app(config=configuration(port), env_file=None)
    server = Server(app, port, Backend.instance)
    with app.app_context():
        for user, name in PEOPLE.items():
            server.random_user(
                user_name=user,
                formatted_name=name,
                emails=[f"{user}@example.com"],
                password=PASSWORD,
            )
        register(server, "daybook", "secret of daybook", redirect_uri, logout_uri)
        register(server, "daybook-public", None, redirect_uri, logout_uri)

    threading.Thread(target=server.httpd.serve_forever, daemon=True).start()
    say(
        issuer=f"http://localhost:{port}",
        user="ada",
        password=PASSWORD,
        name=PEOPLE["ada"],
        email="ada@example.com",
        client="daybook",
        secret="secret of daybook",
        public_client="daybook-public",
    )

    keys = app.config["CANAILLE_OIDC"]
    for line in sys.stdin:
        match line.strip():
            case "rotate":
                keys["INACTIVE_JWKS"] = keys["ACTIVE_JWKS"] + (keys.get("INACTIVE_JWKS") or [])
                keys["ACTIVE_JWKS"] = [new_key()]
            case "forget":
                keys["INACTIVE_JWKS"] = []
            case other:
                sys.exit(f"unknown: {other}")
        say(done=line.strip())
    server.httpd.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
