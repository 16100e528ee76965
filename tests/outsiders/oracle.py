"""What an insight API must say of trees on disk, counted from the trees alone, by os.walk."""

import collections
import os

BINS = 41


def bin_of(size):
    """0: up to 1 KiB, 1: up to 2 KiB, and so on; the last one is open."""
    return min(max(0, (size - 1).bit_length() - 10), BINS - 1) if size else 0


class Bucket:
    """The tree as a bucket of that layout holds it after `dobsonctl load`."""

    def __init__(self, path, tree, layout):
        self.path = path
        self.volume, self.name = path[1:].split("/")
        self.tree = tree
        self.layout = layout
        self.empty = self._empty_directories()  # kept as keys where there are no directories
        self.count()

    @property
    def has_directories(self):
        return self.layout == "FILE_SYSTEM_OPTIMIZED"

    def _folders(self):
        """Of every folder below: its name in the tree, whether it is empty, and its files."""
        for folder, folders, files in os.walk(self.tree):
            name = os.path.relpath(folder, self.tree)
            yield "" if name == "." else name + "/", not folders and not files, files

    def _empty_directories(self):
        return {name for name, is_empty, _ in self._folders() if is_empty}

    def count(self):
        """The tree as it is now, after something was deleted from it, say."""
        self.keys = {}  # name: bytes
        self.directories = set()  # names that end in '/'
        for name, _, files in self._folders():
            for file in files:
                path = os.path.join(self.tree, name, file)
                self.keys[name + file] = os.path.getsize(path)
            if not self.has_directories:
                self.keys |= {name: 0} if name in self.empty else {}
            elif name:
                self.directories.add(name)

    def sizes(self, below=""):
        return [size for name, size in self.keys.items() if name.startswith(below)]

    def directories_below(self, below=""):
        return [name for name in self.directories if name.startswith(below) and name != below]

    def children(self, below=""):
        """Name, without a slash behind it, to (bytes, whether it is a key)."""
        children = {}
        for name, size in self.keys.items():
            if name.startswith(below):
                first, slash, _ = name[len(below):].partition("/")
                if not self.has_directories:
                    children[name] = (size, True)
                else:
                    children[first] = (children.get(first, (0,))[0] + size, not slash)
        for name in self.directories_below(below):
            children.setdefault(name[len(below):].split("/")[0], (0, False))
        return children

    def dist(self, below=""):
        return dist(self.sizes(below))

    def file_counts(self):
        """Rows of (volume, bucket, largest size of the bin, keys)."""
        counts = collections.Counter(map(bin_of, self.sizes()))
        return [(self.volume, self.name, 1 << (10 + each), counts[each])
                for each in sorted(counts)]


def dist(sizes):
    counts = collections.Counter(map(bin_of, sizes))
    return [counts[each] for each in range(BINS)]
