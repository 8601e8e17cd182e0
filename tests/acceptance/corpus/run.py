#!/usr/bin/env python3
"""Real pages and feeds through the whole daemon, and our own pages among them.

    tests/acceptance/corpus/run.py --corpus DIR --binary TINGFENG [--subject NAME ...] [--work DIR]

DIR holds `gold.json`, `pages/`, `feeds.json`, `feeds/`. A local server serves the pages as they are (`text/html`,
no charset) behind a generated list page, the feeds with the Content-Type that feeds.json names, and the forty pages
of tests/fixtures. Then `run --once`:

first    a fresh database: everything is stored, each exception is listed with its reason, nobody is alerted
second   the same again: it visits, and neither stores nor sends anything
watched  a fresh database whose sources are watched since long ago, with the widest age limit, and --subject as the
         watched names: the alerts, each with its reason; beside them the forty pages, of which exactly twenty alert

Ends with 1 where an expectation is not met.
"""
import argparse
import datetime
import hashlib
import html
import http.server
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / 'tests/fixtures'
ZONE = datetime.timezone(datetime.timedelta(hours=8))
UNIT = {'d': 'days', 'h': 'hours', 'm': 'minutes'}
wrong = []


def expect(holds, words):
    print(('ok    ' if holds else 'WRONG ') + words)
    if not holds:
        wrong.append(words)


def fill(text, found):
    """The dates of a fixture, as tests/fixtures/README.md says them."""
    def date(place):
        at = found
        if place[3]:
            at -= datetime.timedelta(**{UNIT[place[3]]: int(place[2])})
        day = '今天' if at.date() == (found + datetime.timedelta(minutes=10)).date() else '昨天'
        return {
            'iso': at.isoformat(timespec='seconds'), 'datetime': f'{at:%Y-%m-%d %H:%M:%S}', 'minute': f'{at:%Y-%m-%d %H:%M}',
            'slash': f'{at:%Y/%m/%d %H:%M}', 'datetime_zh': f'{at:%Y年%m月%d日 %H:%M}', 'date_zh': f'{at:%Y年%m月%d日}',
            'md_zh': f'{at.month}月{at.day}日', 'clock': f'{at:%H:%M}', 'today': f'{day} {at:%H:%M}',
        }[place[1]]
    return re.sub(r'\{\{(\w+?)(?:-(\d+)([dhm]))?\}\}', date, text)


def fixtures():
    """(file, expected, reason, bytes) of the forty pages."""
    found = datetime.datetime.now(ZONE) - datetime.timedelta(minutes=10)
    for line in (FIXTURES / 'expected.tsv').read_text('utf-8').splitlines()[1:]:
        file, expected, charset, reason, _ = line.split('\t')
        yield file, expected, reason, fill((FIXTURES / file).read_text('utf-8'), found).encode(charset)


class World:
    """What the server serves: address path to (content type, bytes)."""

    def __init__(self, corpus):
        self.gold = json.loads((corpus / 'gold.json').read_text('utf-8'))
        self.feeds = json.loads((corpus / 'feeds.json').read_text('utf-8'))
        self.own = {file: (expected, reason) for file, expected, reason, _ in fixtures()}
        self.served = {}
        self.file_of = {}
        self.listed('/pages/', {page['file']: (corpus / 'pages' / page['file']).read_bytes() for page in self.gold})
        self.listed('/own/', {file: body for file, _, _, body in fixtures()})
        for feed in self.feeds:
            self.served['/feeds/' + feed['file']] = feed['content_type'], (corpus / 'feeds' / feed['file']).read_bytes()

    def listed(self, path, bodies):
        links = ''.join(f'<li><a href="{html.escape(path + file)}">{html.escape(file)}</a></li>\n' for file in bodies)
        page = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{path}</title></head><body><ul>\n{links}</ul></body></html>'
        self.served[path] = 'text/html; charset=utf-8', page.encode()
        for file, body in bodies.items():
            self.served[path + file] = 'text/html', body
            self.file_of[hashlib.sha256(body).hexdigest()] = file

    def serve(self):
        served = self.served

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                kind, body = served.get(self.path, (None, None))
                self.send_response(200 if body is not None else 404)
                if kind:
                    self.send_header('Content-Type', kind)
                self.send_header('Content-Length', str(len(body or b'')))
                self.end_headers()
                self.wfile.write(body or b'')

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f'http://127.0.0.1:{server.server_port}'


