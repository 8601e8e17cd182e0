"""A small news world that grows: a news list, a feed with articles, a feed without, and a forum, on loopback.

Everything it serves is invented. It remembers what it has shown to whom, so that a script can ask afterwards whether
all of it was stored.
"""

import email.utils
import html
import http.server
import random
import socketserver
import threading
import time

PLACES = ["城东", "城西", "江北", "江南", "老街", "新区", "码头", "桥头", "石坝", "柳湾", "岚口", "高坪"]
THINGS = ["厂房", "仓库", "码头设备", "热处理线", "检测中心", "供货合同", "募投项目", "土地款", "工程尾款", "代工协议",
          "专利许可", "员工食堂", "冷链车队", "备件库", "研发楼", "海外认证"]
DOINGS = ["改造", "转让", "招标", "验收", "延期", "抵押", "租赁", "搬迁", "结算", "审计"]
FILLER = ["记者在现场看到，往来车辆有序，门口的公告栏贴着当天的安排。", "附近居民介绍，这一带近年来变化不小。",
          "相关负责人没有在电话中作更多说明。", "业内人士认为，后续进展仍需观察。", "按照计划，下一阶段的工作将在年内展开。",
          "有投资者在平台上询问进度，工作人员请其留意后续消息。", "当天气温不高，施工没有受到影响。",
          "周边的几家商户照常营业，生意比上月略有好转。", "这份材料一共十二页，附有图表。"]
# The grave terms raise, with a ladder; the last is a mention only; without one an item is the day's noise.
GRAVE = ["被立案调查", "出现债务违约"]
LIGHT = ["的股份质押"]
ZONE = 8 * 3600


class Item:
    """One article, one flash of the feed without articles, or one post of a thread."""

    def __init__(self, world, kind, thread=None):
        number, dice = world.next_number(), world.dice
        self.kind, self.number, self.thread = kind, number, thread
        self.born = time.time()
        grave = dice.random() < world.grave_share
        term = dice.choice(GRAVE) if grave else dice.choice(LIGHT + [""] * 3)
        matter = f"{dice.choice(PLACES)}{dice.choice(THINGS)}{dice.choice(DOINGS)}"
        self.grave = grave and kind != "post"
        self.marker = f"第{number}号材料"
        self.title = f"{matter}一事有新进展（{number}）"
        first = f"岚栎科技因{matter}{term}，消息见{self.marker}。" if term else f"{matter}的消息见{self.marker}。"
        self.text = [first] + dice.sample(FILLER, 4)
        self.slow = dice.uniform(0.2, 1.5) if dice.random() < 0.12 else 0.0
        self.served = []          # monotonic times at which it was handed over whole

    @property
    def path(self):
        return {"news": f"/news/{self.number}.html", "paper": f"/paper/{self.number}.html",
                "flash": f"/flash/{self.number}.html", "post": f"/bar/{self.thread}.html"}[self.kind]

    def published(self, shape="%Y-%m-%d %H:%M:%S"):
        return time.strftime(shape, time.gmtime(self.born + ZONE))


