"""Core draws every picture it is given; ours is asked first how large it is (R79).

Core's limit is 50 million pixels, 800 MB while it works on them, and none at all for a
thumbnail. Everything of core that draws goes through one class: its beginning is
replaced here. A test compares the signature with what this was written for.
"""

from odoo import _
from odoo.exceptions import UserError
from odoo.tools.image import ImageProcess

from . import pictures

_core_init = ImageProcess.__init__


def _bounded_init(self, source, verify_resolution=True):
    if source and source[:1] not in (b"<", b" "):  # SVG is text and never drawn
        try:
            source = pictures.bounded(source)
        except pictures.PictureError as error:
            raise UserError(
                _(
                    "This picture is too large: make it smaller than %(count)s "
                    "million pixels.",
                    count=pictures.MAX_PIXELS // 1_000_000,
                )
            ) from error
    _core_init(self, source, verify_resolution)


if _core_init.__module__ != __name__:
    ImageProcess.__init__ = _bounded_init
