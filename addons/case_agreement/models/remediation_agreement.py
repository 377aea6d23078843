import base64
import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

_lt = LazyTranslate(__name__)

#: Months by number: the last one of a school year.
MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]
#: Shares are counted in hundredths of a per cent, so that sums are exact.
WHOLE = 10_000


def basis_points(share):
    """A percentage of two digits in whole hundredths of a per cent."""
    return round(share * 100)


class Agreement(models.Model):
    """What a purchaser, a factory, a mine's operator and others signed: who pays for
    children, in which shares, up to how much and until when.

    Who may what: supervisors draft and submit, a coordinator who did neither approves;
    case roles, finance, monitoring, auditors and data protection read. An agreement
    names no child and gives no right to read a file: children hang on it by records
    below their cases (:class:`remediation.agreement.child`). What was submitted is
    closed (R62); a change is a new version, again by two persons.
    """

    _name = "remediation.agreement"
    _description = "Agreement"
    _inherit = ["remediation.coded.mixin", "remediation.shown"]
    _rules_of = "remediation.in.company"
    _order = "date_start desc, id desc"
    _check_company_auto = True
    # Its signed paper follows present access.
    _remediation_sensitive = True

    _code_prefix = "AGR"
    _open_fields = {"draft": EVERYTHING}
    _protected_fields = frozenset(
        {
            "state",
            "version",
            "previous_id",
            "paper_sha256",
            "submitted_by_id",
            "submitted_on",
            "approved_by_id",
            "approved_on",
            "rejection_comment",
            "ended_by_id",
            "ended_on",
            "end_reason",
            "date_last",
        }
    )
    _frozen_fields = frozenset({"company_id"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "remediation.agreement",
        string="Previous Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    site_id = fields.Many2one(
        "remediation.site",
        index="btree_not_null",
        check_company=True,
        help="Where the children worked. Empty: for the children that are added alone.",
    )
    # What is promised
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    date_start = fields.Date(required=True)
    end_rule = fields.Selection(
        [
            ("working_age", "End of the School Year of Working Age"),
            ("date", "Fixed Day"),
        ],
        string="Ends With",
        required=True,
        help="Working age is the legal framework's minimum age for work, by the "
        "youngest reading of a child's age.",
    )
    date_end = fields.Date(string="Fixed Day")
    school_ends = fields.Selection(
        MONTHS,
        string="Last Month of the School Year",
        required=True,
        help="Support goes on to the end of this month.",
    )
    growth = fields.Float(
        string="Price Growth per Year (%)",
        digits=(5, 2),
        help="What fees and stipends are expected to rise by each year.",
    )
    party_ids = fields.One2many(
        "remediation.agreement.party", "agreement_id", string="Parties", copy=True
    )
    share_total = fields.Float(
        compute="_compute_share_total",
        string="Sum of the Shares (%)",
        digits=(5, 2),
    )
    child_ids = fields.One2many(
        "remediation.agreement.child", "agreement_id", string="Children"
    )
    # The signed paper
    signed_on = fields.Date(copy=False)
    paper = fields.Binary(string="Signed Paper", attachment=True, copy=False)
    paper_name = fields.Char(string="Name of the File", copy=False)
    paper_sha256 = fields.Char(
        string="Hash of the Paper",
        readonly=True,
        copy=False,
        help="SHA-256 of the file as it was submitted.",
    )
    # Decisions
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("approved", "In Force"),
            ("replaced", "Replaced"),
            ("ended", "Ended"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    rejection_comment = fields.Text(readonly=True, copy=False)
    ended_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    ended_on = fields.Datetime(readonly=True, copy=False)
    end_reason = fields.Char(readonly=True, copy=False)
    date_last = fields.Date(
        string="Last Day",
        readonly=True,
        copy=False,
        help="The day on which it ended or a new version took over.",
    )

    _growth_possible = models.Constraint(
        "CHECK (growth >= 0 AND growth <= 100)",
        "Prices grow by 0 to 100 % a year: correct the growth.",
    )
    _end_given = models.Constraint(
        "CHECK ((end_rule = 'date') = (date_end IS NOT NULL))",
        "Give the fixed day where the agreement ends with one, and only there.",
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "An agreement ends after it starts: correct the days.",
    )

    def _version_before(self):
        return self.previous_id

    @api.depends("name", "version")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = f"{agreement.name} v{agreement.version}"

    @api.depends("party_ids.share")
    def _compute_share_total(self):
        for agreement in self:
            points = sum(basis_points(party.share) for party in agreement.party_ids)
            agreement.share_total = points / 100

    # -- what is missing ---------------------------------------------------------
    def _missing_to_submit(self):
        """Return the sentences that keep this agreement from being submitted."""
        self.ensure_one()
        missing = []
        points = sum(basis_points(party.share) for party in self.party_ids)
        if points != WHOLE:
            missing.append(
                self.env._(
                    "The shares add up to %(total).2f %%: change them to add up to "
                    "100 %%.",
                    total=points / 100,
                )
            )
        if self.party_ids.filtered(lambda p: p.role != "family" and not p.partner_id):
            missing.append(self.env._("Name the organisation of each party."))
        if not self.paper or not self.signed_on:
            missing.append(
                self.env._("Add the signed paper and the day on which it was signed.")
            )
        elif self.signed_on > self._place_today():
            missing.append(
                self.env._("The paper was signed in the future: correct the day.")
            )
        return missing

    def _missing_to_approve(self):
        """Return the sentences that keep this agreement from being approved."""
        self.ensure_one()
        missing = self._missing_to_submit()
        if self.paper_sha256 != self._hash_of_paper():
            missing.append(
                self.env._(
                    "The paper is not the one that was submitted: send the agreement "
                    "back."
                )
            )
        before = self.previous_id
        if before and before.state != "approved":
            missing.append(
                self.env._(
                    "%(agreement)s is no longer in force: make a new version of the "
                    "one that is.",
                    agreement=before.display_name,
                )
            )
        elif before and self.date_start <= before.date_start:
            missing.append(
                self.env._(
                    "A new version starts after the one before: choose a later day."
                )
            )
        return missing

    def _missing_to_replace(self):
        # sudo: whether a version was begun does not depend on who may read it.
        later = self.sudo().search(
            [("previous_id", "=", self.id), ("state", "in", ("draft", "submitted"))],
            limit=1,
        )
        if later:
            return [self.env._("A new version was begun: go on with that one.")]
        return []

    def _hash_of_paper(self):
        self.ensure_one()
        # bin_size would give the size instead of the file
        paper = self.with_context(bin_size=False).paper
        return paper and hashlib.sha256(base64.b64decode(paper)).hexdigest()

    # -- steps -------------------------------------------------------------------
    @step(
        frm="draft",
        to="submitted",
        group="child_remediation.group_supervisor",
        stamp="submitted",
        check="_missing_to_submit",
    )
    def action_submit(self):
        """Submit for approval; the paper's hash is kept. For supervisors.

        :raises UserError: the shares are not 100 %, or the signed paper is missing
        """
        for agreement in self:
            agreement._unprotected().paper_sha256 = agreement._hash_of_paper()

    @step(
        frm="submitted",
        to="approved",
        group="child_remediation.group_coordinator",
        not_by=("submitted_by_id", "create_uid"),
        stamp="approved",
        check="_missing_to_approve",
        seen="content_hash",
    )
    def action_approve(self):
        """Put in force what somebody else drafted and submitted. For coordinators.

        A new version takes over the children of the one before from its first day.

        :raises AccessError: no coordinator, or own work
        :raises UserError: something changed since it was submitted
        """
        self._unprotected().write({"rejection_comment": False})
        for agreement in self.filtered("previous_id"):
            before = agreement.previous_id
            before._unprotected().write(
                {
                    "state": "replaced",
                    "date_last": agreement.date_start - timedelta(days=1),
                }
            )
            agreement._take_over(before)
        self._forecast_for_all()

    def _forecast_for_all(self):
        # sudo: sums over all children of these agreements, whoever decides.
        self.sudo()._forecast()

    def _take_over(self, before):
        """Move the children of the version before to this one."""
        self.ensure_one()
        # sudo: coordinators approve for all children; those of a case that closed too.
        children = before.sudo().child_ids
        children._unprotected().write({"agreement_id": self.id})
        for child in children.filtered(
            lambda child: child.state == "approved" and not child.date_last
        ):
            child._fund_case(max(self.date_start, child.date_start))

    @step(
        frm="submitted",
        to="draft",
        group="child_remediation.group_coordinator",
        not_by=("submitted_by_id", "create_uid"),
        asks={"comment": Ask("rejection_comment", label=_lt("What Has to Change"))},
        title=_lt("Send Back"),
        hint=_lt("The author reads this sentence."),
    )
    def action_reject(self, comment):
        """Send back to draft with a comment. For a coordinator; same rule as approving.

        :param str comment: what has to change; required
        """

    @step(
        frm="approved",
        group="child_remediation.group_supervisor",
        check="_missing_to_replace",
    )
    def action_new_version(self):
        """Draft the next version with the same parties. For supervisors.

        :raises UserError: one was begun before
        """
        self.ensure_one()
        # The code is that of the first version, which only code may give again.
        new = self._unprotected("remediation.agreement.party").copy(
            {
                "name": f"{self.name.partition('/')[0]}/{self.version + 1}",
                "version": self.version + 1,
                "previous_id": self.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "view_mode": "form",
        }

    @step(
        frm="approved",
        to="ended",
        group="child_remediation.group_coordinator",
        stamp="ended",
        asks={"date": "date_last", "reason": "end_reason"},
        title=_lt("End the Agreement"),
        hint=_lt("Nobody pays after the last day: name who does from then on."),
    )
    def action_end(self, date, reason):
        """End it before its time. For coordinators; both answers are required.

        :param date: last day on which the parties pay
        :param str reason: why
        """
        if self.filtered(lambda a: a.date_last < a.date_start):
            raise UserError(
                self.env._("An agreement ends after it starts: correct the days.")
            )
        # sudo: coordinators end it for all children; those of a case that closed too.
        children = self.sudo().child_ids.filtered(
            lambda c: c.state == "approved" and not c.date_last
        )
        for child in children:
            child._unprotected().write(
                {"date_last": max(date, child.date_start), "end_reason": reason}
            )
        self._forecast_for_all()

    # -- what follows from it ----------------------------------------------------
    def _funder_shares(self):
        """Return ``{partner id: percentage}``: who pays, by R53 100 % together."""
        self.ensure_one()
        points = {}
        for party in self.party_ids.filtered("partner_id"):
            key = party.partner_id.id
            points[key] = points.get(key, 0) + basis_points(party.share)
        return {key: value / 100 for key, value in points.items() if value}
