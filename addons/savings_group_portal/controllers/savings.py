import re

from odoo import fields, http
from odoo.exceptions import MissingError
from odoo.http import request

from odoo.addons.case_referral.controllers.main import RemediationPortal, same_answer

from ..forms import COUNT, DAY, MEMBER, STEPS

HOME = "/my/remediation/savings"
CHANGE = re.compile(r"([a-z_]+):(-?\d+(?:\.\d+)?)")


class SavingsPortal(RemediationPortal):
    """The meetings of savings groups, for the village agents who keep them."""

    @http.route()
    def home(self, **kwargs):
        roles = request.env.user._remediation_portal_roles()
        if roles == {"village_agent"}:
            return request.redirect(HOME, code=303, local=True)
        return super().home(**kwargs)

    @http.route(HOME, type="http", auth="user", readonly=False)
    @same_answer
    def savings(self, ok=None, **kwargs):
        """List the groups that the user keeps."""
        self._need("village_agent")
        meetings = request.env["savings.meeting"]
        return self._render(
            "savings_group_portal.portal_savings",
            {"groups": meetings.portal_groups(), "ok": ok},
        )

    @http.route(
        f"{HOME}/<string:code>",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def savings_meeting(self, code, ok=None, **kwargs):
        """Show the open meeting of a group, or open one."""
        self._need("village_agent")
        meetings = request.env["savings.meeting"]
        values, error = {"date": str(fields.Date.context_today(meetings))}, None
        if request.httprequest.method == "POST":
            values = self._posted(DAY)
            error = self._attempt(lambda: meetings.portal_open_meeting(code, values))
            if not error:
                return self._done(f"{HOME}/{code}")
        return self._render(
            "savings_group_portal.portal_savings_meeting",
            {
                "meeting": meetings.portal_meeting(code),
                "fields": DAY.fields(request.env),
                "values": values,
                "error": error,
                "ok": ok,
            },
        )

    @http.route(
        f"{HOME}/<string:code>/member/<string:number>",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def savings_member(self, code, number, ok=None, **kwargs):
        """Show one member at the meeting, and take what they did."""
        self._need("village_agent")
        meetings = request.env["savings.meeting"]
        if not re.fullmatch(r"\d{1,9}", number):
            raise MissingError(request.env._("This page is not open to you."))
        member, error = meetings.portal_member(code, int(number)), None
        if request.httprequest.method == "POST":
            values = self._posted(MEMBER, besides=("change",))
            change = CHANGE.fullmatch(values.pop("change", ""))
            if change and change[1] in STEPS:
                # A press of + or – where the phone cannot count by itself.
                values[change[1]] = self._counted(values.get(change[1]), change[2])
            else:
                error = self._attempt(
                    lambda: meetings.portal_take_member(code, int(number), values)
                )
                if not error:
                    after = f"/member/{member['next']}" if member["next"] else "/count"
                    return self._done(f"{HOME}/{code}{after}")
            member["values"] = values
        return self._render(
            "savings_group_portal.portal_savings_member",
            {
                "code": code,
                "member": member,
                "fields": {one["name"]: one for one in MEMBER.fields(request.env)},
                "steps": self._steps(member),
                "values": member["values"],
                "error": error,
                # Each page would say it again.
                "ok": None,
            },
        )

    @http.route(
        f"{HOME}/<string:code>/count",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def savings_count(self, code, ok=None, **kwargs):
        """Show the book of each pot, take the count and end the meeting."""
        self._need("village_agent")
        meetings = request.env["savings.meeting"]
        values, error = {}, None
        if request.httprequest.method == "POST":
            values = self._posted(COUNT)
            error = self._attempt(lambda: meetings.portal_finish(code, values))
            if not error:
                return self._done(HOME)
        meeting = meetings.portal_meeting(code)
        return self._render(
            "savings_group_portal.portal_savings_count",
            {
                "meeting": meeting,
                "fields": {one["name"]: one for one in COUNT.fields(request.env)},
                "values": values,
                "error": error,
                "ok": None,
            },
        )

    @staticmethod
    def _counted(value, change):
        try:
            number = float(str(value or "0").replace(",", ".")) + float(change)
        except ValueError:
            return value
        return f"{max(number, 0):.15g}"

    @staticmethod
    def _steps(member):
        """``{name: how much one press adds}`` of the figures that the page asks."""
        return {
            name: f"{(member[step] if step else 1):.15g}"
            for name, step in STEPS.items()
            if member["has_social_fund"] or not name.startswith("social_")
        }
