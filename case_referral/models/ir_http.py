import re

from odoo import models

#: The portal's own pages: plain HTML with one style sheet and one script.
PAGES = re.compile(r"^/(my/remediation|report-concern|speak-up|remedies)(/|$)")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _headers_of(cls, path):
        headers = super()._headers_of(path)
        return {**headers, **HEADERS} if PAGES.match(path) else headers
