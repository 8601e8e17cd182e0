#!/usr/bin/env python3
"""Sends through a real SMTP server (aiosmtpd) that demands STARTTLS and a login, opens what arrived with Python's mail
parser, and tries what goes wrong in offices: a wrong password, no STARTTLS, another authority, "later", "never".

`--pictures DIR` renders the HTML parts with headless chromium, to be looked at."""

import datetime
import email
import email.policy
import email.utils
import json
import logging
import pathlib
import re
import shutil
import sqlite3
import ssl
import subprocess
import tempfile
import time
import warnings

import house

if not house.in_venv():
    raise SystemExit("this script needs aiosmtpd, which could not be fetched")
from aiosmtpd.controller import Controller            # noqa: E402
from aiosmtpd.smtp import AuthResult                  # noqa: E402
from world import World                               # noqa: E402

logging.getLogger("mail").setLevel(logging.CRITICAL)     # what clients do wrong here is on purpose
warnings.simplefilter("ignore")
LOGIN, PASSWORD = "tingfeng@lanli.example", "correct horse 马 battery"


class Postmaster:
    """What the server does with a mail: takes it, or answers as the script of the moment says."""

    def __init__(self):
        self.mails, self.encrypted, self.at_rcpt = [], [], {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = self.at_rcpt.get(address, [])
        if answers and answers[0] is not None:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if answers:
            answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos[0], envelope.content))
        self.encrypted.append(session.ssl is not None)
        return "250 2.0.0 queued"


