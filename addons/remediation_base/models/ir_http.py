from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.http import request

#: What every answer tells the browser. Pages of the web client hold scripts of their
#: own, so a stricter policy of content is for pages that are made without any.
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'; object-src 'none'",
    # The address of a page holds the code of a case.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), "
    "payment=(), usb=()",
}


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _post_dispatch(cls, response):
        result = super()._post_dispatch(response)
        cls._harden(response)
        return result

    @classmethod
    def _handle_error(cls, exception):
        response = super()._handle_error(exception)
        if isinstance(response, HTTPException):
            response = response.get_response(request.httprequest.environ)
        cls._harden(response)
        return response

    @classmethod
    def _harden(cls, response):
        """Add the headers that the answer does not have already."""
        for name, value in cls._headers_of(request.httprequest.path).items():
            response.headers.setdefault(name, value)

    @classmethod
    def _headers_of(cls, path):
        """The headers of the answers at an address; a module with pages of its own
        makes them stricter.

        :param path: of the address, with its first slash
        :return: ``{name: value}``
        """
        return HEADERS
