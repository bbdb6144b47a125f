#!/usr/bin/env python3
"""Prints which sources of a target may be compiled as one, as a list of CMake's: GROUP:SOURCE;…

    unity_groups.py MOST SOURCE…

Files here name things for themselves alone, in anonymous namespaces (kInsert, kTimeout, Parse). Two files that give the
same name to something are never in one group, but for a `using` that says the same in both. Groups hold at most MOST
files.
What this reading by lines does not see the compiler refuses.
"""
import re
import sys

# The lines of this style's declarations begin in the first column.
DECLARATIONS = [
    re.compile(r"(?:class|struct|enum class|enum) (\w+)\b(?!.*;$)"),
    re.compile(r"using (?:\w+::)*(\w+)(?: =.*)?;"),
    re.compile(r"using (\w+) ="),
    re.compile(r"(?:[\w:<>,*&\[\]]+ )*?[\w:<>,*&\[\]]*?(k[A-Z]\w*)(?:\[\w*\])* ?(?:=|\{|\()"),
    re.compile(r"[\w:<>,*&\[\] ]+?[ *&](\w+)\("),
]
TEST = re.compile(r"(?:TYPED_)?TEST|INSTANTIATE|BENCHMARK|MATCHER|return|namespace|template|static_assert")


def local_names(path):
    """What a file declares in its anonymous namespaces, and by `using` at a namespace's level: names, each with the line
    that may stand in another file too, if any."""
    names = {}
    hidden = False
    with open(path, encoding="utf-8") as source:
        for line in source:
            line = line.rstrip()
            if line == "namespace {":
                hidden = True
            elif line == "}  // namespace":
                hidden = False
            if not line or not (line[0].isalpha() or line[0] == ":") or TEST.match(line):
                continue
            if not hidden and not line.startswith("using "):
                continue
            for pattern in DECLARATIONS:
                found = pattern.match(line)
                if found:
                    name = found.group(1)
                    # Said twice in a file, it may be one of two things.
                    names[name] = line if line.startswith("using ") and name not in names else None
                    break
    return names


def groups(sources, most):
    """Each source in the smallest group that has a place for it and none of its names, of as few groups as can be."""
    made = [([], {}) for _ in range(-(-len(sources) // most))]
    for path in sources:
        names = local_names(path)
        for files, taken in sorted(made, key=lambda group: len(group[0])):
            if len(files) < most and all(
                line is not None and taken[name] == line for name, line in names.items() if name in taken
            ):
                files.append(path)
                taken |= names
                break
        else:
            made.append(([path], names))
    return [files for files, _ in made]


if __name__ == "__main__":
    made = groups(sys.argv[2:], int(sys.argv[1]))
    print(";".join(f"{number}:{path}" for number, files in enumerate(made) for path in files), end="")
