import calendar
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.child_remediation.models.case.remediation_case_disclosure import (
    SCHOOL_DOMAINS,
)

from ..forms import ATTENDANCE_ROWS


class RemediationReferralPackage(models.Model):
    """What the receiver of a referral gets to see, computed once and frozen.

    The receiver reads this record and nothing else (R28): rules give it to the users
    of the receiving organisation, or to the one person a case is offered to, while
    ``is_visible``. Fields about the case carry groups, so that the receiver's own
    remote calls find the package alone. Answers are the ``portal_*`` methods; they
    check as the user, then act with sudo().
    """

    _name = "remediation.referral.package"
    _description = "Referral Package"
    _inherit = ["remediation.case.owned"]
    _order = "id desc"
    # The receiver's own view of what the family agreed to share.
    _text_readers = dict.fromkeys(
        ("data", "shown", "message"), ("child_remediation.group_portal_provider",)
    )
    _protected_fields = frozenset(
        {
            "referral_id",
            "name",
            "data",
            "recipient_organisation_id",
            "recipient_user_id",
            "referral_type",
            "service_type_id",
            "is_visible",
            "visible_until",
        }
    )

    # The case side is for those who hold the case, not for the receiver.
    case_id = fields.Many2one(
        groups="base.group_user,child_remediation.group_portal_case_manager,"
        "child_remediation.group_portal_supervisor",
    )
    referral_id = fields.Many2one(
        comodel_name="remediation.referral",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        groups="base.group_user,child_remediation.group_portal_case_manager,"
        "child_remediation.group_portal_supervisor",
    )
    name = fields.Char(string="Code", required=True, readonly=True, index=True)
    recipient_organisation_id = fields.Many2one(
        comodel_name="res.partner", readonly=True, index=True
    )
    recipient_user_id = fields.Many2one(
        comodel_name="res.users", readonly=True, index="btree_not_null"
    )
    referral_type = fields.Selection(
        selection=[
            ("referral", "Referral to a Service"),
            ("assignment", "Assignment"),
            ("transfer", "Transfer"),
            ("transfer_request", "Transfer Request"),
        ],
        required=True,
        readonly=True,
    )
    service_type_id = fields.Many2one(
        comodel_name="remediation.service.type", readonly=True, index=True
    )
    data = fields.Json(readonly=True)
    is_visible = fields.Boolean(readonly=True)
    visible_until = fields.Date(readonly=True, index="btree_not_null")

    shown = fields.Html(compute="_compute_shown")
    state = fields.Selection(related="referral_id.state", store=True, precompute=True)
    answer_by = fields.Datetime(
        related="referral_id.answer_by", store=True, precompute=True
    )
    sent_on = fields.Datetime(
        related="referral_id.sent_on", store=True, precompute=True
    )
    message = fields.Text(related="referral_id.message", store=True, precompute=True)

    # A receiver's queue, by organisation or by person.
    _inbox = models.Index(
        "(recipient_organisation_id, state, id DESC) WHERE is_visible"
    )
    _inbox_user = models.Index("(recipient_user_id, state, id DESC) WHERE is_visible")

    @api.depends("data")
    @api.depends_context("lang")
    def _compute_shown(self):
        for package in self:
            package.shown = self.env["ir.qweb"]._render(
                "case_referral.package_table", {"lines": package._portal_lines()}
            )

    # View

    def _close_view(self):
        """End the receiver's view at once."""
        # sudo: packages have no write right for anybody.
        self.sudo()._unprotected().write({"is_visible": False})

    def _keep_view_for_days(self):
        """Let the receiver look for the company's number of days more, then close."""
        for company, packages in self.sudo().grouped("company_id").items():
            days = company.referral_view_days
            if not days:
                packages._close_view()
            else:
                packages._limit(self._place_today() + timedelta(days=days))

    def _limit(self, until):
        # sudo: packages have no write right for anybody.
        self.sudo()._unprotected().write({"visible_until": until})

    @api.model
    def portal_closed(self, limit=50):
        """What was referred to the user's organisation and is closed now, newest first:
        the service and the days, nothing of the child (R7).

        For providers: dicts of service, received, closed. Others get an empty list.
        """
        organisations = self.env.user.remediation_provider_ids
        if not organisations:
            return []
        # sudo: the receiver reads no package that is closed; what comes back is about
        # the receiver's own work, without code, name or reason.
        packages = self.sudo().search(
            [
                ("recipient_organisation_id", "in", organisations.ids),
                ("referral_type", "=", "referral"),
                ("state", "in", ("done", "revoked")),
                ("is_visible", "=", False),
            ],
            limit=max(1, min(int(limit), 100)),
        )
        return [
            {
                "service": package.service_type_id.name or "",
                "received": package.sent_on,
                "closed": fields.Date.to_date(
                    package.referral_id.done_on or package.referral_id.revoked_on
                ),
            }
            for package in packages
        ]

    @api.model
    def _close_overdue_views(self):
        self.search(
            [
                ("is_visible", "=", True),
                ("visible_until", "<", self._place_today()),
            ]
        )._close_view()

    # Receiver's answers

    @api.model
    def _portal_inbox_domain(self):
        """Return what the present user has received and may still see."""
        user = self.env.user
        mine = Domain("recipient_user_id", "=", user.id) & Domain(
            "referral_type", "in", ("assignment", "transfer")
        )
        if user.remediation_provider_ids:
            mine |= Domain(
                "recipient_organisation_id", "in", user.remediation_provider_ids.ids
            ) & Domain("referral_type", "=", "referral")
        today = self._place_today()
        return (
            mine
            & Domain("is_visible", "=", True)
            & (
                Domain("visible_until", "=", False)
                | Domain("visible_until", ">=", today)
            )
        )

    @api.model
    def _portal_offers(self, limit=None):
        """What waits for an answer of the present user, the first due first."""
        return self.search(
            self._portal_inbox_domain() & Domain("state", "=", "sent"),
            order="answer_by, id",
            limit=limit,
        )

    def _check_recipient(self):
        """The user must be the receiver and the package still open to him.

        Missing, foreign and closed packages answer alike.
        """
        self.ensure_one()
        found = self.search([("id", "=", self.id)] + list(self._portal_inbox_domain()))
        if not found:
            self._refuse_missing()
        return found

    @api.model
    def _refuse_missing(self):
        raise AccessError(
            self.env._("This referral is not open to you: it may have been closed.")
        )

    def portal_accept(self):
        """Accept what was offered. For the receiver alone (AccessError).

        Of two people at once the second reads who was first (UserError). For a case,
        R11–R13 are checked again and the case moves to the user.
        """
        self._check_recipient()
        # sudo: the receiver has no right on the referral or the case; the check above
        # is the right used here.
        self.sudo().referral_id._accept()
        return True

    def portal_reject(self, reason, note=None):
        """Reject with a reason of ``remediation.referral.reject_reason``.

        For the receiver alone.
        """
        self._check_recipient()
        # sudo: as in portal_accept.
        self.sudo().referral_id._reject(reason, self._short(note))
        return True

    def action_reject_full(self):
        """Decline what was offered: no place free. For the receiver alone."""
        return self.portal_reject("full")

    def action_reject_conflict(self):
        """Decline what was offered: conflict of interest. For the receiver alone."""
        return self.portal_reject("conflict")

    def portal_done(self, outcome, feedback, done_on=None):
        """Report the outcome: marks the plan action done where the service was given.

        For the receiver alone; ``outcome`` of ``remediation.referral.outcome``.
        """
        self._check_recipient()
        # sudo: as in portal_accept.
        self.sudo().referral_id._finish(outcome, self._short(feedback), done_on)
        return True

    def _short(self, text, size=2000):
        if text is not None and not isinstance(text, str):
            raise UserError(self.env._("Write the answer as text."))
        if text and len(text) > size:
            raise UserError(
                self.env._("Shorten the text to %(size)s characters.", size=size)
            )
        return text

    def _portal_lines(self):
        """Return ``[(label, value)]`` of the frozen package in the user's language."""
        self.ensure_one()
        labels = self._labels()
        return [
            (labels.get(item["key"], item["key"]), self._shown(item))
            for item in self.data or []
        ]

    def _shown(self, item):
        key, value = item["key"], item["value"]
        selections = {
            "sex": ("remediation.beneficiary", "sex"),
            "risk_level": ("remediation.case", "risk_level"),
            "classification": ("remediation.case", "classification"),
            "urgency": ("remediation.referral", "urgency"),
        }
        if key in selections:
            model, name = selections[key]
            field = self.env[model]._fields[name]
            return dict(field._description_selection(self.env)).get(value, value)
        return value

    @api.model
    def _labels(self):
        _ = self.env._
        return {
            "child_code": _("Child"),
            "first_name": _("First Name"),
            "last_name": _("Last Name"),
            "sex": _("Sex"),
            "age": _("Age"),
            "grade": _("Grade"),
            "language": _("Language"),
            "area": _("Area"),
            "caregiver": _("Caregiver"),
            "caregiver_phone": _("Caregiver's Phone"),
            "service": _("Service asked for"),
            "contact_name": _("Case Manager"),
            "contact_phone": _("Case Manager's Phone"),
            "risk_level": _("Risk"),
            "classification": _("Kind of Work"),
            "goal": _("Goal of the Plan"),
            "reason": _("Reason"),
            "urgency": _("Answer Within"),
        }

    # Attendance, for schools and training centres

    def _portal_month(self, month):
        try:
            first = fields.Date.to_date(f"{month}-01")
        except (TypeError, ValueError):
            first = None
        today = self._place_today()
        if not first or first > today or first < today - timedelta(days=370):
            raise UserError(self.env._("Choose a month of the last year."))
        return first

    @api.model
    def portal_attendance_rows(self, month):
        """Return the grid of one month (``YYYY-MM``) for the children referred here.

        For providers. One dict per accepted school or training referral: package id,
        code, name, age, and the numbers entered so far.
        """
        first = self._portal_month(month)
        packages = self._portal_attendance_packages()
        # sudo: the provider reads neither enrolments nor attendance; only the numbers
        # of its own referred children's months are returned.
        entered = {
            row.package_id.id: row
            for row in self.env["remediation.attendance"]
            .sudo()
            .search([("package_id", "in", packages.ids), ("month", "=", first)])
        }
        rows = []
        for package in packages:
            row = entered.get(package.id)
            values = {item["key"]: item["value"] for item in package.data or []}
            rows.append(
                {
                    "id": package.id,
                    "code": package.name,
                    "child": " ".join(
                        filter(
                            None, (values.get("first_name"), values.get("last_name"))
                        )
                    ),
                    "age": values.get("age"),
                    "days_open": row.days_open if row else None,
                    "days_present": row.days_present if row else None,
                    "days_excused": row.days_excused if row else None,
                    "days_unexcused": row.days_unexcused if row else None,
                }
            )
        return rows

    @api.model
    def _portal_attendance_packages(self):
        if not self.env.user.has_group("child_remediation.group_portal_provider"):
            raise AccessError(self.env._("Only schools and centres enter attendance."))
        # sudo: reads the kind of service, which a provider has no right on.
        services = (
            self.env["remediation.service.type"]
            .sudo()
            .search([("domain", "in", SCHOOL_DOMAINS)])
        )
        return self.search(
            list(self._portal_inbox_domain())
            + [
                ("referral_type", "=", "referral"),
                ("state", "=", "accepted"),
                ("service_type_id", "in", services.ids),
            ]
        )

    @api.model
    def portal_enter_attendance(self, month, rows):
        """Enter one month of attendance. For schools and centres.

        ``rows`` maps package ids to dicts with days_open, days_present, days_excused,
        days_unexcused. A row that does not add up, a foreign package or a month ahead
        changes nothing at all (UserError, AccessError). Entering again replaces the
        month's numbers. Returns the number of rows.
        """
        first = self._portal_month(month)
        allowed = {
            package.id: package for package in self._portal_attendance_packages()
        }
        if not isinstance(rows, dict) or not rows:
            raise UserError(self.env._("Enter the days of at least one child."))
        last_day = calendar.monthrange(first.year, first.month)[1]
        days = ATTENDANCE_ROWS.rows["children"]
        nothing = dict.fromkeys(days.by_name, "")
        clean = {}
        for key, numbers in rows.items():
            package = allowed.get(int(key)) if str(key).isdigit() else None
            if not package or not isinstance(numbers, dict):
                raise AccessError(
                    self.env._("One of these children is not referred to you any more.")
                )
            vals, wrong = days.parse(self.env, {**nothing, **numbers})
            given = sum(vals.values()) - vals.get("days_open", 0)
            if wrong or vals["days_open"] > last_day or given != vals["days_open"]:
                raise UserError(
                    self.env._(
                        "%(code)s: days present, excused and unexcused must add up to "
                        "the days the school was open (%(days)s at most).",
                        code=package.name,
                        days=last_day,
                    )
                )
            clean[package] = vals
        # sudo: the provider has no right on enrolments or attendance; the packages
        # above are its own and open, the values are whitelisted numbers.
        self.env["remediation.attendance"].sudo()._enter_for_packages(first, clean)
        return len(clean)
