"""A pretended SMTP server on loopback, with switches by which a test makes it difficult."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_LONGEST_LINE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    was_encrypted: bool


@dataclass(slots=True)
class Mailroom:
    """What came in, and what is answered: `refuses` holds the reply to an address, of `MAIL` or of `RCPT`.

    `drops_at` is the command at which the connection is torn down, END that of the last line of a message: `keeps` says
    whether the message was taken all the same. With `tls` it offers STARTTLS, with `is_secret` it speaks nothing else.
    """

    user: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    is_secret: bool = False
    greeting: str = "220 demo.example ESMTP"
    refuses: dict[str, str] = field(default_factory=dict)
    after_data: str = "250 2.0.0 queued"
    drops_at: str = ""
    keeps: bool = True
    wait: Callable[[str], None] = lambda _command: None
    mails: list[Mail] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


class FakeSmtp:
    """Serves one mailroom on 127.0.0.1 until closed."""

    def __init__(self, room: Mailroom, port: int = 0) -> None:
        self.room = room
        self._listener = _Listener(room, port)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, name="fake-smtp", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, room: Mailroom, port: int) -> None:
        self.room = room
        super().__init__(("127.0.0.1", port), _Conversation)


class _DroppedError(Exception):
    """The connection ends here."""


class _Conversation(socketserver.BaseRequestHandler):
    server: _Listener

    def setup(self) -> None:
        self.room = self.server.room
        self.line = self.request
        self.is_encrypted = False
        self.is_known = not self.room.user
        self.sender = ""
        self.recipients: list[str] = []

    def handle(self) -> None:
        # A client may go at any time, and one that does not trust us does so in the middle of a handshake.
        with suppress(OSError, _DroppedError):
            if self.room.is_secret:
                self._encrypt()
            self._pass("GREETING")
            self._say(self.room.greeting)
            while words := self._hear():
                self._pass(words.split(" ", 1)[0].upper())
                self._answer(words)

    def finish(self) -> None:
        self.line.close()

    def _answer(self, words: str) -> None:
        command, _, rest = words.partition(" ")
        match command.upper():
            case "EHLO":
                self._greet()
            case "STARTTLS" if self.room.tls is not None:
                self._say("220 go ahead")
                self._encrypt()
            case "AUTH":
                self._sign_in(rest)
            case "MAIL" | "RCPT":
                self._say(self._take_address(command.upper(), rest))
            case "DATA" if self.recipients:
                self._take_data()
            case "RSET" | "NOOP":
                self.recipients = []
                self._say("250 ok")
            case "QUIT":
                self._say("221 bye")
                raise _DroppedError
            case _:
                self._say("502 5.5.1 not here")

    def _encrypt(self) -> None:
        if self.room.tls is None:
            raise _DroppedError
        self.line = self.room.tls.wrap_socket(self.line, server_side=True)
        self.is_encrypted = True

    def _greet(self) -> None:
        offers = ["250-demo.example"]
        offers += ["250-STARTTLS"] if self.room.tls is not None and not self.is_encrypted else []
        offers += ["250-AUTH PLAIN"] if self.room.user else []
        self._say("\r\n".join([*offers, "250 SIZE 10000000"]))

    def _sign_in(self, rest: str) -> None:
        _, user, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        self.is_known = (user, password) == (self.room.user, self.room.password)
        self._say("235 ok" if self.is_known else f"535 5.7.8 wrong: {user} {password}")

    def _take_address(self, command: str, rest: str) -> str:
        address = rest.partition("<")[2].partition(">")[0]
        if not self.is_known:
            return "530 5.7.0 sign in first"
        if refusal := self.room.refuses.get(address):
            return refusal
        if command == "MAIL":
            self.sender, self.recipients = address, []
        else:
            self.recipients.append(address)
        return "250 ok"

    def _take_data(self) -> None:
        self._say("354 go ahead")
        lines = []
        while (line := self._read_line()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        if self.room.keeps and self.room.after_data.startswith("250"):
            mail = Mail(
                sender=self.sender,
                recipients=tuple(self.recipients),
                content=b"".join(lines),
                was_encrypted=self.is_encrypted,
            )
            self.room.mails.append(mail)
        self._pass("END")
        self._say(self.room.after_data)

    def _pass(self, command: str) -> None:
        self.room.commands.append(command)
        self.room.wait(command)
        if self.room.drops_at == command:
            raise _DroppedError

    def _hear(self) -> str:
        return self._read_line().decode("utf-8", "replace").strip()

    def _read_line(self) -> bytes:
        """Byte by byte: what follows STARTTLS must not be read before the handshake."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self.line.recv(1)
            if not byte or len(line) > _LONGEST_LINE:
                raise _DroppedError
            line += byte
        return line

    def _say(self, words: str) -> None:
        self.line.sendall(words.encode() + b"\r\n")
