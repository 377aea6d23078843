from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import EVERYTHING

from ..family.remediation_beneficiary import IDENTITY_GROUPS

#: Complaints that are reports about a person or about data: for the officer alone.
SENSITIVE_CATEGORIES = frozenset({"worker_conduct", "data"})
FILED_FIELDS = frozenset(
    {
        "category",
        "description",
        "complainant_type",
        "complainant_name",
        "complainant_contact",
        "is_anonymous",
        "channel",
        "language_id",
    }
)


class Complaint(models.Model):
    """An ordinary complaint about cash, a service or being left out (E29, R55).

    Anybody files one through :meth:`file_complaint`; supervisors of the team answer
    by the deadline and record the remedy. A complaint that turns out to be about a
    person passes to the safeguarding officer and is hidden from everybody else.

    new → assigned → answered → closed; reopened into assigned.
    """

    _name = "remediation.complaint"
    _description = "Complaint"
    _inherit = ["remediation.coded.mixin"]
    _rules_of = "remediation.in.company"
    _order = "answer_due, id desc"
    _check_company_auto = True

    _code_prefix = "CP"
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "state",
            "received_on",
            "answer_due",
            "answered_on",
            "answered_by_id",
            "closed_on",
            "closed_by_id",
            "resolution",
            "is_restricted",
            "reporter_user_id",
            "late_alerted_on",
        }
    )
    _frozen_fields = frozenset(
        {
            "description",
            "company_id",
            "complainant_name",
            "complainant_contact",
            "is_anonymous",
            "channel",
        }
    )
    _open_fields = {
        "new": EVERYTHING,
        "assigned": EVERYTHING,
    }

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    category = fields.Selection(
        [
            ("cash", "Cash"),
            ("service", "Service"),
            ("exclusion", "Left Out"),
            ("worker_conduct", "Conduct of a Worker"),
            ("data", "Personal Data"),
            ("other", "Other"),
        ],
        required=True,
        default="service",
        index=True,
    )
    description = fields.Text(required=True)
    channel = fields.Selection(
        [
            ("portal", "Portal"),
            ("public", "Public Form"),
            ("office", "Back Office"),
            ("hotline", "Hotline"),
            ("visit", "Visit"),
            ("community", "Community"),
        ],
        required=True,
        default="office",
    )
    complainant_type = fields.Selection(
        [
            ("child", "Child"),
            ("family", "Family"),
            ("community", "Community"),
            ("partner", "Partner Organisation"),
            ("other", "Somebody Else"),
        ]
    )
    is_anonymous = fields.Boolean()
    complainant_name = fields.Char(groups=IDENTITY_GROUPS)
    complainant_contact = fields.Char(groups=IDENTITY_GROUPS)
    language_id = fields.Many2one("res.lang")
    reporter_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    received_on = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, copy=False
    )
    # Who answers
    team_id = fields.Many2one(
        "remediation.team",
        index=True,
        check_company=True,
        compute="_compute_team_id",
        store=True,
        readonly=False,
        help="Without a team, every supervisor of the company sees the complaint.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index=True,
        domain=[("share", "=", False)],
    )
    case_id = fields.Many2one(
        "remediation.case",
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Only where the complaint is about what a child received.",
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("assigned", "Assigned"),
            ("answered", "Answered"),
            ("closed", "Closed"),
        ],
        required=True,
        default="new",
        readonly=True,
        copy=False,
        index=True,
    )
    answer_due = fields.Date(
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self._default_answer_due(),
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    late_alerted_on = fields.Datetime(readonly=True, copy=False)
    answer = fields.Text()
    answered_on = fields.Datetime(readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    resolution = fields.Selection(
        [
            ("resolved", "Resolved"),
            ("rejected", "Not Upheld"),
            ("withdrawn", "Withdrawn"),
            ("safeguarding", "Passed On"),
        ],
        readonly=True,
        copy=False,
    )
    closed_on = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    remedy_due = fields.Selection(
        [("due", "Something Is Due"), ("none", "None Due")], string="Remedy"
    )
    # Passed to the safeguarding officer
    is_restricted = fields.Boolean(readonly=True, copy=False, index=True)
    # A global rule hides it from them, whatever groups they hold.
    hidden_from_ids = fields.Many2many(
        "res.users",
        "remediation_complaint_hidden_rel",
        compute="_compute_hidden_from_ids",
        store=True,
        compute_sudo=True,
    )

    _queue = models.Index("(company_id, team_id, answer_due) WHERE state <> 'closed'")

    @api.model
    def _default_answer_due(self):
        return self._place_today() + timedelta(
            days=self.env.company.complaint_answer_days
        )

    @api.depends("case_id")
    def _compute_team_id(self):
        """What is about a case belongs to its team, unless somebody chose another."""
        for complaint in self:
            complaint.team_id = complaint.team_id or complaint.case_id.team_id

    @api.depends("description")
    def _compute_hidden_from_ids(self):
        """An officer who is named in a complaint does not read it, nor do colleagues
        where an alternate does (R77)."""
        reports = self.env["remediation.safeguarding.report"]
        officers, alternates = reports._officers(), reports._alternates()
        for complaint in self:
            text = complaint.description
            named = reports._officers_in(text, officers | alternates)
            complaint.hidden_from_ids = named | (
                officers if named and alternates else named
            )

    @api.depends("answer_due", "state")
    def _compute_is_late(self):
        today = self._place_today()
        for complaint in self:
            complaint.is_late = (
                complaint.state in ("new", "assigned") and complaint.answer_due < today
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "in", ["new", "assigned"]) & Domain(
            "answer_due", "<", self._place_today()
        )
        return late if True in value else ~late

    # -- filing ----------------------------------------------------------------
    @api.model
    def file_complaint(self, vals):
        """File a complaint, return its reference. For everybody, the public included.

        A complaint about a person's conduct or about data becomes a safeguarding
        report: the caller gets a reference either way.

        :param dict vals: ``category``, ``description`` and any of ``FILED_FIELDS``; the
            same ``client_key`` is the same form and files once
        :raises UserError: the description is missing or too long, an unknown value, or
            too many complaints within an hour
        """
        client_key = str(dict(vals).get("client_key") or "")[:100] or None
        vals = {
            key: value.replace("\0", "") if isinstance(value, str) else value
            for key, value in dict(vals).items()
            if key in FILED_FIELDS
        }
        vals["description"] = str(vals.get("description") or "").strip()
        if vals.get("category") in SENSITIVE_CATEGORIES:
            return self._file_about_a_person(vals, client_key)
        if not vals["description"]:
            raise UserError(self.env._("Describe the complaint."))
        if len(vals["description"]) > 20000:
            raise UserError(
                self.env._(
                    "The description is too long: shorten it to 20,000 characters."
                )
            )
        for key in ("category", "channel", "complainant_type"):
            if vals.get(key) and vals[key] not in dict(self._fields[key].selection):
                raise UserError(self.env._("Choose one of the answers offered."))
        for key in ("complainant_name", "complainant_contact"):
            if vals.get(key):
                vals[key] = str(vals[key])[:500]
        anonymous = vals["is_anonymous"] = bool(vals.get("is_anonymous"))
        if anonymous:
            vals.pop("complainant_name", None)
            vals.pop("complainant_contact", None)
        if (
            self.env["remediation.limit"]._count_or_refuse("complaint", client_key)
            == "again"
        ):
            return ""
        if not anonymous and not self.env.user._is_public():
            vals["reporter_user_id"] = self.env.uid
        # The system user owns the row, so that it does not name an anonymous person.
        # sudo: everybody may file, whatever they may read.
        complaints = self.with_user(SUPERUSER_ID).sudo().with_company(self.env.company)
        return complaints._unprotected().create([vals]).name

    @api.model
    def _file_about_a_person(self, vals, client_key):
        """A complaint about a person is a safeguarding report: no limit refuses it."""
        named = not vals.get("is_anonymous")
        return self.env["remediation.safeguarding.report"].file_report(
            {
                "subject_kind": "data_misuse"
                if vals["category"] == "data"
                else "worker",
                "description": vals["description"],
                "channel": vals.get("channel")
                if vals.get("channel") in ("portal", "public", "hotline")
                else "office",
                "reporter_name": named and vals.get("complainant_name"),
                "reporter_contact": named and vals.get("complainant_contact"),
                "is_anonymous": not named,
                "client_key": client_key,
            }
        )

    # -- deadline --------------------------------------------------------------
    @api.model
    def _say_late(self, env, codes):
        return env._("Complaints are waiting for an answer"), plaintext2html(
            env._("The answer is overdue: %(codes)s", codes=codes)
        )

    @api.model
    def _cron_late(self):
        """Tell supervisors once, by code, of complaints not answered in time. Daily."""
        late = self.search(
            [
                ("is_late", "=", True),
                ("late_alerted_on", "=", False),
                ("is_restricted", "=", False),
            ]
        )
        each_batch(late, lambda batch: batch._tell_late())

    def _tell_late(self):
        told = []
        coordinators = self.env.ref("child_remediation.group_coordinator").all_user_ids
        for (company, team), complaints in self.grouped(
            lambda c: (c.company_id, c.team_id)
        ).items():
            people = (team.supervisor_id | team.deputy_ids) or coordinators.filtered(
                lambda user, company=company: company in user.company_ids
            )
            codes = ", ".join(complaints.mapped("name"))
            told += [(user, partial(self._say_late, codes=codes)) for user in people]
        self.env["remediation.notice"]._mail(told)
        self._unprotected().write({"late_alerted_on": fields.Datetime.now()})
