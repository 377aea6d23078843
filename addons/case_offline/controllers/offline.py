import hashlib
import json

from lxml import html

from odoo import fields, http
from odoo.http import request
from odoo.tools import file_open, format_date

from odoo.addons.case_referral.controllers.case import RemediationCaseController
from odoo.addons.case_referral.controllers.main import same_answer
from odoo.addons.case_referral.controllers.words import state_words
from odoo.addons.case_referral.forms import CONCERN, DANGER

from ..models.remediation_case import taken_form
from ..models.remediation_submission import ANSWERS

PLACE = "/my/remediation/offline"
#: The files of the shell, whole: no page with a name is among them.
SHELL = (
    "/case_referral/static/src/portal/portal.css",
    "/case_referral/static/src/portal/icon-192.png",
    "/case_referral/static/src/portal/pictures.js",
    "/case_offline/static/src/shell/shell.css",
    "/case_offline/static/src/shell/vault.js",
    "/case_offline/static/src/shell/draw.js",
    "/case_offline/static/src/shell/queue.js",
    "/case_offline/static/src/shell/more.js",
    "/case_offline/static/src/shell/class.js",
    "/case_offline/static/src/shell/shell.js",
)
#: What only makes sense with network is taken out of a page that is taken along.
ONLINE_ONLY = (
    "//form | //details[not(.//li) and ancestor::li] | //details[summary and .//form]"
    "[not(.//li)] | //script"
)


