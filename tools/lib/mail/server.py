"""A mail server for tests: takes messages, says what it understood of each, and misbehaves where it is told to.

    server.py FOLDER [--certificate FILE --key FILE [--implicit]] [--user NAME --password TEXT [--only-login]] [--rude KIND]

Writes its port to FOLDER/port, and each message to FOLDER/1.json, 2.json, … before it says that it has it. Recipients
have their own ways: refused@… is refused with 550, later@… with 451, spam@… when the message is there with 554, busy@… so
with 451, hang@… is never answered. A rude server speaks no SMTP but what KIND says.
"""

import argparse
import asyncio
import base64
import email
import email.policy
import json
import os
import ssl
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

REPLIES = {"refused": "550 5.1.1 <refused@example.org> is nobody", "later": "451 4.3.0 not now"}
REPLIES_TO_DATA = {"spam": "554 5.7.1 not wanted", "busy": "451 4.3.1 too much to do"}


class Handler:
    def __init__(self, folder):
        self.folder, self.count = folder, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name == "hang":
            await asyncio.sleep(3600)
        if name in REPLIES:
            return REPLIES[name]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name in REPLIES_TO_DATA:
            return REPLIES_TO_DATA[name]
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        sender = message["From"].addresses[0]
        self.count += 1
        write(
            self.folder / f"{self.count}.json",
            {
                "host": session.host_name,
                "encrypted": server.transport.get_extra_info("ssl_object") is not None,
                "user": session.auth_data.login.decode() if session.auth_data else None,
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "sender_name": sender.display_name,
                "sender_address": sender.addr_spec,
                "header_to": str(message["To"]),
                "subject": str(message["Subject"]),
                "date": message["Date"].datetime.timestamp(),
                "message_id": str(message["Message-ID"]),
                "fields": message.keys(),
                "text": lines(plain),
                "html": html and lines(html),
                "defects": [repr(d) for part in message.walk() for d in part.defects],
                "longest_line": max(len(line) for line in envelope.content.split(b"\r\n")),
                "bare_line_ends": envelope.content.replace(b"\r\n", b"").count(b"\n"),
                "seven_bit": envelope.content.isascii(),
            },
        )
        return "250 taken"


def lines(part):
    return part.get_content().replace("\r\n", "\n")


def write(path, value):
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value))
    os.replace(part, path)


class Rude:
    """Each a server that does one thing wrong."""

    async def silent(self, reader, writer):
        await asyncio.sleep(3600)

    async def web(self, reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()

    async def endless(self, reader, writer):
        while True:
            writer.write(b"220-welcome to a very long greeting\r\n")
            await writer.drain()

    async def gone(self, reader, writer):
        await self.say(reader, writer, "220 hello", "250 hello")

    async def slow(self, reader, writer):
        """Answers each line, after a while."""
        await self.say(reader, writer, "220 hello", "250 hello", "250 from", "250 to", "354 data", pause=0.4)
        await reader.read()

    async def stops(self, reader, writer):
        await self.say(reader, writer, "220 hello", "421 shutting down")

    async def eager(self, reader, writer):
        """What follows the 220 in the clear would be taken for the answer to the encrypted EHLO."""
        await self.say(reader, writer, "220 hello", "250-hello\r\n250 STARTTLS", "220 go on\r\n250 AUTH PLAIN")
        await reader.read()

    async def echo(self, reader, writer):
        """Tells who logs in what was said."""
        await self.say(reader, writer, "220 hello", "250-hello\r\n250 AUTH PLAIN")
        text = base64.b64decode((await reader.readline()).split()[-1]).replace(b"\0", b" ")
        writer.write(b"535 no login: " + text + b"\r\n")
        await reader.read()

    async def vague(self, reader, writer):
        """Takes the message and does not say so."""
        await self.say(reader, writer, "220 hello", "250 hello", "250 from", "250 to", "354 data")
        await reader.readuntil(b"\r\n.\r\n")

    async def say(self, reader, writer, greeting, *replies, pause=0):
        writer.write(f"{greeting}\r\n".encode())
        for reply in replies:
            await reader.readline()
            await asyncio.sleep(pause)
            writer.write(f"{reply}\r\n".encode())
        await writer.drain()


def listener(arguments):
    if arguments.rude:
        conversation = getattr(Rude(), arguments.rude)

        async def serve(reader, writer):
            try:
                await conversation(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError, IndexError):
                pass  # The other side has left.
            finally:
                writer.close()

        return asyncio.start_server(serve, "127.0.0.1", 0)

    tls = None
    if arguments.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(arguments.certificate, arguments.key)
    options = {"data_size_limit": 10_000_000, "timeout": 60}
    if tls and not arguments.implicit:
        options.update(tls_context=tls, require_starttls=True)
    if arguments.user:
        known = (arguments.user.encode(), arguments.password.encode())
        options.update(
            authenticator=lambda server, session, envelope, mechanism, data: AuthResult(
                success=(data.login, data.password) == known, auth_data=data, handled=False
            ),
            auth_required=True,
            auth_require_tls=bool(tls) and not arguments.implicit,
            auth_exclude_mechanism=["PLAIN"] if arguments.only_login else [],
        )
    handler = Handler(arguments.folder)
    return asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, **options), "127.0.0.1", 0, ssl=tls if arguments.implicit else None
    )


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for name in ("certificate", "key", "user", "password", "rude"):
        parser.add_argument(f"--{name}")
    for name in ("implicit", "only-login"):
        parser.add_argument(f"--{name}", action="store_true")
    arguments = parser.parse_args()
    server = await listener(arguments)
    write(arguments.folder / "port", server.sockets[0].getsockname()[1])
    # Tests end it; should they have died, it ends with them or after a while.
    await asyncio.sleep(600)


asyncio.run(main())
