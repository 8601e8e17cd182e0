"""choose.py PAGES TERMS SHARE OUT: writes terms that stand on about one page in 1/SHARE, by counting.

Terms that stand on few pages are taken, the most frequent of these first, until the share is reached; the crawl then
says what the share really was.
"""
import pathlib
import random
import re
import sys

import ahocorasick

pages, terms, share, out = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4]
automaton = ahocorasick.Automaton()
for term in pathlib.Path(terms).read_text('utf-8').split('\n'):
    if term:
        automaton.add_word(term, term)
automaton.make_automaton()
files = sorted(pages.glob('*.html'))
random.Random(1).shuffle(files)
files = files[:4000]
found = {}
for file in files:
    html = file.read_text('utf-8')
    title = re.search(r'<h1 class="title">(.*?)</h1>', html)[1]
    article = html[html.index('<article'):html.index('</article>')]
    text = re.sub(r'<[^>]+>', '', '\n'.join(re.findall(r'<p>(.*?)</p>', article)))
    for _, term in automaton.iter(title + '\n' + text):
        found.setdefault(term, set()).add(file)
few = {term: on for term, on in found.items() if len(on) <= len(files) * share / 4}
chosen, covered = [], set()
for term, on in sorted(few.items(), key=lambda item: (-len(item[1]), item[0])):
    if len(covered | on) <= len(files) * share:
        chosen.append(term)
        covered |= on
    if len(covered) >= len(files) * share * 0.99:
        break
pathlib.Path(out).write_text('\n'.join(chosen) + '\n', 'utf-8')
print(f'{len(chosen)} terms stand on {len(covered)} of {len(files)} pages')
