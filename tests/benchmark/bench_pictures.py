"""The one reader of pictures: what the largest photo that it accepts may take (R79)."""

import subprocess
import sys

from bench_sheets import MOST, _memory
from lib import benchmark

#: Drawn elsewhere: what it takes to make a picture is not what it takes to read one.
DRAW = """
import io, sys
from PIL import Image
mode, width, height, kind = sys.argv[1:]
out = io.BytesIO()
Image.effect_noise((int(width), int(height)), 60).convert(mode).save(out, kind)
sys.stdout.buffer.write(out.getvalue())
"""


@benchmark("picture_jpeg", size=8160 * 6144)
def picture_jpeg(bench):
    """A JPEG of 50 million pixels, as a new telephone makes it."""
    _read(bench, "RGB", 8160, 6144, "JPEG")


@benchmark("picture_png", size=4000 * 3000)
def picture_png(bench):
    """A PNG with transparency, drawn at its whole size."""
    _read(bench, "RGBA", 4000, 3000, "PNG")


def _read(bench, mode, width, height, kind):
    from odoo.addons.remediation_base.tools import pictures  # noqa: PLC0415

    content = subprocess.run(
        [sys.executable, "-c", DRAW, mode, str(width), str(height), kind],
        check=True,
        capture_output=True,
    ).stdout
    pictures.Image.preinit()
    before = _memory("VmRSS")
    with bench.measure():
        pictures.photo(content, 1600, pictures.FORMATS)
    more = _memory("VmHWM") - before
    assert more <= MOST, f"{more} MB over the start, {MOST} at most"
