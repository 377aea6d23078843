import hmac

from odoo import http
from odoo.http import request

#: The key that whoever watches this server sends; without one nobody reads figures.
KEY = "remediation_base.watch_key"
PREFIX = "remediation_"


class HealthController(http.Controller):
    """What a monitor asks: whether the server answers, and what should wake somebody.

    Figures are counts and ages of the whole database: no code, no name, no place.
    """

    @http.route(
        "/health",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def health(self, **kwargs):
        """Say in JSON that the server and its database answer.

        For anybody; with the key also which figures have passed their alarm. An alarm
        is no failure of the server, so the answer stays 200: a proxy goes on sending.
        """
        answer = {"status": "ok"}
        if self._may_read():
            alarms = sorted(f.name for f in self._figures() if f.alarmed)
            answer = {"status": "alarm" if alarms else "ok", "alarms": alarms}
        return self._close(request.make_json_response(answer))

    @http.route(
        "/metrics",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def metrics(self, **kwargs):
        """List the figures in Prometheus' text format. For whoever sends the key as
        `Authorization: Bearer …`; anybody else reads that there is no such page."""
        if not self._may_read():
            raise request.not_found()
        lines, said = [], set()
        for figure in self._figures():
            name = PREFIX + figure.name
            if name not in said:
                said.add(name)
                lines.append(f"# HELP {name} {figure.help}")
                lines.append(f"# TYPE {name} gauge")
            labels = ",".join(f'{key}="{value}"' for key, value in figure.labels)
            lines.append(f"{name}{{{labels}}} {figure.value:.15g}")
        return self._close(
            request.make_response(
                "\n".join(lines) + "\n",
                headers=[("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
            )
        )

    def _figures(self):
        # sudo: a monitor has no user; figures are counts and ages, never records.
        return request.env["remediation.health"].sudo()._figures()

    def _may_read(self):
        # sudo: the key is read to be compared, and never sent.
        key = request.env["ir.config_parameter"].sudo().get_param(KEY)
        sent = request.httprequest.headers.get("Authorization", "")
        sent = sent.removeprefix("Bearer ").strip()
        return bool(key) and hmac.compare_digest(key.encode(), sent.encode())

    def _close(self, response):
        response.headers["Cache-Control"] = "no-store"
        return response
