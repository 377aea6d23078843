from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestHeaders(HttpCase):
    """What the server tells every browser, on pages, data, refusals and errors."""

    def test_no_other_site_shows_our_pages_or_reads_their_addresses(self):
        for path, status in (
            ("/web/login", 200),
            ("/odoo", 303),
            ("/health", 200),
            ("/metrics", 404),
            ("/no/such/page", 404),
            ("/web/content/999999", 404),
            ("/json/2/res.partner/no_such_method", 404),
            ("/web/session/logout", 303),
        ):
            with self.subTest(path=path):
                response = self.url_open(path, allow_redirects=False)
                self.assertEqual(response.status_code, status)
                headers = response.headers
                self.assertIn("frame-ancestors", headers["Content-Security-Policy"])
                self.assertIn(headers["X-Frame-Options"], ("DENY", "SAMEORIGIN"))
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "same-origin")
                self.assertIn("geolocation=(self)", headers["Permissions-Policy"])
