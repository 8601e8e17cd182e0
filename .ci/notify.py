#!/usr/bin/env python3
"""What systemd would see of the daemon: a listener on $NOTIFY_SOCKET around `tingfeng run`.

usage: notify.py TINGFENG

READY once the loops run, the watchdog fed, SIGHUP survived with a good and with a bad configuration, STOPPING and
an exit with 0 within the unit's TimeoutStopSec after SIGTERM, 78 for a configuration that is wrong.
"""
import os, signal, socket, subprocess, sys, tempfile, time

STOP_LIMIT = 15  # TimeoutStopSec of the unit


def main(tingfeng):
    with tempfile.TemporaryDirectory(prefix="tingfeng-notify-") as top:
        config, state = f"{top}/etc", f"{top}/state"
        subprocess.run([tingfeng, "init", config], check=True, stdout=subprocess.DEVNULL)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(f"{top}/notify")
        log = open(f"{top}/log", "w+")
        env = {k: v for k, v in os.environ.items() if k not in ("JOURNAL_STREAM", "WATCHDOG_PID")}
        env |= {"NOTIFY_SOCKET": f"{top}/notify", "WATCHDOG_USEC": "3000000", "STATE_DIRECTORY": state}
        daemon = subprocess.Popen([tingfeng, "run", "-c", config], env=env, stderr=log)
        try:
            checks(daemon, listener, config, state)
        except Exception as error:
            log.seek(0)
            raise SystemExit(f"{error}\nthe daemon's log:\n{log.read()}")
        finally:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()
        with open(f"{config}/tingfeng.toml", "a") as file:
            file.write("\n[crawll]\n")
        wrong = subprocess.run([tingfeng, "run", "-c", config], env=env, capture_output=True, text=True, timeout=60)
        expect(wrong.returncode == 78, f"a wrong configuration exits with {wrong.returncode}, not 78: {wrong.stderr}")


def checks(daemon, listener, config, state):
    started = time.monotonic()
    status = until(listener, daemon, "READY=1", 30)
    print(f"READY after {time.monotonic() - started:.1f} s: {status}")
    expect(os.path.exists(f"{state}/tingfeng.db"), "the database is not in $STATE_DIRECTORY")
    fed = time.monotonic()
    for _ in range(2):
        until(listener, daemon, "WATCHDOG=1", 5)
    print(f"WATCHDOG twice within {time.monotonic() - fed:.1f} s of a limit of 3 s")
    daemon.send_signal(signal.SIGHUP)
    good = open(f"{config}/tingfeng.toml").read()
    until(listener, daemon, "WATCHDOG=1", 5)
    with open(f"{config}/tingfeng.toml", "w") as file:
        file.write(good + "\n[crawll]\n")
    daemon.send_signal(signal.SIGHUP)
    for _ in range(3):
        until(listener, daemon, "WATCHDOG=1", 5)
    with open(f"{config}/tingfeng.toml", "w") as file:
        file.write(good)
    stopping = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    until(listener, daemon, "STOPPING=1", 5)
    code = daemon.wait(STOP_LIMIT)
    print(f"STOPPING, and ended with {code} after {time.monotonic() - stopping:.1f} s")
    expect(code == 0, f"SIGTERM ends the daemon with {code}")


def until(listener, daemon, word, seconds):
    """Reads messages until one holds `word`; gives its STATUS."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        listener.settimeout(0.2)
        try:
            lines = listener.recv(4096).decode().splitlines()
        except TimeoutError:
            expect(daemon.poll() is None, f"the daemon ended with {daemon.returncode} before {word}")
            continue
        if word in lines:
            return next((line[7:] for line in lines if line.startswith("STATUS=")), "")
    raise AssertionError(f"no {word} within {seconds} s")


def expect(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
