#!/usr/bin/env python3
"""Cost of `tingfeng run --once` beside Scrapy + parsel + pyahocorasick + sqlite3, in turn, on one machine.

    benches/crawl/run.py --newsd DIR [--work DIR] [--rounds 3] [--sites 10] [--only A|B] [--client tingfeng|peer]

DIR holds the crate of the synthetic news server `newsd` and, beside it, `terms10k.txt` (see README.md here).
Everything is built and installed into --work (default: a folder beside the target folder). The server runs on core 0,
the clients one after the other on core 1. CPU is user + system of the whole process, start-up and list pages included;
the figure is milliseconds per article page. Each run leaves a JSON line in results.jsonl; a Markdown table ends it.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PORT, HOSTS, ARTICLES, POOL, FLIGHT = 8093, 4, 300, 12000, 64
PEER = 'Scrapy + parsel + pyahocorasick + sqlite3'
CASES = {'A': 'every page a mention', 'B': 'one page in twenty a mention'}

TINGFENG = """\
[organisation]
name = "砚溪市人民政府新闻办公室"
profile = "government"
language = "zh-CN"
zone = "Asia/Shanghai"
[store]
path = "tingfeng.db"
[crawl]
contact = "mailto:opinion@yanxi.example"
concurrency = {flight}
per_host = {per_host}
host_gap = "0s"
[mail]
transport = "folder"
from = "tingfeng@yanxi.example"
[digest]
to = ["monitor"]
"""
SOURCE = """\
[[source]]
key = "site-{site}"
name = "示例站 {site}"
kind = "list"
url = "http://{host}:{port}/s/{site}/"
every = "5m"
tier = "local"
allow_private = true
watched_since = 2026-01-01
age_limit = "3650d"
[source.select]
links = "ul li a"
title = "h1.title"
text = "article.content p"
published = "span.date"
"""
RULE = """\
[[rule]]
key = "bench"
name = "测量"
version = "2026-11"
kind = "rumour"
severity = "blue"
heed_denials = false
any = [{any}]
"""
PERSON = """\
[[person]]
key = "lin"
name = "林监测"
mail = ["lin@yanxi.example"]
roles = ["monitor", "duty_leader", "spokesperson", "on_call", "deputy", "division_leader"]
"""
SUBJECT = '[[subject]]\nkey = "yanxi"\nname = "砚溪市人民政府"\nown = true\n'
POLICY = '[[policy]]\nkey = "one"\nname = "一步"\nexhausted_after = "30m"\nack_valid = "2h"\n[[policy.step]]\nafter = "0m"\nnotify = ["monitor"]\n'


def call(*command, **options):
    subprocess.run([str(part) for part in command], check=True, **options)


def prepare(newsd, work):
    """Server, peers and dictionary in place; the daemon's release build."""
    target = {**os.environ, 'CARGO_TARGET_DIR': str(work / 'target')}
    if not (work / 'newsd').exists():
        shutil.copytree(newsd, work / 'newsd')  # its lock file is written there
        for folder, _, files in os.walk(work / 'newsd'):
            for name in [folder, *(os.path.join(folder, file) for file in files)]:
                os.chmod(name, 0o755)
    call('cargo', 'build', '--release', '-q', '--manifest-path', work / 'newsd/Cargo.toml', env=target)
    python = work / 'venv/bin/python'
    if not python.exists():
        call(sys.executable, '-m', 'venv', work / 'venv')
        # jieba only for its dictionary, out of which the server writes its pages
        call(python, '-m', 'pip', 'install', '-q', 'scrapy', 'parsel', 'pyahocorasick', 'jieba')
    if not (work / 'dict.txt').exists():
        code = 'import jieba, os, shutil, sys; shutil.copy(os.path.join(os.path.dirname(jieba.__file__), "dict.txt"), sys.argv[1])'
        call(python, '-W', 'ignore', '-c', code, work / 'dict.txt')
    return work / 'target/release/newsd-synth', python


