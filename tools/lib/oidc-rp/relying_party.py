"""A foreign relying party (authlib in Flask) and a browser in front of it, against a development identity provider.

    relying_party.py ISSUER CLIENT_ID CLIENT_SECRET PORT

The client's addresses must be http://127.0.0.1:PORT/callback, /goodbye (after a logout) and /backchannel. Prints one line for
each thing that was seen to work; ends with an error at the first one that was not.
"""

import sys
import threading
from html.parser import HTMLParser

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, request, session, url_for
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.serving import make_server

ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = sys.argv[1:5]
HOME = f"http://127.0.0.1:{PORT}"
PATIENCE = 10

# What the application knows, by what it is: the last tokens, logout tokens that came, errors.
seen = {"tokens": None, "logouts": [], "key_sets": 0}


# The application.

app = Flask(__name__)
app.secret_key = "of this run alone"
oauth = OAuth(app)
provider = oauth.register(
    "provider",
    client_id=CLIENT_ID,
    client_secret=CLIENT_SECRET,
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email offline_access", "code_challenge_method": "S256"},
)

fetch_jwk_set = provider.fetch_jwk_set


def counting_fetch_jwk_set(force=False):
    if force or "jwks" not in provider.server_metadata:
        seen["key_sets"] += 1
    return fetch_jwk_set(force)


provider.fetch_jwk_set = counting_fetch_jwk_set


@app.get("/")
def home():
    return jsonify(session.get("user"))


@app.get("/login")
def login():
    return provider.authorize_redirect(f"{HOME}/callback", **request.args)


@app.get("/callback")
def callback():
    assert request.args["iss"] == ISSUER, request.args
    try:
        seen["tokens"] = provider.authorize_access_token()
    except OAuthError as error:
        return jsonify(error=error.error), 401
    session["user"] = seen["tokens"]["userinfo"]
    return redirect(url_for("home"))


@app.get("/logout")
def logout():
    return provider.logout_redirect(f"{HOME}/goodbye", id_token_hint=seen["tokens"]["id_token"])


@app.get("/goodbye")
def goodbye():
    provider.validate_logout_response()
    session.clear()
    return "goodbye"


@app.post("/backchannel")
def backchannel():
    seen["logouts"].append(request.form["logout_token"])
    return "", 200


# The browser.


class Page(HTMLParser):
    """The forms of a page: where they go, what they send, their buttons by what is written on them."""

    def __init__(self, response):
        super().__init__()
        self.url, self.forms, self.button = response.url, [], None
        self.feed(response.text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attributes["action"], "fields": {}, "buttons": {}})
        elif tag == "input" and self.forms and attributes.get("type") != "checkbox":
            self.forms[-1]["fields"][attributes["name"]] = attributes.get("value", "")
        elif tag == "button" and self.forms:
            self.button = [attributes, ""]

    def handle_data(self, text):
        if self.button:
            self.button[1] += text

    def handle_endtag(self, tag):
        if tag == "button" and self.button:
            attributes, text = self.button
            self.forms[-1]["buttons"][" ".join(text.split())] = attributes
            self.button = None

    def press(self, browser, label, **typed):
        for form in self.forms:
            for text, attributes in form["buttons"].items():
                if label in text:
                    fields = form["fields"] | typed
                    if "name" in attributes:
                        fields[attributes["name"]] = attributes["value"]
                    return browser.post(form["action"], data=fields, timeout=PATIENCE)
        raise AssertionError(f"no button {label!r} at {self.url}: {self.forms}")


def get(browser, url):
    return browser.get(url, timeout=PATIENCE)


def ok(what, truth):
    if not truth:
        raise AssertionError(what)
    print("ok:", what)


def user(response):
    assert response.status_code == 200 and response.url == f"{HOME}/", (response.status_code, response.url, response.text)
    return response.json()


def signing_key():
    return jwt.decode(seen["tokens"]["id_token"], KeySet.import_key_set(provider.fetch_jwk_set(True))).header["kid"]


