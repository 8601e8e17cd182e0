"""What the acceptance scripts share: the program under test, its configuration, and its life as a process.

Standard library only, but for `venv`, which fetches aiosmtpd and zstandard into a folder of its own.
"""

import argparse
import atexit
import fcntl
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import venv as virtual

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["aiosmtpd==1.4.6", "zstandard==0.25.0"]


def arguments(about):
    """The options that every script has."""
    parser = argparse.ArgumentParser(description=about)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", type=pathlib.Path, default=target / "debug" / "tingfeng",
                        help="the program under test (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the working folder and say where it is")
    return parser


def in_venv():
    """Starts this script again inside an environment that has the packages; without a network it goes on without."""
    home = pathlib.Path(os.environ.get("TINGFENG_ACCEPTANCE_VENV", pathlib.Path.home() / ".cache/tingfeng-acceptance"))
    python = home / "bin" / "python"
    if pathlib.Path(sys.prefix) == home:
        return True
    if not (home / "complete").exists():
        print(f"making {home} with {' '.join(PACKAGES)}", file=sys.stderr)
        try:
            virtual.create(home, with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"cannot: {error}", file=sys.stderr)
            return False
        (home / "complete").touch()
    os.execv(python, [str(python), *sys.argv])


class Folder:
    """A working folder that goes away unless it is asked for."""

    def __init__(self, keep):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="tingfeng-acceptance-"))
        self.keep = keep

    def __enter__(self):
        return self.path

    def __exit__(self, kind, error, trace):
        if self.keep or kind is not None:
            print(f"the working folder is {self.path}")
        else:
            shutil.rmtree(self.path)


def configure(folder, files):
    """Writes configuration files, making folders on the way."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class Daemon:
    """One life of the daemon, from start to death."""

    def __init__(self, binary, config, log, arguments=("run",), env=None):
        self.log_path = log
        self.log = open(log, "ab")
        self.started = time.monotonic()
        self.config = config
        self.process = subprocess.Popen(
            [binary, "-c", config, *arguments], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})})
        atexit.register(self.process.kill)      # a script that fails leaves nobody behind

    def alive(self):
        return self.process.poll() is None

    def freeze(self):
        """Stops it between two instructions, so that what it was doing can be looked at before it dies there."""
        os.kill(self.process.pid, signal.SIGSTOP)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                state = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                return
            if state in "TZX":
                return
            time.sleep(0.0005)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self, limit=30):
        """SIGTERM; gives back the exit code and the seconds that it took."""
        begun = time.monotonic()
        self.process.terminate()
        try:
            code = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            return None, limit
        self.log.close()
        return code, time.monotonic() - begun

    def said(self):
        return pathlib.Path(self.log_path).read_text(encoding="utf-8", errors="replace")


# SQLite locks one byte of the shared-memory file for a write transaction in WAL mode (sqlite3.c, UNIX_SHM_BASE).
WRITE_LOCK = 120


class WriteLock:
    """Sees from outside, without disturbing it, whether a write transaction is under way."""

    def __init__(self, database):
        self.path = f"{database}-shm"
        self.file = None

    def held(self):
        try:
            if self.file is None:
                self.file = os.open(self.path, os.O_RDWR)
            asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, WRITE_LOCK, 1, 0)
            answer = fcntl.fcntl(self.file, fcntl.F_GETLK, asked)
        except OSError:
            return False
        return struct.unpack("hhqqi", answer)[0] != fcntl.F_UNLCK

    def close(self):
        if self.file is not None:
            os.close(self.file)
            self.file = None


def copy_of(database, to):
    """The file as the dead process left it. It is looked at in a copy: recovery is the daemon's own business."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for ending in ("", "-wal", "-journal"):
        path = pathlib.Path(f"{database}{ending}")
        if path.exists():
            shutil.copyfile(path, to / path.name)
    return to / database.name


def table(rows):
    """Rows of a Markdown table, the first one its head."""
    head, *body = [[str(cell) for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


COMPANY = {
    "people.toml": """
[[person]]
key = "lin"
name = "林监测"
mail = ["lin@lanli.example"]
phone = "0730-5550101"
roles = ["monitor", "on_call", "operator"]
[[person]]
key = "xu"
name = "许副岗"
mail = ["xu@lanli.example"]
phone = "0730-5550102"
roles = ["deputy"]
[[person]]
key = "zhou"
name = "周代表"
mail = ["zhou@lanli.example"]
phone = "0730-5550103"
lang = "en"
roles = ["securities_rep"]
[[person]]
key = "shen"
name = "沈董秘"
mail = ["shen@lanli.example"]
phone = "0730-5550104"
roles = ["board_secretary"]
""",
    "subjects.toml": """
[[subject]]
key = "lanli"
name = "岚栎科技股份有限公司"
names = ["岚栎科技", "岚栎股份"]
codes = ["604518"]
exclude = ["岚栎科技园"]
own = true
""",
    "rules.toml": """
[[rule]]
key = "named-red"
name = "资金链问题点名本公司"
version = "1"
kind = "rumour"
severity = "red"
policy = "red"
near = { within = "sentence", of = ["subject:*", "category:A3"] }
[[rule]]
key = "named-orange"
name = "监管处罚点名本公司"
version = "1"
kind = "rumour"
severity = "orange"
policy = "orange"
near = { within = "sentence", of = ["subject:*", "category:A1"] }
[[rule]]
key = "named-blue"
name = "经营事项点名本公司"
version = "1"
kind = "rumour"
severity = "blue"
near = { within = "sentence", of = ["subject:*", "category:B1"] }
""",
    "policies.toml": """
[[policy]]
key = "orange"
name = "橙色"
exhausted_after = "3s"
ack_valid = "10m"
first_report = { to = "board_secretary", within = "30m" }
[[policy.step]]
after = "0s"
notify = ["on_call"]
[[policy.step]]
after = "2s"
notify = ["securities_rep"]
[[policy]]
key = "red"
name = "红色"
exhausted_after = "3s"
ack_valid = "10m"
[[policy.step]]
after = "0s"
notify = ["on_call", "securities_rep"]
[[policy.step]]
after = "2s"
notify = ["board_secretary"]
""",
    "lexicons/grave.toml": """
name = "监管处罚"
version = "1"
category = "A1"
terms = ["立案调查"]
""",
    "lexicons/money.toml": """
name = "资金链"
version = "1"
category = "A3"
terms = ["债务违约"]
""",
    "lexicons/trade.toml": """
name = "经营"
version = "1"
category = "B1"
terms = ["减持", "质押"]
""",
}