def wanted(server, python, terms, work):
    """Terms of case B."""
    out = work / 'wanted.txt'
    if not out.exists():
        pages = work / 'pages'
        pages.mkdir(exist_ok=True)
        call(server, '--dict', work / 'dict.txt', '--pool', POOL, '--dump', pages)
        call(python, HERE / 'choose.py', pages, terms, '0.05', out)
        shutil.rmtree(pages)
    return out


def configure(folder, case, terms, chosen, sites):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / 'lexicons').mkdir(parents=True)
    quoted = lambda texts: ',\n  '.join(json.dumps(text, ensure_ascii=False) for text in texts)
    lines = lambda path: [line for line in path.read_text('utf-8').split('\n') if line]
    atoms = ['category:bench'] if case == 'A' else [f'term:{term}' for term in lines(chosen)]
    files = {
        'tingfeng.toml': TINGFENG.format(flight=FLIGHT, per_host=FLIGHT // HOSTS),
        'sources.toml': '\n'.join(
            SOURCE.format(site=site, host=f'127.0.0.{1 + site % HOSTS}', port=PORT) for site in range(sites)),
        'subjects.toml': SUBJECT,
        'rules.toml': RULE.format(any=quoted(atoms)),
        'people.toml': PERSON,
        'policies.toml': POLICY,
        'lexicons/bench.toml': 'name = "测量"\nversion = "2026-11"\ncategory = "bench"\n'
                               f'scope = "all"\nweight = 3\nterms = [\n  {quoted(lines(terms))}\n]\n',
    }
    for name, text in files.items():
        (folder / name).write_text(text, 'utf-8')


def measure(command, log):
    """Wall seconds, CPU seconds and peak memory in MiB of one process on core 1."""
    begun = time.monotonic()
    with open(log, 'wb') as out:
        process = subprocess.Popen(['taskset', '-c', '1', *map(str, command)], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f'{command[0]} ended with {process.returncode}:\n{log.read_text("utf-8")[-2000:]}')
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def one(database, query):
    with sqlite3.connect(database) as base:
        return base.execute(query).fetchone()


def run_tingfeng(binary, work, case, terms, chosen, sites):
    folder = work / 'config'
    configure(folder, case, terms, chosen, sites)
    wall, cpu, memory = measure([binary, '-c', folder, 'run', '--once'], work / 'tingfeng.log')
    base = folder / 'tingfeng.db'
    pages, left = one(base, "SELECT sum(state = 'done'), sum(state <> 'done') FROM page")
    mentions, hits, entries = one(base, 'SELECT (SELECT count(*) FROM mention), (SELECT sum(n) FROM hits), count(*) FROM entry')
    # Pages with one canonical address are one entry; the server has some of these.
    if left or entries < pages * 0.9:
        raise SystemExit(f'{pages} pages read, {left} not, {entries} entries: see {work}/tingfeng.log')
    return pages, mentions, hits, wall, cpu, memory, base.stat().st_size


def run_peer(python, work, case, terms, chosen, sites):
    bases = ','.join(f'http://127.0.0.{1 + host}:{PORT}' for host in range(HOSTS))
    base = work / 'peer.db'
    command = [python, HERE / 'peer.py', bases, sites, ARTICLES, FLIGHT, base, terms, '-' if case == 'A' else chosen]
    wall, cpu, memory = measure(command, work / 'peer.log')
    done = json.loads((work / 'peer.log').read_text('utf-8').strip().split('\n')[-1])
    return done['pages'], done['mentions'], done['hits'], wall, cpu, memory, base.stat().st_size


def serve(server, work, sites):
    command = [server, '--port', PORT, '--sites', sites, '--articles', ARTICLES, '--pool', POOL, '--ips', HOSTS, '--dict', work / 'dict.txt']
    log = open(work / 'newsd.log', 'wb')
    process = subprocess.Popen(['taskset', '-c', '0', *map(str, command)], stderr=log)
    for _ in range(1200):
        time.sleep(0.1)
        try:
            urllib.request.urlopen(f'http://127.0.0.1:{PORT}/robots.txt').read()
            return process
        except OSError:
            if process.poll() is not None:
                break
    raise SystemExit(f'the server did not start, see {work}/newsd.log')


def table(runs):
    median = lambda case, client, key: statistics.median(run[key] for run in runs if run['case'] == case and run['client'] == client)
    print('\n| case | client | runs | CPU ms per page: median (min–max) | pages per core-second | peak memory MiB | mentions |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for case in CASES:
        ours = [run for run in runs if run['case'] == case]
        for client in dict.fromkeys(run['client'] for run in ours):
            of = [run for run in ours if run['client'] == client]
            cpu = median(case, client, 'cpu_ms')
            low, high = min(run['cpu_ms'] for run in of), max(run['cpu_ms'] for run in of)
            print(f'| {case}: {CASES[case]} | {client} | {len(of)} | {cpu:.3f} ({low:.3f}–{high:.3f}) | {1000 / cpu:,.0f} '
                  f'| {median(case, client, "memory_mib"):.0f} | {of[0]["mentions"]} of {of[0]["pages"]} |')
        if len({run['client'] for run in ours}) == 2:
            times = median(case, PEER, 'cpu_ms') / median(case, 'tingfeng run --once', 'cpu_ms')
            share = median(case, 'tingfeng run --once', 'memory_mib') / median(case, PEER, 'memory_mib')
            print(f'| {case} | **ratio** | | **{times:.1f} times less CPU** | | **{share:.2f} of its memory** | |')


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument('--newsd', type=pathlib.Path, default=ROOT.parent / 'shared/bench/newsd')
    parse.add_argument('--terms', type=pathlib.Path)
    target = pathlib.Path(os.environ.get('CARGO_TARGET_DIR', ROOT / 'target')).resolve()
    parse.add_argument('--work', type=pathlib.Path, default=target / 'crawl-bench')
    parse.add_argument('--binary', type=pathlib.Path, help='a tingfeng that is built already')
    parse.add_argument('--rounds', type=int, default=3)
    parse.add_argument('--sites', type=int, default=10)
    parse.add_argument('--only', choices=CASES)
    parse.add_argument('--client', choices=['tingfeng', 'peer'])
    options = parse.parse_args()
    if not (options.newsd / 'Cargo.toml').exists():
        raise SystemExit(f'{options.newsd} holds no crate; name the folder of newsd with --newsd')
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    terms = options.terms or options.newsd.parent / 'terms10k.txt'
    server, python = prepare(options.newsd, work)
    binary = options.binary
    if binary is None:
        call('cargo', 'build', '--release', '-q', '--manifest-path', ROOT / 'Cargo.toml')
        binary = target / 'release/tingfeng'
    chosen = wanted(server, python, terms, work)
    clients = {'tingfeng run --once': (run_tingfeng, binary), PEER: (run_peer, python)}
    if options.client:
        clients = {name: client for name, client in clients.items() if name.startswith('tingfeng') == (options.client == 'tingfeng')}
    runs, process = [], serve(server, work, options.sites)
    try:
        for number in range(options.rounds):
            for case in options.only or CASES:
                for name, (run, program) in clients.items():
                    load = os.getloadavg()[0]
                    pages, mentions, hits, wall, cpu, memory, size = run(program, work, case, terms, chosen, options.sites)
                    runs.append({'round': number, 'case': case, 'client': name, 'pages': pages, 'mentions': mentions, 'hits': hits,
                                 'cpu_ms': round(cpu * 1000 / pages, 4), 'pages_per_s': round(pages / wall, 1),
                                 'memory_mib': round(memory, 1), 'database_kib_per_page': round(size / 1024 / pages, 1), 'load': round(load, 1)})
                    print(json.dumps(runs[-1], ensure_ascii=False), flush=True)
                    with open(work / 'results.jsonl', 'a') as out:
                        out.write(json.dumps(runs[-1], ensure_ascii=False) + '\n')
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
    table(runs)


main()
