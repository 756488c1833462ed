"""An SMTP server that delivers nothing: what happens to each message is a line of JSON on standard output.

The first line is the port. It ends when its standard input does, so that none outlives the test that
started it.
"""

import argparse
import asyncio
import base64
import json
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult


def say(value):
    print(json.dumps(value), flush=True)


def part(message, kind):
    body = message.get_body((kind,))
    return None if body is None else body.get_content()


def attachment(part):
    content = base64.b64encode(part.get_payload(decode=True)).decode("ascii")
    return {"name": part.get_filename(), "kind": part.get_content_type(), "content": content}


def described(envelope):
    message = message_from_bytes(envelope.original_content, policy=policy.default)
    return {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        # Pairs, as a header that is there twice is worth seeing.
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": part(message, "plain"),
        "html": part(message, "html"),
        "attachments": [attachment(part) for part in message.iter_attachments()],
        "raw": envelope.original_content.decode("utf-8", "replace"),
    }


class Handler:
    def __init__(self, options):
        self.refuse = options.refuse
        self.refuse_once = options.refuse_once
        self.defer = options.defer

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        once = address == self.refuse_once
        if once:
            self.refuse_once = None
        if self.refuse or once:
            say({"refused": address})
            return "550 5.1.1 There is no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.defer > 0:
            self.defer -= 1
            say({"deferred": described(envelope)})
            return "451 4.3.0 Try again later"
        say({"accepted": described(envelope)})
        return "250 2.0.0 OK"


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--refuse-once", help="answer 550 to this recipient the first time")
    parser.add_argument("--security", choices=["none", "starttls", "tls"], default="none")
    parser.add_argument("--certificate", help="PEM; needed for starttls and tls")
    parser.add_argument("--key", help="PEM; needed for starttls and tls")
    parser.add_argument("--user", help="accept no message but from this user")
    parser.add_argument("--password")
    parser.add_argument("--refuse", action="store_true", help="answer 550 to every recipient")
    parser.add_argument("--defer", type=int, default=0, help="answer 451 to so many messages first")
    parser.add_argument("--silent", action="store_true", help="accept connections and say nothing")
    return parser.parse_args()


def protocol_factory(options, context):
    handler = Handler(options)

    def authenticate(server, session, envelope, mechanism, login):
        expected = (options.user.encode(), options.password.encode())
        success = (login.login, login.password) == expected
        if not success:
            say({"unauthenticated": login.login.decode("utf-8", "replace")})
        return AuthResult(success=success, handled=False)

    starttls = options.security == "starttls"
    return lambda: SMTP(
        handler,
        hostname="localhost",
        enable_SMTPUTF8=True,
        tls_context=context if starttls else None,
        require_starttls=starttls,
        authenticator=authenticate if options.user else None,
        auth_required=options.user is not None,
        # With implicit TLS aiosmtpd does not know that there is any.
        auth_require_tls=starttls,
    )


async def say_nothing(reader, writer):
    say("connected")
    await reader.read()
    writer.close()


async def main():
    options = read_options()
    loop = asyncio.get_running_loop()
    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    if options.silent:
        server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    else:
        implicit = context if options.security == "tls" else None
        factory = protocol_factory(options, context)
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=implicit)
    say({"port": server.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
