"""A mail server on loopback that takes its time, changes its mind and hangs up, and remembers every mail it took."""

import asyncio
import email
import email.policy
import random
import threading
import time


class Relay:
    """An SMTP server in a thread of its own. `mails` holds what it accepted: (Message-ID, recipient, bytes, time)."""

    def __init__(self, seed, stalls=0.25, refusals=0.03, hang_ups=0.01):
        self.dice = random.Random(f"relay {seed}")
        self.stalls, self.refusals, self.hang_ups = stalls, refusals, hang_ups
        self.lock = threading.Lock()
        self.mails = []
        self.dialogues = {}       # connection -> how far it is
        self.lost_replies = 0
        self.port = 0
        started = threading.Event()
        self.loop = asyncio.new_event_loop()

        def run():
            asyncio.set_event_loop(self.loop)
            server = self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0))
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            self.loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        started.wait()

    def calm(self):
        self.stalls = self.refusals = self.hang_ups = 0.0

    def phases(self):
        """How far each dialogue is that is under way now."""
        with self.lock:
            return list(self.dialogues.values())

    def accepted(self):
        """Message-ID -> how often it was accepted."""
        count = {}
        with self.lock:
            for message_id, *_ in self.mails:
                count[message_id] = count.get(message_id, 0) + 1
        return count

    def at(self, connection, phase):
        with self.lock:
            if phase is None:
                self.dialogues.pop(connection, None)
            else:
                self.dialogues[connection] = phase

    async def pause(self):
        if self.dice.random() < self.stalls:
            await asyncio.sleep(self.dice.uniform(0.02, 1.2))

    async def talk(self, reader, writer):
        connection = object()
        try:
            await self.dialogue(connection, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass                  # the client was killed
        finally:
            self.at(connection, None)
            writer.close()

    async def dialogue(self, connection, reader, writer):
        async def say(text):
            writer.write(text.encode() + b"\r\n")
            await writer.drain()

        recipient = None
        self.at(connection, "greeting")
        await say("220 relay.lanli.example ready")
        while line := await reader.readline():
            verb = line.strip().decode("utf-8", "replace")
            word = verb.split(":")[0].split(" ")[0].upper()
            if word in ("EHLO", "HELO"):
                await say("250-relay.lanli.example\r\n250 8BITMIME")
            elif word == "MAIL":
                self.at(connection, "mail")
                await say("250 2.1.0 sender ok")
            elif word == "RCPT":
                self.at(connection, "rcpt")
                await self.pause()
                recipient = verb.split("<", 1)[-1].split(">")[0]
                if self.dice.random() < self.refusals:
                    await say("451 4.3.2 come back later")
                else:
                    await say("250 2.1.5 recipient ok")
            elif word == "DATA":
                self.at(connection, "data")
                await self.pause()
                await say("354 go on")
                self.at(connection, "body")
                body = await self.body(reader)
                self.at(connection, "dot")
                if not await self.take(reader, recipient, body):
                    return
                await say("250 2.0.0 queued")
                self.at(connection, "taken")
            elif word == "QUIT":
                await say("221 bye")
                return
            else:
                await say("250 ok")

    async def body(self, reader):
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def take(self, reader, recipient, body):
        """Servers differ: some have the mail before they answer, some drop it when the client is gone by then."""
        early = self.dice.random() < 0.5
        if early:
            self.record(recipient, body)
        await self.pause()
        if self.dice.random() < self.hang_ups:
            self.lost_replies += 1
            return False
        if not early:
            if reader.at_eof():
                return False
            self.record(recipient, body)
        return True

    def record(self, recipient, body):
        parsed = email.message_from_bytes(body, policy=email.policy.default)
        with self.lock:
            self.mails.append((parsed["Message-ID"], recipient, body, time.time()))