def source(key, kind, url, more='', select=''):
    return (f'[[source]]\nkey = "{key}"\nname = "{key}"\nkind = "{kind}"\nurl = "{url}"\nevery = "5m"\n'
            f'allow_private = true\n{more}{select}\n')


def configure(binary, folder, sources, subjects):
    """The shipped folder of a company with other sources, ready for live mail into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([binary, 'init', folder, '--profile', 'company'], check=True, stdout=subprocess.DEVNULL)
    (folder / 'sources.toml').write_text(sources, 'utf-8')
    main = (folder / 'tingfeng.toml').read_text('utf-8')
    main = re.sub(r'(?m)^trial_until.*$', '', main)
    main = re.sub(r'(?m)^host_gap.*$', 'host_gap = "0s"', main)
    main = re.sub(r'(?m)^per_host.*$', 'per_host = 4', main)
    (folder / 'tingfeng.toml').write_text(main, 'utf-8')
    with open(folder / 'subjects.toml', 'a', encoding='utf-8') as file:
        for number, name in enumerate(subjects):
            file.write(f'\n[[subject]]\nkey = "trial-{number}"\nname = "{name}"\n')


def run_once(binary, folder):
    done = subprocess.run([binary, '-c', folder, '--json', 'run', '--once'], capture_output=True, text=True, encoding='utf-8')
    if done.returncode:
        raise SystemExit(f'run --once ended with {done.returncode}:\n{done.stderr}')
    return json.loads(done.stdout.strip().split('\n')[-1])


def ask(folder, query, *params):
    with sqlite3.connect(f'file:{folder / "tingfeng.db"}?mode=ro', uri=True) as base:
        return base.execute(query, params).fetchall()


def counts(folder):
    tables = ['entry', 'revision', 'body', 'hits', 'mention', 'incident', 'message', 'page']
    return {table: ask(folder, f'SELECT count(*) FROM {table}')[0][0] for table in tables}


def exceptions(folder, world):
    """Lists what is not stored, and what is stored from its list alone, with the ledger's reason."""
    stored = {row[0] for row in ask(folder, 'SELECT raw_sha256 FROM revision WHERE raw_sha256 IS NOT NULL')}
    for sha, file in world.file_of.items():
        kind = 'pages' if any(page['file'] == file for page in world.gold) else 'own'
        rows = ask(folder, 'SELECT state, reason FROM page WHERE url LIKE ?', f'%/{kind}/{file}')
        if kind == 'pages' and (sha not in stored or rows != [('done', '')]):
            print(f'  page {file}: {"text stored" if sha in stored else "no text stored"}; {rows}')
    for feed in world.feeds:
        rows = ask(folder, """SELECT source.fails, coalesce(source.last_error, ''), group_concat(coverage.outcome || ' ' || coverage.reason),
                                     (SELECT count(*) FROM seen WHERE seen.source = source.id)
                                FROM source LEFT JOIN coverage ON coverage.source = source.id
                               WHERE url LIKE ? GROUP BY source.id""", f'%/feeds/{feed["file"]}')
        fails, error, ledger, entries = rows[0]
        if fails or error or ledger != 'visited ' or entries != len(feed['entries']):
            print(f'  feed {feed["file"]}: {entries} of {len(feed["entries"])} entries; {ledger} {error}')


