"""peer.py BASES SITES ARTICLES CONC DB TERMS WANTED: the pipeline people build today, doing what the daemon does.

Scrapy fetches, parsel reads title, date, text and counts links with the same selectors, pyahocorasick finds every
occurrence of every term in title and text, sqlite3 stores in groups of 200 pages (WAL). WANTED: `-` stores every page
with a hit as a mention; a file of terms stores only pages that hold one of them. One JSON line at the end.
"""
import json
import os
import sqlite3
import sys

import ahocorasick
import scrapy
from scrapy.crawler import CrawlerProcess

bases, sites, articles, conc, db, terms, wanted = sys.argv[1:8]
bases, sites, articles, conc = bases.split(','), int(sites), int(articles), int(conc)
TABLES = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
CREATE TABLE mention (id INTEGER PRIMARY KEY, url TEXT UNIQUE NOT NULL, title TEXT, published TEXT, body TEXT,
                      links INTEGER, fetched INTEGER);
CREATE TABLE hit (mention INTEGER NOT NULL, term INTEGER NOT NULL, n INTEGER NOT NULL, first INTEGER,
                  PRIMARY KEY (mention, term)) WITHOUT ROWID;
"""


def lines(path):
    with open(path, encoding='utf-8') as file:
        return [line for line in file.read().split('\n') if line]


class Store:
    def __init__(self):
        self.automaton = ahocorasick.Automaton()
        for number, term in enumerate(lines(terms)):
            self.automaton.add_word(term, (number, len(term)))
        self.automaton.make_automaton()
        chosen = None if wanted == '-' else set(lines(wanted))
        self.wanted = chosen and {number for number, term in enumerate(lines(terms)) if term in chosen}
        for end in ('', '-wal', '-shm'):
            if os.path.exists(db + end):
                os.unlink(db + end)
        self.base = sqlite3.connect(db, isolation_level=None)
        self.base.executescript(TABLES)
        self.waiting, self.pages, self.mentions, self.hits = [], 0, 0, 0

    def add(self, item):
        self.pages += 1
        hits = {}
        for text in (item['title'] or '', item['text'] or ''):
            for end, (term, length) in self.automaton.iter(text):
                hits.setdefault(term, [0, end - length + 1])[0] += 1
        if not hits or (self.wanted is not None and self.wanted.isdisjoint(hits)):
            return
        self.waiting.append((item, hits))
        if len(self.waiting) >= 200:
            self.flush()

    def flush(self):
        self.base.execute('BEGIN')
        for item, hits in self.waiting:
            row = self.base.execute(
                'INSERT OR IGNORE INTO mention (url, title, published, body, links, fetched) VALUES (?, ?, ?, ?, ?, ?)',
                (item['url'], item['title'], item['date'], item['text'], item['links'], 1772300000))
            if row.rowcount:
                self.mentions += 1
                self.hits += len(hits)
                rows = [(row.lastrowid, term, hit[0], hit[1]) for term, hit in hits.items()]
                self.base.executemany('INSERT INTO hit VALUES (?, ?, ?, ?)', rows)
        self.base.execute('COMMIT')
        self.waiting = []


class Pipe:
    store = None

    def open_spider(self):
        Pipe.store = Store()

    def process_item(self, item):
        Pipe.store.add(item)
        return item

    def close_spider(self):
        Pipe.store.flush()


class News(scrapy.Spider):
    name = 'news'

    async def start(self):
        for article in range(articles):
            for site in range(sites):
                base = bases[site % len(bases)]
                yield scrapy.Request(f'{base}/s/{site}/a/{article}.html', dont_filter=True)

    def parse(self, page):
        yield {
            'url': page.url,
            'title': page.css('h1.title::text').get(),
            'date': page.css('span.date::text').get(),
            'text': '\n'.join(''.join(p.css('::text').getall()) for p in page.css('article.content p')),
            'links': len(page.css('a[href]::attr(href)').getall()),
        }


process = CrawlerProcess({
    'LOG_ENABLED': False, 'CONCURRENT_REQUESTS': conc, 'CONCURRENT_REQUESTS_PER_DOMAIN': conc, 'DOWNLOAD_DELAY': 0,
    'ROBOTSTXT_OBEY': False, 'TELNETCONSOLE_ENABLED': False, 'COOKIES_ENABLED': False, 'RETRY_ENABLED': False,
    'ITEM_PIPELINES': {Pipe: 1},
})
process.crawl(News)
process.start()
store = Pipe.store
print(json.dumps({'pages': store.pages, 'mentions': store.mentions, 'hits': store.hits}))