def check():
    browser = requests.Session()
    metadata = get(browser, f"{ISSUER}/.well-known/openid-configuration").json()
    ok("the issuer of the metadata is the one that was asked", metadata["issuer"] == ISSUER)

    page = Page(get(browser, f"{HOME}/login"))
    first = user(page.press(browser, "Create and sign in", name="Grace Hopper", email="grace@example.com", verified="yes"))
    ok("a newcomer signs in, and authlib takes the ID token", first["name"] == "Grace Hopper")
    ok("the address counts as verified", first["email"] == "grace@example.com" and first["email_verified"] is True)
    ok("the nonce, the audience and the access token's hash are in it", first["nonce"] and first["aud"] == CLIENT_ID and first["at_hash"])

    again = user(get(browser, f"{HOME}/login"))
    ok("a second login asks nothing", again["sub"] == first["sub"] and again["sid"] == first["sid"])
    silent = user(get(browser, f"{HOME}/login?prompt=none"))
    ok("nor does a silent one", silent["sub"] == first["sub"])
    stranger = get(requests.Session(), f"{HOME}/login?prompt=none")
    ok("a stranger's silent login is refused", stranger.json() == {"error": "login_required"})
    page = Page(get(browser, f"{HOME}/login?prompt=select_account"))
    chosen = user(page.press(browser, "Grace Hopper"))
    ok("who is asked again is the same", chosen["sub"] == first["sub"] and chosen["auth_time"] >= first["auth_time"])
    cancelled = Page(get(browser, f"{HOME}/login?prompt=login")).press(browser, "Cancel")
    ok("a login can be cancelled", cancelled.json() == {"error": "access_denied"})

    tokens = seen["tokens"]
    with app.app_context():
        info = provider.userinfo(token=tokens)
    ok("userinfo says the same", info["sub"] == first["sub"] and info["email"] == first["email"])
    renewed = provider.fetch_access_token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    claims = provider.parse_id_token(renewed, nonce=None)
    ok("a refresh gives an ID token of the same person", claims["sub"] == first["sub"] and "nonce" not in claims)
    try:
        provider.fetch_access_token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        refused = ""
    except OAuthError as error:
        refused = error.error
    ok("a refresh token works once", refused == "invalid_grant")
    with app.app_context():
        ok("and takes its family along", provider.get(metadata["userinfo_endpoint"], token=renewed).status_code == 401)

    user(get(browser, f"{HOME}/login"))
    before, asked = signing_key(), seen["key_sets"]
    Page(get(browser, f"{ISSUER}/")).press(browser, "Rotate the keys now")
    user(get(browser, f"{HOME}/login"))
    ok("after a rotation the keys that are known still do", seen["key_sets"] == asked)
    ok("though another one signs", signing_key() != before)
    for _ in range(2):
        Page(get(browser, f"{ISSUER}/")).press(browser, "Rotate the keys now")
    asked = seen["key_sets"]
    user(get(browser, f"{HOME}/login"))
    ok("after more of them they are asked for once", seen["key_sets"] == asked + 1)

    session_id = seen["tokens"]["userinfo"]["sid"]
    left = get(browser, f"{HOME}/logout")
    ok("a logout comes back with its state", left.url.startswith(f"{HOME}/goodbye?state=") and left.text == "goodbye")
    ok("the application heard of it", len(seen["logouts"]) == 1)
    token = jwt.decode(seen["logouts"][0], KeySet.import_key_set(provider.fetch_jwk_set(True)))
    ok("by a logout token of this session", token.claims["sid"] == session_id and token.claims["aud"] == CLIENT_ID)
    ok("which is no ID token", token.header["typ"] == "logout+jwt" and "nonce" not in token.claims)
    ok("nobody is signed in after it", Page(get(browser, f"{HOME}/login")).forms != [])


server = make_server("127.0.0.1", int(PORT), app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    check()
finally:
    server.shutdown()
print("the relying party is content")
