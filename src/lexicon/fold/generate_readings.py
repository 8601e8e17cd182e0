"""How characters are read: what comes out is loose/readings.txt. Used by generate.py."""

import re
from collections import defaultdict

MOST_READINGS = 3
# A reading is ordinary if a corpus of speech and print knows it (kHanyuPinlu) or this many phrases have it.
PHRASES_ENOUGH = 2
MAIN_READING = {"仔": "zi", "桔": "ju", "嗯": "en"}
# Ordinary ones for which both counts are blind: the corpus is small, the phrases are mostly idioms.
ALSO_READ = dict(
    zip(
        "单区翟秘伯膀绰撮嗲咯碌泌杉说褪驮殷咋吱盖炮约熟咖幢龟",
        "shan ou zhai bi bai pang chao zuo dia lo liu bi sha shui tun duo yan zha zi ge bao yao shou ga zhuang jun".split(),
    )
)


def toneless(syllable):
    """Tone marks off; ü is written v, ê is written e."""
    out = []
    for c in syllable:
        base = TONED.get(c, c)
        if base:
            out.append(base)
    return "".join(out)


TONED = {}
for _base, _marked in {
    "a": "āáǎà", "e": "ēéěèêếềẽ", "i": "īíǐì", "o": "ōóǒò", "u": "ūúǔù", "v": "üǖǘǚǜ", "m": "ḿ", "n": "ńňǹ",
    "": "\u0300\u0301\u0304\u030c",
}.items():
    TONED.update(dict.fromkeys(_marked, _base))


def evidence(uni, phrases):
    """What modern sources know of each character: readings in dictionaries, counts in a corpus and in phrases."""
    said = uni.unihan("Unihan_Readings.txt", ["kTGHZ2013", "kXHC1983", "kHanyuPinlu"])
    listed = defaultdict(list)
    for key in ("kTGHZ2013", "kXHC1983"):  # the second only where the first is silent
        for c, value in said[key].items():
            if key == "kTGHZ2013" or c not in said["kTGHZ2013"]:
                listed[c] += [toneless(x) for word in value.split(" ") for x in word.split(":")[1].split(",")]
    corpus = defaultdict(lambda: defaultdict(int))
    for c, value in said["kHanyuPinlu"].items():
        for reading, count in re.findall(r"(\S+)\((\d+)\)", value):
            corpus[c][toneless(reading)] += int(count)
    in_phrases = defaultdict(lambda: defaultdict(int))
    for phrase, readings in phrases.items():
        if len(phrase) == len(readings):
            for c, reading in zip(phrase, readings):
                in_phrases[c][toneless(reading[0])] += 1
    return listed, corpus, in_phrases


def readings(uni, folding, one, known, phrases):
    """For each Han character of the BMP that folds to itself: its readings, the most frequent first."""
    listed, corpus, in_phrases = evidence(uni, phrases)
    members = defaultdict(list)
    for c, to in one.items():
        if c in folding.common:
            members[to].append(c)

    def weight(c):
        return lambda r: (-corpus[c].get(r, 0), -in_phrases[c].get(r, 0), listed[c].index(r) if r in listed[c] else 99)

    def main(c):
        """The first one of pypinyin, unless it is a dictionary's rarity: some lists there are alphabetical."""
        default = toneless(known[str(ord(c))].split(",")[0])
        if listed[c] and default not in listed[c]:
            default = min(listed[c], key=weight(c))
        return MAIN_READING.get(c, default)

    result = {}
    for code in [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]:
        c = chr(code)
        if c in one or str(code) not in known:
            continue
        first = main(c)
        known_here = {toneless(x) for x in known[str(code)].split(",")}
        second = {
            r for r in [*listed[c], toneless(known[str(code)].split(",")[0])]
            if r in known_here and r != first and (corpus[c].get(r, 0) > 0 or in_phrases[c].get(r, 0) >= PHRASES_ENOUGH)
        }
        ordered = sorted(second, key=weight(c))
        others = [r for m in sorted(members[c]) if str(ord(m)) in known for r in [main(m)] if r != first]
        others += [ALSO_READ[c]] if c in ALSO_READ else []
        result[c] = list(dict.fromkeys([first, *others, *ordered]))[:MOST_READINGS]
    return result


def readings_text(result):
    mains, alsos = defaultdict(list), defaultdict(list)
    for c, (first, *others) in sorted(result.items()):
        mains[first].append(c)
        for r in others:
            alsos[r].append(c)
    lines = [f"{r}\t{''.join(mains[r])}\t{''.join(alsos[r])}" for r in sorted(set(mains) | set(alsos))]
    return READINGS_HEAD + "\n".join(lines) + "\n"


READINGS_HEAD = """\
# Written by src/lexicon/fold/generate.py; do not edit, change the generator and run it again.
# Readings from pypinyin 0.55.0 (pinyin-data), MIT licence, Copyright (c) 2016 mozillazg, 闲耘 <hotoo.cn@gmail.com>;
# which of them are ordinary: Unihan 15.0 (kTGHZ2013, kXHC1983, kHanyuPinlu), Unicode licence. See ../fold/LICENCES.md.
# A line: syllable without tone (v for ü), tab, characters mostly read so, tab, characters also read so.
# Only characters that fold to themselves; at most three readings for one.
"""
