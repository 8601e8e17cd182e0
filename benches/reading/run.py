#!/usr/bin/env python3
"""Article reading beside its peers, all on the same pages in the same run.

usage: run.py CORPUS [--only NAME,NAME] [--cache DIR]

CORPUS is a folder with gold.json, pages/ and score.py (the shape is described in the README beside this file). The
peers are installed here, from PyPI into a virtual environment under --cache; dom_smoothie is built with the bench.
Prints one table: body precision, recall and F1, title, day, and milliseconds a page, by language.
"""
import argparse, json, os, subprocess, sys, tempfile, time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGES = ["trafilatura", "readability-lxml", "newspaper4k[all]", "lxml_html_clean", "goose3[chinese]", "gne", "htmldate",
            "boilerpy3", "justext"]


def trafilatura(html, text, lang):
    import trafilatura as peer
    found = peer.bare_extraction(html, include_comments=False, with_metadata=True)
    if found is None:
        return {}
    found = found.as_dict() if hasattr(found, "as_dict") else found
    return {"title": found.get("title"), "text": found.get("text"), "published": found.get("date")}


def readability_lxml(html, text, lang):
    import lxml.html
    from readability import Document
    page = Document(text)
    summary = lxml.html.fromstring(page.summary())
    for block in summary.iter("p", "div", "br", "li", "h1", "h2", "h3", "h4", "tr", "pre"):
        block.tail = "\n" + (block.tail or "")
    return {"title": page.short_title(), "text": summary.text_content()}


def newspaper4k(html, text, lang):
    import newspaper
    page = newspaper.Article("http://news.example/a.html", language=lang, fetch_images=False)
    page.download(input_html=text)
    page.parse()
    return {"title": page.title, "text": page.text, "published": str(page.publish_date or "")}


def goose3(html, text, lang):
    from goose3 import Goose
    from goose3.text import StopWords, StopWordsChinese
    words = StopWordsChinese if lang == "zh" else StopWords
    page = Goose({"stopwords_class": words}).extract(raw_html=text)
    return {"title": page.title, "text": page.cleaned_text, "published": page.publish_date}


def gne(html, text, lang):
    from gne import GeneralNewsExtractor
    found = GeneralNewsExtractor().extract(text)
    return {"title": found.get("title"), "text": found.get("content"), "published": found.get("publish_time")}


def htmldate(html, text, lang):
    import htmldate as peer
    return {"published": peer.find_date(text)}


def boilerpy3(html, text, lang):
    from boilerpy3 import extractors
    return {"text": extractors.ArticleExtractor().get_content(text)}


PYTHON = [trafilatura, readability_lxml, newspaper4k, goose3, gne, htmldate, boilerpy3]


def decoded(raw):
    """As a careful caller of these libraries would: UTF-8 if it is valid, else what the page declares."""
    import re
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        said = re.search(rb"<meta[^>]*charset=[\"']?([\w-]+)", raw[:4096], re.I)
        name = said.group(1).decode() if said else "gb18030"
        name = "gb18030" if name.lower() in ("gb2312", "gbk") else name
        return raw.decode(name if name.lower() != "utf-8" else "gb18030", "replace")


def child(name, corpus):
    """Runs in the virtual environment: one peer over all pages."""
    import logging, warnings
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    peer = next(peer for peer in PYTHON if peer.__name__ == name)
    for gold in json.load(open(f"{corpus}/gold.json", encoding="utf8")):
        raw = open(f"{corpus}/pages/{gold['file']}", "rb").read()
        text, found, began = decoded(raw), {}, time.perf_counter()
        try:
            found = peer(raw, text, gold["lang"][:2])
        except Exception as error:  # a page that a peer cannot read is its result
            found = {"error": f"{type(error).__name__}: {error}"[:200]}
        ms = (time.perf_counter() - began) * 1e3
        print(json.dumps({"file": gold["file"], "ms": ms, **found}, ensure_ascii=False, default=str), flush=True)


def environment(cache):
    python = f"{cache}/venv/bin/python"
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", f"{cache}/venv"], check=True)
    for package in PACKAGES:
        done = subprocess.run([python, "-m", "pip", "install", "-q", package], capture_output=True, text=True)
        if done.returncode:
            print(f"{package} cannot be installed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return python


def lines_of(output):
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def cargo(*arguments, **options):
    done = subprocess.run(["cargo", *arguments], cwd=TOP, capture_output=True, text=True, **options)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def tingfeng(corpus, gold):
    target = json.loads(cargo("metadata", "--format-version", "1", "--no-deps"))["target_directory"]
    cargo("build", "--release", "--bin", "tingfeng")
    asked = [{key: one[key] for key in ("file", "url", "fetched") if one.get(key)} for one in gold]
    command = [f"{target}/release/tingfeng", "read", "--kind", "page", "--jsonl"]
    lines = "".join(json.dumps(ask) + "\n" for ask in asked)
    return lines_of(subprocess.run(command, input=lines, capture_output=True, text=True, cwd=f"{corpus}/pages").stdout)


def dom_smoothie(corpus, gold):
    asked = "".join(f"{one['file']}\n" for one in gold)
    binary = cargo("bench", "--bench", "reading", "--no-run", "--message-format", "json")
    paths = [json.loads(line).get("executable") for line in binary.splitlines() if line.startswith("{")]
    path = [path for path in paths if path and "reading" in os.path.basename(path)][-1]
    return lines_of(subprocess.run([path, "peer"], input=asked, capture_output=True, text=True, cwd=f"{corpus}/pages").stdout)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("corpus")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "tingfeng-reading-peers"))
    given = arguments.parse_args()
    corpus = os.path.abspath(given.corpus)
    gold = json.load(open(f"{corpus}/gold.json", encoding="utf8"))
    wanted = given.only.split(",") if given.only else ["tingfeng", "dom_smoothie", *(peer.__name__ for peer in PYTHON)]
    python = environment(given.cache) if any(peer.__name__ in wanted for peer in PYTHON) else None
    for name in wanted:
        if name in ("tingfeng", "dom_smoothie"):
            found = globals()[name](corpus, gold)
        else:
            command = [python, os.path.abspath(__file__), "--child", name, corpus]
            found = lines_of(subprocess.run(command, capture_output=True, text=True).stdout)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf8") as out:
            out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in found)
            out.flush()
            scored = subprocess.run([sys.executable, f"{corpus}/score.py", f"{corpus}/gold.json", out.name], capture_output=True, text=True).stdout
        times = [line["ms"] for line in found if line.get("ms") is not None]
        print(f"\n{name}: {len(found)} pages" + (f", {sum(times) / len(times):.1f} ms a page" if times else ""))
        print(scored, end="", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:4])
    else:
        main()
