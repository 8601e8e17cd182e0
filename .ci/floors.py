#!/usr/bin/env python3
"""The readers and the matcher against the corpora beside the repository, with floors below which nothing may fall.

usage: floors.py TINGFENG CORPUS

The floors are regression guards, a little under what is measured; raise them when a reader gets better, never lower
them. Prints every figure. The corpora bring their own scorers.
"""
import json, os, subprocess, sys, tempfile

PAGES = {
    ("zh-Hans", "body"): 0.978,
    ("zh-Hans", "title"): 0.99,
    ("zh-Hans", "day"): 0.99,
    ("en", "body"): 0.983,
    ("en", "title"): 0.99,
    ("en", "day"): 0.99,
}
FEEDS = {"entry count": 0.98, "titles": 0.98, "dates": 0.98}
# By group of the scorer: what is counted, and the least (recall, exact) or the most (false) of it.
MATCHING = [
    ("must", "recall", 0.995),
    ("must", "exact", 0.99),
    ("stretch", "recall", 0.90),
    ("negative", "false", 0.010),
    ("word boundary", "false", 0.09),
]
PERSONAL = [
    ("pii must", "recall", 0.995),
    ("pii stretch", "recall", 0.97),
    ("pii negative", "false", 0.008),
]
# Classes without a single false hit.
SILENT = ["neg_number", "neg_latin_substring", "neg_sentence_break", "neg_list", "neg_gap"]

below = []


def main(tingfeng, corpus):
    with tempfile.TemporaryDirectory(prefix="tingfeng-floors-") as top:
        intake, evasion = f"{corpus}/intake", f"{corpus}/evasion"
        pages(tingfeng, intake, top)
        feeds(tingfeng, intake, top)
        small(tingfeng, intake, top)
        cases(tingfeng, evasion, top)
    if below:
        raise SystemExit("out of bounds: " + "; ".join(below))


def floor(name, value, least):
    bounded(name, value, least, most=False)


def bounded(name, value, bound, most):
    print(f"  {name} {value:.3f} ({'at most' if most else 'floor'} {bound})")
    if value > bound if most else value < bound:
        below.append(f"{name} {value:.3f} {'>' if most else '<'} {bound}")


def run(command, lines, out, folder):
    """One JSON line in for each asked, one out, in the same order."""
    asked = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, cwd=folder)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    answers = done.stdout.splitlines()
    if len(answers) != len(lines):
        raise SystemExit(f"{' '.join(command)}: {len(lines)} lines in, {len(answers)} out: {done.stderr}")
    with open(out, "w") as file:
        file.write(done.stdout)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def ask(one):
    return {key: one[key] for key in ("file", "url", "fetched", "content_type") if one.get(key)}


def score(script, gold, predictions):
    done = subprocess.run([sys.executable, script, gold, predictions], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{script}: {done.stderr}")
    return done.stdout


def pages(tingfeng, intake, top):
    out = f"{top}/pages.jsonl"
    run([tingfeng, "read", "--kind", "page", "--jsonl"], [ask(one) for one in load(f"{intake}/gold.json")], out, f"{intake}/pages")
    table = score(f"{intake}/score.py", f"{intake}/gold.json", out)
    for line in table.splitlines()[1:]:
        # lang, pages, bodyF1, prec, rec, bodyF1char, title, (n/n), date, (n/n)
        lang, _, body, _, _, _, title, *rest = line.split()
        day = [word for word in rest if not word.startswith("(")][0]
        for what, value in (("body", body), ("title", title), ("day", day)):
            if (lang, what) in PAGES:
                floor(f"pages {lang} {what}", float(value), PAGES[lang, what])


def feeds(tingfeng, intake, top):
    out = f"{top}/feeds.jsonl"
    run([tingfeng, "read", "--kind", "feed", "--jsonl"], [ask(one) for one in load(f"{intake}/feeds.json")], out, f"{intake}/feeds")
    line = score(f"{intake}/score_feeds.py", f"{intake}/feeds.json", out)
    # "… count 56/56 (1.000)  entry titles n/n (0.999)  entry dates n/n (0.998)"
    values = [part.split(")")[0] for part in line.split("(")[1:]]
    for (name, least), value in zip(FEEDS.items(), values, strict=True):
        floor(f"feeds {name}", float(value), least)


def small(tingfeng, intake, top):
    """Encodings, date strings and robots.txt cases: all of them, but three that contradict themselves as they are stored
    (the long lines that they are about are missing)."""
    one_name = lambda name: "gb18030" if name == "gbk" else name
    asked = {
        "encodings": ("enc", "encoding", ["read", "--kind", "page", "--jsonl"], ("file",)),
        "dates": ("dates", "day", ["read", "--kind", "date", "--jsonl"], ("text", "now")),
        "robots": ("robots", "allowed", ["robots", "--jsonl"], ("robots", "agent", "url")),
    }
    for name, (file, key, command, keys) in asked.items():
        cases = [case for case in load(f"{intake}/{file}.json") if case.get("id") not in (83, 85, 86)]
        out, folder = f"{top}/{name}.jsonl", f"{intake}/enc" if file == "enc" else top
        run([tingfeng, *command], [{key: case[key] for key in keys} for case in cases], out, folder)
        with open(out, encoding="utf-8") as answers:
            right = sum(one_name(json.loads(line)[key]) == one_name(case[key]) for line, case in zip(answers, cases, strict=True))
        floor(name, right / len(cases), 1.0)


def cases(tingfeng, evasion, top):
    """Disguised terms, and ordinary words that only look like them, with default settings."""
    out = f"{top}/hits.jsonl"
    with open(f"{evasion}/dev.jsonl", encoding="utf-8") as file:
        cases = [json.loads(line) for line in file if line.strip()]
    run([tingfeng, "match", "--jsonl"], [{key: case[key] for key in ("id", "text", "terms")} for case in cases], out, top)
    figures = f"{top}/figures.json"
    done = subprocess.run([sys.executable, f"{evasion}/score.py", f"{evasion}/dev.jsonl", out, "--json", figures], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{evasion}/score.py: {done.stderr}")
    figures = load(figures)
    classes, groups = figures["classes"], dict(figures["groups"])
    # The hardest class of the negatives is judged apart.
    border = groups["word boundary"] = classes["neg_word_boundary"]
    groups["negative"] = {key: value - border[key] for key, value in groups["negative"].items()}
    for group, what, bound in MATCHING + PERSONAL:
        bounded(f"matching {group} {what}", share(groups[group], what), bound, most=what == "false")
    floor("matching plain recall", share(classes["plain"], "recall"), 1.0)
    for name in SILENT:
        bounded(f"matching {name} false", share(classes[name], "false"), 0.0, most=True)


def share(counts, what):
    if what == "false":
        return counts["cases_with_fp"] / counts["cases"]
    return counts["found" if what == "recall" else "exact"] / counts["spans"]


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
