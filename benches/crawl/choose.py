"""choose.py PAGES TERMS SHARE OUT: writes terms that stand on about one page in 1/SHARE, by counting.

Terms that stand on few pages are taken, the most frequent of these first, until the share is reached; the crawl then
says what the share really was.
"""
import pathlib
import random
import re
import sys

pages, terms, share, out = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4]
terms = [line for line in pathlib.Path(terms).read_text('utf-8').split('\n') if line]
files = sorted(pages.glob('*.html'))
random.Random(1).shuffle(files)
text = {}
for file in files[:800]:
    html = file.read_text('utf-8')
    title = re.search(r'<h1 class="title">(.*?)</h1>', html)[1]
    article = html[html.index('<article'):html.index('</article>')]
    text[file] = title + '\n' + re.sub(r'<[^>]+>', '', '\n'.join(re.findall(r'<p>(.*?)</p>', article)))
found = {}
for term in terms:
    on = {file for file, text in text.items() if term in text}
    if 0 < len(on) <= len(text) * share / 4:
        found[term] = on
chosen, covered = [], set()
for term, on in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
    if len(covered | on) <= len(text) * share:
        chosen.append(term)
        covered |= on
    if len(covered) >= len(text) * share * 0.99:
        break
pathlib.Path(out).write_text('\n'.join(chosen) + '\n', 'utf-8')
print(f'{len(chosen)} terms stand on {len(covered)} of {len(text)} pages')