class OfflineController(RemediationCaseController):
    """The portal without network: a shell that holds nothing, sealed files, a queue."""

    def _device(self, key):
        self._need_phone()
        return request.env["remediation.device"]._own(key)

    def _need_phone(self):
        """Refuse who has none of the roles whose phones take files along."""
        self._need(*request.env["remediation.device"]._roles())

    def _shell(self):
        """The files of the shell; other modules add their own."""
        return SHELL

    @http.route(PLACE, type="http", auth="public", readonly=True)
    def offline(self, **kwargs):
        """Hand out the shell: the same for everybody, without a name."""
        return self._render("case_offline.shell")

    def _version(self):
        """A sign of all that the shell is made of: it changes when any of it does."""
        page = self._render("case_offline.shell").render()
        seen = hashlib.sha256(str(page).encode())
        for path in self._shell():
            with file_open(path.lstrip("/"), "rb") as content:
                seen.update(content.read())
        return seen.hexdigest()[:12]

    @http.route(f"{PLACE}/worker.js", type="http", auth="public", readonly=True)
    def service_worker(self, **kwargs):
        """Hand out the script that opens the shell where there is no network."""
        with file_open("case_offline/static/src/shell/worker.js") as content:
            script = content.read()
        lists = f"const VERSION = {json.dumps(self._version())};\n"
        lists += f"const SHELL = {json.dumps([PLACE, *self._shell()])};\n"
        return request.make_response(
            lists + script,
            [
                ("Content-Type", "text/javascript; charset=utf-8"),
                ("Service-Worker-Allowed", "/my/remediation"),
            ],
        )

    @http.route(f"{PLACE}/enrol", type="jsonrpc", auth="user")
    def enrol(self, name=None):
        """Let one more phone of the user take files along."""
        self._need_phone()
        return {"key": request.env["remediation.device"].portal_enrol(name)}

    @http.route(f"{PLACE}/standing", type="jsonrpc", auth="public")
    def standing(self, key=None):
        """Say whether a phone may read still, also where its session has ended."""
        device = request.env["remediation.device"]._of(key)
        return {**device._standing(), "now": self._now()}

    @http.route(f"{PLACE}/packets", type="jsonrpc", auth="user")
    def packets(self, key=None):
        """Hand out the files of the cases that the user holds, for another lease."""
        device = self._device(key)
        if device.state != "active":
            return {"state": "forgotten", "now": self._now()}
        shared = {}
        return {
            "state": "active",
            "packets": self._packets(device, shared),
            "general": self._general(shared),
            "shared": shared,
            "until": fields.Datetime.to_string(device._renew()) + "Z",
            "now": self._now(),
        }

    @http.route(f"{PLACE}/send", type="jsonrpc", auth="user")
    def send_written(self, key=None, intents=None):
        """Take what was written without network, each exactly once."""
        device = self._device(key)
        answers = request.env["remediation.submission"]._take_intents(device, intents)
        state = device.state or "forgotten"
        return {"state": state, "answers": answers, "now": self._now()}

    @http.route("/my/remediation/phones", type="http", auth="user", readonly=False)
    @same_answer
    def phones(self, ok=None, **kwargs):
        """Show the user's own phones."""
        self._need_phone()
        devices = request.env["remediation.device"].portal_devices()
        return self._render("case_offline.phones", {"devices": devices, "ok": ok})

    @http.route(
        "/my/remediation/phones/<int:device_id>/forget",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def forget(self, device_id, **kwargs):
        """Forget one of the user's own phones."""
        self._need_phone()
        request.env["remediation.device"].portal_forget(device_id)
        return self._done("/my/remediation/phones")

    # -- what a file holds -------------------------------------------------------
    def _packets(self, device, shared):
        """``{handle: file}`` of all that the user may take along today.

        :param dict shared: what many files have in common, by a digest; is filled
        """
        cases = request.env["remediation.case"].with_context(offered={})
        cases = cases.browse(device._held_cases().ids)
        packets = {}
        partners = cases._offline_partners() if cases else {}
        due = self._due() if cases else {}
        who = cases._portal_who() if cases else {}
        for case in cases:
            case.portal_viewed()
            packets[device._handle(case.name)] = {
                "code": case.name,
                "name": self._shown_name(case),
                "who": who[case.id],
                "due": due.get(case.name, []),
                "page": self._page_taken(case),
                "forms": case._offline_forms(shared, partners),
            }
        received = request.env["remediation.referral.package"].browse(
            device._received().ids
        )
        children = received.portal_class() if received else {}
        for package in received:
            packets[device._handle(package.name)] = {
                **self._packet_received(package, shared, package.id in children),
                "class": children.get(package.id),
            }
        return packets

    def _now(self):
        return fields.Datetime.to_string(fields.Datetime.now()) + "Z"

    def _due(self):
        found = {}
        for item in request.env["remediation.case"].portal_due(limit=100):
            line = {
                "kind": item["kind"],
                "form": item["form"] or "",
                "due": fields.Datetime.to_string(item["due"]) + "Z",
            }
            found.setdefault(item["case"], []).append(line)
        return found

    def _shown_name(self, case):
        shows = case._disclosure_shows(request.env.user.partner_id)
        child = case.beneficiary_id
        names = [
            child[name]
            for name in ("first_name", "last_name")
            if shows(child, name) and child[name]
        ]
        return " ".join(names) or case.name

    def _page_taken(self, case):
        """The page of a case, by the same template, without what needs network."""
        values = {**case._portal_page(), "states": state_words(request.env)}
        for item in values["due"]:
            # "Tomorrow" would be wrong a day later.
            item["when"] = format_date(request.env, item["line"].date_due)
        return self._without_network(self._render("case_referral.portal_case", values))

    def _without_network(self, answer):
        (main,) = html.fromstring(str(answer.render())).xpath("//main")
        for part in main.xpath(ONLINE_ONLY):
            part.drop_tree()
        for part in main.xpath(
            "//a[contains(@href, '/read/') or contains(., 'file/')]"
        ):
            part.attrib.pop("href")
        for part in main.xpath("//a[contains(@href, '/file/')]"):
            part.attrib.pop("href")
        return "".join(html.tostring(part, encoding="unicode") for part in main)

    def _packet_received(self, package, shared, in_class):
        """What a receiver takes along of a referral: its page, and the answers.

        :param in_class: whether the receiver enters the child's attendance
        """
        service = package.service_type_id.name or ""
        states = dict(package._fields["state"]._description_selection(request.env))
        answer = self._render(
            "case_referral.portal_referral",
            {
                "package": package,
                "lines": package._portal_lines(),
                "states": states,
                "reject": [],
                "done": [],
                "values": {},
            },
        )
        names = ["referral-accept", "referral-reject"]
        if package.state == "accepted":
            names = ["referral-done"]
            if in_class:
                names.append("attendance-class")
        forms = {name: taken_form(request.env, shared, ANSWERS[name]) for name in names}
        return {
            "code": package.name,
            "name": service or package.name,
            "who": states.get(package.state),
            "due": [],
            "page": self._without_network(answer),
            "received": True,
            "forms": forms,
        }

    def _general(self, shared):
        """The forms that belong to no case: a report, a child in danger."""
        roles = request.env.user._remediation_portal_roles()
        forms = {"concern": CONCERN} if "reporter" in roles else {}
        if "case_manager" in roles:
            forms["danger"] = DANGER
        general = {
            name: taken_form(request.env, shared, form) for name, form in forms.items()
        }
        if "case_manager" in roles:
            # For a child who is reported on this phone, until the case is known.
            general["new"] = request.env["remediation.case"]._offline_new(shared)
        return general
