"""Cuts Inter to the characters the program uses. README.md beside this file says how to run it.

usage: cut.py InterVariable.woff2 Inter.ttf
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0
from fontTools.varLib import instancer

# Printable ASCII, Latin-1 and Latin Extended-A, then what sentences and figures need beyond them.
CHARACTERS = (
    set(range(0x20, 0x7F))
    | set(range(0xA0, 0x180)) - {0xAD, 0x149}  # soft hyphen, deprecated ŉ: not in Inter
    | {ord(c) for c in "“”‘’„‚‹›–—…·•−≈±×÷≤≥≠µμΔΩ°½¼¾→←↑↓∞√²³¹⁻"}
    | {ord(c) for c in "\u2002\u2003\u2007\u2008\u2009\u200a\u202f"}
)

source, destination = sys.argv[1:]
font = TTFont(source, recalcTimestamp=False)

# No shaper of ours switches font features on: every digit's own glyph becomes the tabular one, so that figures that
# change do not dance. Punctuation keeps its own width, for it also stands in sentences.
for table in font["cmap"].tables:
    for code in range(ord("0"), ord("9") + 1):
        table.cmap[code] = table.cmap[code].removesuffix(".tf") + ".tf"

options = subset.Options()
options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 25]
options.hinting = False
options.notdef_outline = True
options.glyph_names = False
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=CHARACTERS)
subsetter.subset(font)

# One axis is left, and of that what the program uses: text, controls, titles, lessons are 400, 500, 600, 700.
font = instancer.instantiateVariableFont(font, {"opsz": 14, "wght": (400, 400, 700)})

# The picture is set without a shaper: pairs of ASCII and the common marks also go into the old `kern` table, which
# shapers leave alone where there is a GPOS one.
glyph = font.getBestCmap()
common = {glyph[c] for c in [*range(0x21, 0x7F), *map(ord, "“”‘’–…")]}
pairs = {}
for lookup in font["GPOS"].table.LookupList.Lookup:
    for table in lookup.SubTable:
        table = getattr(table, "ExtSubTable", table)
        if table.LookupType != 2:
            continue
        for first in common & set(table.Coverage.glyphs):
            if table.Format == 1:
                row = table.PairSet[table.Coverage.glyphs.index(first)].PairValueRecord
                values = {r.SecondGlyph: r.Value1 for r in row if r.SecondGlyph in common}
            else:
                row = table.Class1Record[table.ClassDef1.classDefs.get(first, 0)].Class2Record
                values = {second: row[table.ClassDef2.classDefs.get(second, 0)].Value1 for second in common}
            for second, value in values.items():
                pairs.setdefault((first, second), value.XAdvance if value else 0)
kern = KernTable_format_0(apple=False)
kern.coverage, kern.tupleIndex = 1, None
kern.kernTable = {pair: value for pair, value in pairs.items() if abs(value) >= 10}
font["kern"] = newTable("kern")
font["kern"].version = 0
font["kern"].kernTables = [kern]

missing = sorted(CHARACTERS - set(font.getBestCmap()))
print("not in Inter:", " ".join(f"U+{c:04X}" for c in missing) or "none")

font.flavor = None  # plain TrueType, not woff2
font.save(destination)
