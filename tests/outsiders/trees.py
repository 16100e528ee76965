"""Directory trees that are hard to copy."""

import os
import random

ODD_NAMES = [
    "a b", " leading", "trailing ", "  ", "ä", "A\u0308", "日本語", "\U0001f600", "%41", "%2F", "%",
    "100%", "?", "a?b=c", "#", "#a", "a+b", "+", "new\nline", "tab\there", "\x01", "\x7f", "\\",
    "back\\slash", '"quoted"', "'", "&amp;", "&", "=", ";", "a;b", ":", "@", "|", "{}", "^", "`",
    "~", "*", "[a]", "$HOME", "-rf", "--help", ".hidden", "..two", "...", ".dobsonctl-1-1", "\ufeff",
    "\u202eltr", "\u0085", "NUL", "con", "n" * 255, "é" * 127]


def make(root, files):
    """About `files` files, odd names among them at every level, empty files and directories."""
    numbers = random.Random(files)
    for name in ODD_NAMES:
        write(os.path.join(root, "odd", name), name.encode())
        write(os.path.join(root, "odd directories", name, name[::-1]), b"")
    os.makedirs(os.path.join(root, "empty", "in an empty one"))
    # Neighbours in byte order: '-' < '.' < '/' < '0'.
    for name in ("a/b", "a-b", "a.b", "a0b", "a b/c"):
        write(os.path.join(root, "neighbours", name), name.encode())
    # A key's name has 1024 bytes.
    parts = ["p" * 200] * 5
    write(os.path.join(root, *parts, "q" * (1024 - 5 * 201)), b"the longest")
    os.makedirs(os.path.join(root, *parts[:4], "q" * (1023 - 4 * 201)))  # and '/'
    write(os.path.join(root, *["d"] * 300, "deep"), b"deep")
    for size in (65535, 65536, 65537, 1 << 20, (1 << 20) + 1, 5_000_000):
        write(os.path.join(root, "sizes", str(size)), numbers.randbytes(size))
    for i in range(files):
        size = int(2 ** numbers.uniform(0, 15)) - 1
        write(os.path.join(root, "many", str(i % 97), str(i)), numbers.randbytes(size))


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as file:
        file.write(content)


def add_what_is_no_key(root):
    """What a bucket cannot hold, each with the list of the summary that names it."""
    os.symlink("nowhere", os.path.join(root, "dangling"))
    os.symlink("..", os.path.join(root, "odd", "loop"))
    os.mkfifo(os.path.join(root, "pipe"))
    write(os.path.join(os.fsencode(root), b"latin-\xe4"), b"not UTF-8")
    long = os.path.join(*["p" * 200] * 5, "q" * (1025 - 5 * 201))
    write(os.path.join(root, long), b"one byte too long")
    return ({"dangling", "odd/loop", "pipe"}, {r"latin-\xe4", long})
