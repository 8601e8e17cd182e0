#!/usr/bin/env python3
"""Packs jieba's dictionary into dictionary.zst, beside this file.

usage: generate.py jieba-0.42.1.tar.gz        (the source archive of PyPI)

Wants the `zstd` command. The same archive gives the same content; another version of zstd may pack it differently.

The content, little-endian:
    u32      n, the number of words
    u32      m, the number of characters in all tails
    u32      the sum of all frequencies, of words left out as well
    n bytes  heads: characters shared with the word before (high four bits), characters of the tail (low four)
    n bytes  frequencies: round(SCALE * ln(frequency))
    m u16    the tails, one after the other
Words stand in the order of their code points. Apart, the three columns pack better than word by word.
"""
import hashlib, math, os, struct, subprocess, sys, tarfile

MEMBER = "jieba-0.42.1/jieba/dict.txt"
DIGEST = "7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8"

# Steps of 1/18 are 5.7 %, and the most frequent word (了, 883,634) stays below 256. words.rs has the same figures.
SCALE = 18
# 930 longer words are mostly numbers and titles, made of words that are in.
LONGEST = 7


def main(archive):
    with tarfile.open(archive) as files:
        content = files.extractfile(MEMBER).read()
    if hashlib.sha256(content).hexdigest() != DIGEST:
        raise SystemExit(f"{archive}: {MEMBER} is not the one of jieba 0.42.1; take that version, or change DIGEST here")
    total, words = 0, {}
    for line in content.decode().splitlines():
        word, frequency, _ = line.split(" ")
        total += int(frequency)
        if len(word) <= LONGEST and all(map(fits, word)):
            words[word] = max(words.get(word, 1), int(frequency))
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dictionary.zst")
    subprocess.run(["zstd", "-q", "-f", "--ultra", "-22", "-o", target], input=packed(words, total), check=True)
    print(f"{len(words)} words, {os.path.getsize(target)} bytes")


def fits(character):
    """What may stand in a word: Han of the basic plane, letters and digits. Nothing crosses punctuation."""
    return "\u3400" <= character <= "\u9fff" or character == "〇" or character.isascii() and character.isalnum()


def packed(words, total):
    heads, frequencies, tails = bytearray(), bytearray(), []
    before = ""
    for word in sorted(words):
        shared = len(os.path.commonprefix([before, word]))
        heads.append(shared << 4 | len(word) - shared)
        frequencies.append(round(SCALE * math.log(words[word])))
        tails += word[shared:]
        before = word
    start = struct.pack("<3I", len(words), len(tails), total)
    return start + heads + frequencies + struct.pack(f"<{len(tails)}H", *map(ord, tails))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
