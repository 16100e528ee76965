"""A drawing of the latencies under open loops, as SVG."""

from collections import Counter
from math import log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, BOTTOM, RIGHT, TOP = 860, 460, 60, 40, 190, 20
PARTS = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999)  # of the requests; each as wide as the one before
COLOURS = ("#1b6ca8", "#63a4d4", "#3f8f4f", "#b3541e", "#e0955f", "#7a3e9d", "#b891cc")
LEAST_MS, MOST_MS = 0.01, 1000.0


def x_of(part):
    nines = min(-log10(1 - part), 4) if part < 1 else 4
    return LEFT + (WIDTH - LEFT - RIGHT) * nines / 4


def y_of(milliseconds):
    within = min(max(milliseconds, LEAST_MS), MOST_MS)
    share = log10(within / LEAST_MS) / log10(MOST_MS / LEAST_MS)
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share


def curve(runs):
    """Points of one row: the part of all rounds' requests that took no longer than so long."""
    counts = Counter()
    for run in runs:
        counts.update(dict(map(tuple, run["latencies_ns"])))
    below, total = 0, sum(counts.values())
    for latency_ns, count in sorted(counts.items()):
        below += count
        yield x_of(below / total), y_of(latency_ns / 1e6)


def text(x, y, words, anchor="middle", colour="#333"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def line(x1, y1, x2, y2):
    return f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="#ddd"/>'


def latencies(opened):
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    marks = []
    for part in PARTS:
        x = x_of(part)
        marks += [line(x, TOP, x, floor), text(x, floor + 18, f"{100 * part:g}%")]
    milliseconds = LEAST_MS
    while milliseconds <= MOST_MS:
        y = y_of(milliseconds)
        marks += [line(LEFT, y, right, y), text(LEFT - 6, y + 4, f"{milliseconds:g} ms", "end")]
        milliseconds *= 10
    for i, (name, runs) in enumerate(opened.items()):
        colour = COLOURS[i % len(COLOURS)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in curve(runs))
        marks += [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>',
                  text(right + 12, TOP + 14 + 18 * i, name, "start", colour)]
    marks.append(text((LEFT + right) / 2, HEIGHT - 4, "of the requests, answered within"))
    body = "\n".join(marks)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" '
            f'fill="white"/>\n{body}\n</svg>\n')
