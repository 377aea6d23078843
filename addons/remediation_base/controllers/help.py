import json
import re

from odoo.http import Controller, request, route
from odoo.tools.misc import file_open

BOOK = "/remediation_base/static/book"
SCREEN = re.compile(r"[a-z0-9_.]{1,64}")
LANGUAGE = re.compile(r"[a-z]*")


class Help(Controller):
    @route(
        ["/remediation/help", "/remediation/help/<string:screen>"],
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def help(self, screen=""):
        """Lead to the page of the book about a screen, in the reader's language.

        Where that language has no such page, the English one is read. Anybody may
        read the book: it holds no data of the organisation.

        :param screen: the name of the model or of the client action that is open;
            one that no page names leads to the first page
        :return: a redirect, or a page that says how the book is built where it is not
        """
        spoken = LANGUAGE.match(request.env.lang or "")[0]
        books = {language: self._pages(language) for language in (spoken, "en")}
        books = {language: pages for language, pages in books.items() if pages}
        if not books:
            return request.make_response(
                request.env._(
                    "The book is not on this server. "
                    "The administrator builds it with: setup/docs --book"
                ),
                [("Content-Type", "text/plain; charset=utf-8")],
                status=404,
            )
        if SCREEN.fullmatch(screen):
            for language, pages in books.items():
                if page := pages.get(screen):
                    return request.redirect(f"{BOOK}/{language}/{page}")
        language = next(iter(books))
        return request.redirect(f"{BOOK}/{language}/{language}/index.html")

    @staticmethod
    def _pages(language):
        """``{screen: page}`` as the book says it; None where it was not built."""
        try:
            with file_open(f"{BOOK[1:]}/{language}/screens.json") as handle:
                return json.load(handle)
        except OSError:
            return None