ALERTS = """
    SELECT incident.number, incident.severity, incident.rule_key, incident.subject_key, incident.title, incident.parts,
           entry.url, revision.raw_sha256, mention.fired, mention.excerpt,
           (SELECT count(*) FROM message WHERE message.incident = incident.id), source.key
      FROM incident JOIN mention ON mention.id = incident.mention JOIN revision ON revision.id = mention.revision
      JOIN entry ON entry.id = mention.entry JOIN source ON source.id = mention.source
     WHERE EXISTS (SELECT 1 FROM message WHERE message.incident = incident.id) ORDER BY incident.id"""


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument('--corpus', type=pathlib.Path, required=True)
    parse.add_argument('--binary', type=pathlib.Path, required=True)
    parse.add_argument('--work', type=pathlib.Path, default=ROOT / 'target/corpus-run')
    parse.add_argument('--subject', action='append', default=[], help='a name to watch in the third run')
    parse.add_argument('--tier', default='mainstream', help='of the corpus in the third run')
    options = parse.parse_args()
    binary, work = options.binary.resolve(), options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    world = World(options.corpus)
    base = world.serve()
    gold = sum(len(feed['entries']) for feed in world.feeds)

    def corpus(tier, more):
        return source('pages', 'list', f'{base}/pages/', f'tier = "{tier}"\n{more}') + ''.join(
            source(f'feed-{number:02}', 'feed', f'{base}/feeds/{feed["file"]}', f'tier = "{tier}"\narticle = false\n{more}')
            for number, feed in enumerate(world.feeds))

    print(f'first: {len(world.gold)} pages and {len(world.feeds)} feeds of {gold} entries, a fresh database')
    folder = work / 'first'
    configure(binary, folder, corpus('mainstream', ''), options.subject)
    said = run_once(binary, folder)
    before = counts(folder)
    print(f'  {said["visits"]} visits, {said["hits"]} hits; {before}')
    exceptions(folder, world)
    left = ask(folder, "SELECT count(*) FROM page WHERE state IN ('due', 'leased')")[0][0]
    expect(left == 0 and before['page'] == len(world.gold), f'every listed page was visited ({before["page"]}, {left} left)')
    expect(before['message'] == 0 and before['incident'] == 0, 'a first visit alerts nobody')
    old = ask(folder, 'SELECT old, count(*) FROM entry GROUP BY old')
    expect([word for word, _ in old] == ['first_visit'], f'what it stored counts as a first visit: {old}')

    print('second: the same again')
    said = run_once(binary, folder)
    after = counts(folder)
    made = ask(folder, "SELECT outcome, sum(made) FROM coverage WHERE what = 'source' GROUP BY outcome")
    expect(said['visits'] == 1 + len(world.feeds), f'{said["visits"]} visits, all told: {made}')
    expect(after == before, f'nothing new is stored or sent{"" if after == before else f": {after}"}')

    print(f'watched: watched since 1990, age limit 3650d, watching {options.subject}; forty pages of our own among them')
    folder = work / 'watched'
    fresh = 'watched_since = 1990-01-01\n'
    own = source('own', 'list', f'{base}/own/', 'tier = "local"\n' + fresh)
    configure(binary, folder, corpus(options.tier, fresh + 'age_limit = "3650d"\n') + own, options.subject)
    said = run_once(binary, folder)
    entries = ask(folder, "SELECT count(*) FROM entry JOIN source ON source.id = first_source WHERE source.key <> 'own'")[0][0]
    old = ask(folder, "SELECT coalesce(old, 'fresh'), count(*) FROM entry JOIN source ON source.id = first_source WHERE source.key <> 'own' GROUP BY old")
    mentions = ask(folder, "SELECT count(*) FROM mention JOIN source ON source.id = mention.source WHERE source.key <> 'own'")[0][0]
    print(f'  {said["visits"]} visits, {said["hits"]} hits; corpus: {entries} entries {dict(old)}, {mentions} mentions; {counts(folder)}')
    alerts = [row for row in ask(folder, ALERTS) if row[11] != 'own']
    for number, severity, rule, subject, title, parts, url, _, fired, excerpt, mails, key in alerts:
        quote = ''.join(f'【{part["text"]}】' if part.get('hit') else part['text'] for part in json.loads(excerpt or '[]'))
        print(f'  {number} {severity} {rule} {subject} ({mails} mails, {key}) {title}\n    {json.loads(parts)["because"]}\n    {url}\n    {quote}')
    expect(len(alerts) * 100 <= entries, f'{len(alerts)} alerts on {entries} corpus entries: {len(alerts) * 100 / entries:.2f} per hundred')
    woken = {world.file_of.get(row[7]): row for row in ask(folder, ALERTS) if row[11] == 'own'}
    due = {file for file, (expected, _) in world.own.items() if expected == 'wake'}
    for file in sorted(due ^ set(woken)):
        print(f'  {file}: {"wakes" if file in woken else "is silent"} ({world.own.get(file)})', *(woken.get(file) or ())[1:6])
    expect(set(woken) == due, f'of the forty pages {len(woken)} alert, {len(due & set(woken))} of the {len(due)} that must')
    grave = ask(folder, 'SELECT state, template, count(*) FROM message GROUP BY 1, 2')
    print(f'  mails: {grave}')
    if wrong:
        sys.exit(f'{len(wrong)} expectations are not met')


main()