class World:
    """What is published so far, and the servers that show it."""

    HOSTS = {"news": "127.0.0.1", "paper": "127.0.0.2", "flash": "127.0.0.2", "post": "127.0.0.3"}

    def __init__(self, seed, pace=(0.25, 0.6), grave_share=0.3, filler=0):
        self.dice = random.Random(f"world {seed}")
        self.pace, self.grave_share, self.filler = pace, grave_share, filler
        self.lock = threading.RLock()
        self.items = {"news": [], "paper": [], "flash": [], "post": []}
        self.number = 1000
        self.slow = True
        self.last_page = 0.0      # when an article was last handed over whole
        self.requests = 0
        self.shown = {"news": 0, "paper": 0, "flash": 0, "post": 0}   # the highest version handed over
        self.growing = threading.Event()
        self.ended = threading.Event()
        self.servers = []
        self.port = 0
        for host in sorted(set(self.HOSTS.values())):
            server = Server((host, self.port), Handler)
            server.world, self.port = self, server.server_address[1]
            self.servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        threading.Thread(target=self.grow, daemon=True).start()

    def next_number(self):
        self.number += 1
        return self.number

    def add(self, kind=None):
        with self.lock:
            kind = kind or self.dice.choice(["news", "news", "paper", "flash", "post"])
            thread = None
            if kind == "post":
                threads = sorted({post.thread for post in self.items["post"]})
                new = not threads or self.dice.random() < 0.3
                thread = self.number + 1 if new else self.dice.choice(threads[-8:])
            self.items[kind].append(Item(self, kind, thread))

    def grow(self):
        while not self.ended.is_set():
            self.growing.wait()
            time.sleep(self.dice.uniform(*self.pace))
            if self.growing.is_set():
                self.add()

    def version(self, kind):
        return len(self.items[kind])

    def close(self):
        self.ended.set()
        self.growing.set()
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def url(self, kind, path):
        return f"http://{self.HOSTS[kind]}:{self.port}{path}"

    def sources(self, since, every="1s"):
        """sources.toml: watched since before the first item, so that the first visit may alert."""
        select = """[source.select]
title = "h1.title"
text = "div.text"
published = "span.time"
"""
        forum = """[source.select]
threads = "td.subject a"
posts = "div.post"
text = "div.text"
published = "span.time"
"""
        rows = [("news", "list", "/news/", "local", select + 'links = "ul.news a"\n'),
                ("paper", "feed", "/paper/rss.xml", "industry", select),
                ("flash", "feed", "/flash/rss.xml", "portal", "article = false\n"),
                ("bar", "forum", "/bar/", "social", forum)]
        return "".join(f"""
[[source]]
key = "{key}"
name = "{key}"
kind = "{kind}"
url = "{self.url('post' if key == 'bar' else key, path)}"
every = "{every}"
jitter = "100ms"
tier = "{tier}"
watched_since = {since}
allow_private = true
{more}""" for key, kind, path, tier, more in rows)

    # What is shown under an address: (version, content type, body), or None.

    def show(self, path):
        with self.lock:
            if path == "/news/":
                links = "".join(f'<li><a href="{item.path}">{html.escape(item.title)}</a></li>\n'
                                for item in reversed(self.items["news"]))
                return "news", "text/html", f"<html><head><meta charset=utf-8><title>新闻</title></head><body>" \
                                            f"<ul class=news>{links}</ul></body></html>"
            if path in ("/paper/rss.xml", "/flash/rss.xml"):
                kind = path.split("/")[1]
                return kind, "application/rss+xml", self.feed(kind)
            if path == "/bar/":
                return "post", "text/html", self.board()
            if path == "/robots.txt":
                return None, "text/plain", "User-agent: *\nAllow: /\n"
            for kind in ("news", "paper"):
                for item in self.items[kind]:
                    if item.path == path:
                        return item, "text/html", self.article(item)
            posts = [post for post in self.items["post"] if post.path == path]
            if posts:
                return posts, "text/html", self.thread(posts)
            return None

    def feed(self, kind):
        entries = "".join(
            f"<item><title>{html.escape(item.title)}</title><link>{self.url(kind, item.path)}</link>"
            f"<guid isPermaLink=\"false\">{kind}-{item.number}</guid>"
            f"<pubDate>{email.utils.formatdate(item.born)}</pubDate>"
            f"<description>{html.escape(''.join(item.text) if kind == 'flash' else item.text[0])}</description></item>\n"
            for item in reversed(self.items[kind]))
        return f"<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>{kind}</title>" \
               f"<link>{self.url(kind, '/')}</link><description>{kind}</description>{entries}</channel></rss>"

    def board(self):
        threads = {}
        for post in self.items["post"]:
            threads.setdefault(post.thread, []).append(post)
        rows = "".join(f"<tr><td>{len(posts)}</td><td class=subject><a href=\"{posts[0].path}\">"
                       f"{html.escape(posts[0].title)}</a></td></tr>\n" for posts in reversed(threads.values()))
        return f"<html><head><meta charset=utf-8><title>吧</title></head><body><table>{rows}</table></body></html>"

    def article(self, item):
        paragraphs = "".join(f"<p>{html.escape(text)}</p>" for text in item.text)
        paragraphs += "".join(f"<p>{random.Random(item.number * 1000 + n).randbytes(300).hex()}</p>"
                              for n in range(self.filler))
        return f"<html><head><meta charset=utf-8><title>{html.escape(item.title)}</title></head><body>" \
               f"<h1 class=title>{html.escape(item.title)}</h1><span class=time>{item.published()}</span>" \
               f"<div class=text>{paragraphs}</div></body></html>"

    def thread(self, posts):
        shown = "".join(f"<div class=post id=p{post.number}><span class=time>{post.published()}</span>"
                        f"<div class=text>{''.join(f'<p>{html.escape(text)}</p>' for text in post.text)}</div></div>\n"
                        for post in posts)
        return f"<html><head><meta charset=utf-8><title>{html.escape(posts[0].title)}</title></head><body>" \
               f"<h1>{html.escape(posts[0].title)}</h1>{shown}</body></html>"


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass                      # a killed client resets its connections


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        world = self.server.world
        world.requests += 1
        with world.lock:
            shown = world.show(self.path)
            what, kind, text = shown or (None, "text/plain", "no such page\n")
            version = world.version(what) if isinstance(what, str) else None
        tag = f'"{version}"' if version is not None else None
        if tag and self.headers.get("If-None-Match") == tag:
            return self.answer(304, kind, b"", tag)
        items = [what] if isinstance(what, Item) else what if isinstance(what, list) else []
        if world.slow:
            time.sleep(max((item.slow for item in items), default=0.0))
        self.answer(200 if shown else 404, kind, text.encode(), tag)
        now = time.monotonic()
        for item in items:
            item.served.append(now)
        if items:
            world.last_page = now
        if isinstance(what, str):
            world.shown[what] = max(world.shown[what], version)

    def answer(self, status, kind, body, tag):
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