def authority(folder, name):
    """An authority of our own and a certificate of it for localhost."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", f"{name}-server.key",
            "-out", f"{name}-server.csr")
    (folder / f"{name}.ext").write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", f"{name}-server.csr", "-CA", f"{name}.pem", "-CAkey", f"{name}.key", "-days", "2",
            "-CAcreateserial", "-extfile", f"{name}.ext", "-out", f"{name}-server.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}-server.pem", folder / f"{name}-server.key")
    return context


def log_in(server, session, envelope, mechanism, data):
    right = data.login.decode() == LOGIN and data.password.decode() == PASSWORD
    return AuthResult(success=right, handled=right)


class Office:
    """A configuration folder, a world of one grave article, and the mail server of the moment."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.world = World(7, grave_share=1.0)
        self.world.slow = False
        self.good, self.other = authority(folder, "authority"), authority(folder, "stranger")
        self.postmaster, self.server = Postmaster(), None
        self.wrong, self.passed, self.number = [], 0, 0

    def serve(self, starttls=True, context=None):
        if self.server:
            self.server.stop()
        self.postmaster = Postmaster()
        login = {"authenticator": log_in, "auth_required": True}
        more = {"tls_context": context or self.good, "require_starttls": True, **login} if starttls else {}
        self.server = Controller(self.postmaster, hostname="localhost", port=free_port(), **more)
        self.server.start()

    def configure(self, password=PASSWORD, login=True, fresh=True):
        """A fresh organisation, or the same one with another password."""
        self.number += fresh
        self.home = self.folder / f"office-{self.number}"
        since = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        credentials = f'username = "{LOGIN}"\npassword_file = "password"\n' if login else ""
        house.configure(self.home, house.COMPANY | {
            "sources.toml": self.world.sources(since, every="1h"),
            "password": password + "\n",
            "tingfeng.toml": f"""
[organisation]
name = "岚栎科技股份有限公司"
profile = "company"
language = "zh-CN"
zone = "Asia/Shanghai"
[crawl]
contact = "mailto:opinion@lanli.example"
host_gap = "5ms"
[mail]
transport = "smtp"
from = "{LOGIN}"
[mail.smtp]
host = "localhost"
port = {self.server.port}
security = "starttls"
ca_file = "{self.folder}/authority.pem"
{credentials}
[digest]
at = "08:00"
to = ["monitor", "deputy", "securities_rep"]
"""})
        (self.home / "password").chmod(0o600)

    def tingfeng(self, *arguments):
        done = subprocess.run([self.binary, "-c", self.home, *arguments], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def rows(self, sql):
        db = sqlite3.connect(f"file:{self.home / 'tingfeng.db'}?mode=ro", uri=True)
        rows = db.execute(sql).fetchall()
        db.close()
        return rows

    def once(self, *wanted):
        """These have one mail each, and nobody has two; the ladder may have gone on to others meanwhile."""
        reached = [to for to, _ in self.postmaster.mails]
        return len(set(reached)) == len(reached) and set(wanted) <= set(reached)

    def expect(self, what, right, seen):
        print(f"{'ok   ' if right else 'WRONG'} {what}" + ("" if right else f": {seen}"), flush=True)
        self.passed += bool(right)
        if not right:
            self.wrong.append((what, seen))


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def look_at(office, raw, recipient, kind):
    """The mail as a mail program sees it."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    parts = list(mail.iter_parts())
    text, page = (part.get_content() for part in parts) if len(parts) == 2 else ("", "")
    sent = email.utils.parsedate_to_datetime(mail["Date"])
    age = abs((datetime.datetime.now(datetime.UTC) - sent).total_seconds())
    chinese = mail["Content-Language"] == "zh-CN"
    name = f"{kind} to {recipient}"
    office.expect(f"{name}: multipart/alternative, text first, both UTF-8",
                  mail.get_content_type() == "multipart/alternative"
                  and [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
                  and all(part.get_content_charset() == "utf-8" for part in parts),
                  [part.get_content_type() for part in parts])
    office.expect(f"{name}: From, To, Date of now, a Message-ID, Auto-Submitted",
                  LOGIN in mail["From"] and recipient in mail["To"] and age < 300
                  and re.fullmatch(r"<[0-9a-z-]+@lanli\.example>", mail["Message-ID"])
                  and mail["Auto-Submitted"] == "auto-generated", dict(mail.items()))
    office.expect(f"{name}: the subject decodes, at most 60 characters: {mail['Subject']}",
                  0 < len(mail["Subject"]) <= 60 and "=?" not in mail["Subject"] and "\ufffd" not in mail["Subject"],
                  mail["Subject"])
    office.expect(f"{name}: every line of the source is short and ASCII",
                  all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n")), "")
    office.expect(f"{name}: text and HTML say the same",
                  "{{" not in text + page and words(text) and len(words(text) - words(page)) == 0,
                  sorted(words(text) - words(page))[:10])
    if not chinese:
        around = re.sub(r"[“「《].*?[”」》]", "", text)
        office.expect(f"{name}: English, but for names and quotations", share_of_chinese(around) < 0.35, around[:200])
    return mail, text, page


def words(text):
    """Numbers and names: what must not differ between the two parts."""
    import html
    plain = html.unescape(re.sub(r"<(style|title).*?</\1>|<[^>]+>", " ", text, flags=re.S))
    return set(re.findall(r"\d{4}-\d{4}|\d{1,2}:\d{2}|[0-9a-f]{8,}|岚栎科技|债务违约|https?://[^\s<>\"]+[\w/]", plain))


def share_of_chinese(text):
    letters = [c for c in text if c.isalpha()]
    return sum("\u4e00" <= c <= "\u9fff" for c in letters) / max(1, len(letters))


def everyday(office, pictures):
    """STARTTLS, a login, an alert in two languages, a digest in two languages."""
    office.serve()
    office.configure()
    code, out, err = office.tingfeng("mail", "test", "lin@lanli.example")
    office.expect("mail test is accepted", code == 0 and "accepted" in out, out + err)
    office.expect("and prints the dialogue without the password", PASSWORD not in out + err and "STARTTLS" in out, out)
    office.world.dice.seed(3)
    office.world.add("news")
    item = office.world.items["news"][0]
    item.text[0] = item.text[0].replace("被立案调查", "出现债务违约")
    code, out, err = office.tingfeng("run", "--once")
    office.expect("run --once ends well", code == 0, err)
    code, out, err = office.tingfeng("digest")
    office.expect("digest is made", code == 0, err)
    code, out, err = office.tingfeng("run", "--once")
    mails = office.postmaster.mails
    office.expect("all of it travelled encrypted", office.postmaster.encrypted and all(office.postmaster.encrypted), "")
    ids = [email.message_from_bytes(raw)["Message-ID"] for _, raw in mails]
    office.expect("no Message-ID twice", len(set(ids)) == len(ids), ids)
    kinds = {}
    for recipient, raw in mails:
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        kind = "test" if len(kinds) == 0 else "alert" if mail["Importance"] == "high" else "digest"
        kinds[(kind, recipient)] = look_at(office, raw, recipient, kind)
    wanted = {("test", "lin@lanli.example"), ("alert", "lin@lanli.example"), ("alert", "zhou@lanli.example"),
              *(("digest", f"{who}@lanli.example") for who in ("lin", "xu", "zhou"))}
    office.expect("test, alert to two and digest to three arrived", set(kinds) == wanted, sorted(kinds))
    if pictures:
        for (kind, recipient), (_, _, page) in kinds.items():
            picture(page, pictures / f"{kind}-{recipient.split('@')[0]}.png")
    return kinds


def troubles(office):
    """What goes wrong in offices: the text must say what to do, and the mail must wait, once."""
    office.serve()
    office.configure(password="wrong")
    code, out, err = office.tingfeng("mail", "test", "lin@lanli.example")
    office.expect(f"a wrong password is said: {err.strip()[:160]}",
                  code == 1 and "password" in err and "535" in err and "wrong" not in out.replace("wrong password", ""), err)
    office.tingfeng("run", "--once")
    waiting = office.rows("SELECT state, reply FROM message WHERE priority < 2")
    office.expect(f"and the mail waits with that reason: {waiting[0][1][:100] if waiting else None}",
                  waiting and all(state == "queued" and "password" in reply for state, reply in waiting), waiting)
    office.configure(fresh=False)
    time.sleep(6)
    office.tingfeng("run", "--once")
    office.expect("with the right one each arrives once", office.once("lin@lanli.example", "zhou@lanli.example"),
                  [to for to, _ in office.postmaster.mails])

    office.serve(starttls=False)
    office.configure(login=False)
    code, out, err = office.tingfeng("mail", "test", "lin@lanli.example")
    office.expect(f"a server without STARTTLS is refused: {err.strip()[:160]}",
                  code == 1 and "STARTTLS" in err and not office.postmaster.mails, err)

    office.serve(context=office.other)
    office.configure()
    code, out, err = office.tingfeng("mail", "test", "lin@lanli.example")
    office.expect(f"a stranger's certificate is refused: {err.strip()[:160]}",
                  code == 1 and "certificate" in err.lower() and not office.postmaster.mails, err)

    office.serve()
    office.configure()
    office.postmaster.at_rcpt["lin@lanli.example"] = ["451 4.3.2 greylisted", None]
    office.tingfeng("run", "--once")
    first = [to for to, _ in office.postmaster.mails]
    waits = office.rows("SELECT person, state, reply FROM message WHERE state = 'queued'")
    time.sleep(6)
    office.tingfeng("run", "--once")
    office.expect("451 now, accepted later, each once", first == ["zhou@lanli.example"] and len(waits) == 1
                  and office.once("lin@lanli.example", "zhou@lanli.example"), (first, waits, [to for to, _ in office.postmaster.mails]))

    office.serve()
    office.configure()
    office.postmaster.at_rcpt["lin@lanli.example"] = ["550 5.1.1 no such mailbox"]
    office.tingfeng("run", "--once")
    rows = office.rows("SELECT person, state, reply, fallback_of IS NOT NULL FROM message ORDER BY id")
    office.expect("550 goes to the deputy at once, saying why",
                  ("lin", "failed") in [row[:2] for row in rows] and ("xu", "accepted") in [row[:2] for row in rows if row[3]]
                  and sorted(to for to, _ in office.postmaster.mails) == ["xu@lanli.example", "zhou@lanli.example"], rows)

    office.server.stop()
    office.server = None
    code, out, err = office.tingfeng("mail", "test", "lin@lanli.example")
    office.expect(f"no server at all is said: {err.strip()[:160]}", code == 1 and "cannot reach" in err, err)


def picture(page, path):
    """The HTML part as a picture, as wide as a mail program on a desk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "mail.html"
        source.write_text(page, encoding="utf-8")
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                        "--hide-scrollbars", f"--user-data-dir={folder}/profile", "--window-size=760,1400",
                        f"--screenshot={path}", source.as_uri()], check=True, capture_output=True, timeout=120)
    print(f"      {path}")


def main():
    parser = house.arguments(__doc__)
    parser.add_argument("--pictures", type=pathlib.Path, help="a folder for PNG files of the mails")
    args = parser.parse_args()
    if not shutil.which("openssl"):
        raise SystemExit("this script needs openssl")
    with house.Folder(args.keep) as folder:
        office = Office(args.binary.resolve(), folder)
        try:
            everyday(office, args.pictures and args.pictures.resolve())
            troubles(office)
        finally:
            if office.server:
                office.server.stop()
            office.world.close()
        print(json.dumps({"passed": office.passed, "wrong": len(office.wrong)}))
        if office.wrong:
            raise SystemExit(f"{len(office.wrong)} wrong; the first: {office.wrong[0]}")


if __name__ == "__main__":
    main()
