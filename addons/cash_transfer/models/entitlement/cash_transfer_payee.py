from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from ..res_users import CASH_DUTIES
from .cash_transfer_payment_method import CASH_GROUPS

_lt = LazyTranslate(__name__)

#: Who a payee is, for the approval and for the lock: name and identity document of the
#: member, the institution or the beneficiary (R66). Of ``y``, a payee.
IDENTITY = """
    (SELECT encode(sha256(convert_to(concat_ws(chr(31), y.kind,
                CASE y.kind
                    WHEN 'member' THEN hm.full_name
                    WHEN 'institution' THEN rp.name
                    ELSE concat_ws(' ', b.first_name, b.last_name) END,
                CASE y.kind
                    WHEN 'member' THEN hm.national_id
                    WHEN 'beneficiary' THEN b.national_id END), 'UTF8')), 'hex')
       FROM (SELECT 1) one
       LEFT JOIN remediation_household_member hm ON hm.id = y.member_id
       LEFT JOIN res_partner rp ON rp.id = y.partner_id
       LEFT JOIN remediation_beneficiary b ON b.id = y.beneficiary_id)
"""

EXCEPTIONS = [
    ("child_headed", "Child-Headed Household"),
    ("adolescent_parent", "Adolescent Parent"),
    ("adult_beneficiary", "Beneficiary Who Turned 18"),
]


class CashTransferPayee(models.Model):
    """Who receives the money for a case: an adult of the household or an institution
    (R31). Known by code; the name stays on the household member.

    Case staff propose, a supervisor approves, an exception needs a second person.
    """

    _name = "cash.transfer.payee"
    _description = "Payee"
    _inherit = [
        "remediation.coded.mixin",
        "remediation.case.owned",
        "cash.transfer.proposal",
    ]
    _order = "id desc"
    # Whoever moves money has to know why it stopped.
    _text_readers = {"stop_reason": CASH_DUTIES}
    _check_company_auto = True

    _code_prefix = "Y"
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "state",
            "confirmed_by_id",
            "stop_reason",
            "stopped_by_id",
            "changed_by_ids",
            "approved_identity",
        }
    )
    _frozen_fields = frozenset({"kind", "member_id", "beneficiary_id", "partner_id"})
    _open_fields = {"proposed": EVERYTHING}

    kind = fields.Selection(
        [
            ("member", "Adult of the Household"),
            ("institution", "Institution"),
            ("beneficiary", "Beneficiary (exception)"),
        ],
        required=True,
        default="member",
    )
    household_id = fields.Many2one(
        related="case_id.household_id", store=True, index=True
    )
    member_id = fields.Many2one(
        "remediation.household.member",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    beneficiary_id = fields.Many2one(
        "remediation.beneficiary", index=True, ondelete="restrict", check_company=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Institution",
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("is_company", "=", True)],
    )
    exception = fields.Selection(EXCEPTIONS)
    best_interest_note = fields.Text(
        groups="child_remediation.group_case_worker",
        help="Why paying this person is in the child's best interest.",
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("confirmed", "Approved, to Be Confirmed"),
            ("approved", "Approved"),
            ("stopped", "Stopped"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    changed_by_ids = fields.Many2many(
        "res.users",
        readonly=True,
        copy=False,
        help="Entered or changed the payee or an account; may not approve or release "
        "a payment to the payee.",
    )
    approved_identity = fields.Char(
        readonly=True,
        copy=False,
        groups=CASH_GROUPS,
        help="Over name and identity document as they were approved.",
    )
    stop_reason = fields.Char(readonly=True, copy=False)
    stopped_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    method_ids = fields.One2many("cash.transfer.payment.method", "payee_id")
    active_method_id = fields.Many2one(
        "cash.transfer.payment.method",
        compute="_compute_active_method_id",
        compute_sudo=True,
        string="Account in Use",
    )

    _who = models.Constraint(
        "CHECK ((kind = 'member' AND member_id IS NOT NULL)"
        " OR (kind = 'institution' AND partner_id IS NOT NULL)"
        " OR (kind = 'beneficiary' AND beneficiary_id IS NOT NULL))",
        "Say who the payee is: a member of the household, an institution, or the "
        "beneficiary.",
    )

    @api.depends("name", "member_id.relationship", "kind", "partner_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        # sudo: two codes; who reads the payee need not read the family.
        for payee in self.sudo():
            if payee.kind == "institution":
                # an institution is not a person: its name says what is paid
                label = payee.partner_id.display_name
            elif payee.kind == "member" and payee.member_id:
                label = payee.member_id.display_name
            else:
                label = kinds.get(payee.kind, "")
            payee.display_name = f"{payee.name} {label}".strip()

    @api.depends("method_ids.state", "method_ids.effective_from")
    def _compute_active_method_id(self):
        now = fields.Datetime.now()
        for payee in self:
            payee.active_method_id = payee.method_ids.filtered(
                lambda m: m.state == "approved" and m.effective_from <= now
            ).sorted(lambda m: (m.effective_from, m.id))[-1:]

    @api.constrains("kind", "member_id", "beneficiary_id", "exception", "case_id")
    def _check_payee(self):
        today = self._place_today()
        for payee in self:
            problem = payee._payee_problem(today)
            if problem:
                raise ValidationError(problem)

    def _payee_problem(self, day):
        """Return why this person may not receive money on a day, or False (R31)."""
        self.ensure_one()
        # sudo: age, harm and household are read for whoever saves or locks; only the
        # sentence, by code, leaves the method.
        payee = self.sudo()
        env = self.env
        if payee.kind == "institution":
            return False
        if payee.kind == "beneficiary":
            return payee._beneficiary_problem(day)
        member = payee.member_id
        if member.household_id != payee.case_id.household_id:
            return env._(
                "%(member)s does not belong to the child's household.",
                member=member.display_name,
            )
        if member.is_suspected_of_harm == "yes":
            return env._(
                "%(member)s may not be a payee: choose another adult.",
                member=member.display_name,
            )
        if not member.active or member.is_deceased:
            return env._(
                "%(member)s is no longer in the household.", member=member.display_name
            )
        if member._is_adult(day) or payee.exception in (
            "child_headed",
            "adolescent_parent",
        ):
            age = member._age_on(day)
            if (
                age is not False
                and age < payee.company_id.cash_adolescent_age
                and not member._is_adult(day)
            ):
                return env._(
                    "%(member)s is younger than %(age)s: not even an exception allows "
                    "paying.",
                    member=member.display_name,
                    age=payee.company_id.cash_adolescent_age,
                )
            return False
        return env._(
            "%(member)s is not an adult: choose an adult of the household, an "
            "institution, or ask for an exception.",
            member=member.display_name,
        )

    def _beneficiary_problem(self, day):
        child = self.beneficiary_id
        if child != self.case_id.beneficiary_id:
            return self.env._("The payee is not the child of this case.")
        age = child._age_on(day)
        if self.exception == "adult_beneficiary" and age is not None and age >= 18:
            return False
        if self.exception in ("child_headed", "adolescent_parent") and (
            age is not None and age >= self.company_id.cash_adolescent_age
        ):
            return False
        return self.env._(
            "A child cannot be payee: choose an adult of the household or an "
            "institution. Exceptions are for child-headed households, adolescent "
            "parents, and beneficiaries of 18 or more."
        )

    @api.model
    def _add_protected_values(self, vals_list):
        return [
            dict(
                vals,
                changed_by_ids=[fields.Command.link(self.env.uid)],
            )
            for vals in super()._add_protected_values(vals_list)
        ]

    # -- decisions -------------------------------------------------------------
    def _missing_to_approve(self):
        problem = self._payee_problem(self._place_today())
        if problem:
            return [problem]
        if self.exception and not (self.best_interest_note or "").strip():
            return [
                self.env._(
                    "An exception needs a best-interest note: write it before "
                    "approving."
                )
            ]
        return []

    @step(
        frm="proposed",
        to=("approved", "confirmed"),
        group="child_remediation.group_supervisor",
        not_by="proposed_by_id",
        stamp="approved",
        check="_missing_to_approve",
        seen="content_hash",
    )
    def action_approve(self):
        """Approve proposed payees. For a supervisor of the case who did not propose
        them (R18, R31); an exception then waits for a second person.

        :raises AccessError: not a supervisor, or own proposal.
        :raises UserError: not proposed, no longer allowed, exception without note.
        """
        exceptions = self.filtered("exception")
        exceptions._unprotected().write({"state": "confirmed"})
        (self - exceptions)._unprotected().write({"state": "approved"})
        self._store_identity()

    def _store_identity(self):
        """Keep what was approved: another name or document is another payee (R66)."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE cash_transfer_payee y SET approved_identity = %s"
                " WHERE y.id = ANY(%s)",
                SQL(IDENTITY),
                list(self.ids),
            )
        )
        self.invalidate_recordset(["approved_identity"], flush=False)

    def _identity_changed(self):
        """Somebody changed the name or document behind these payees: that is a change
        of payee. A supervisor approves it again, and whoever changed it neither
        approves nor releases a payment to it (R37, R66)."""
        # sudo: whoever writes a family member need not read payees.
        payees = self.sudo().filtered(lambda payee: payee.state != "stopped")
        payees._unprotected().write(
            {
                "changed_by_ids": [fields.Command.link(self.env.uid)],
                "proposed_by_id": self.env.uid,
            }
        )
        decided = payees.filtered(lambda p: p.state in ("confirmed", "approved"))
        decided._unprotected().write(
            {
                "state": "proposed",
                "approved_by_id": False,
                "approved_on": False,
                "confirmed_by_id": False,
            }
        )
        # sudo: support of other holders' children waits for the new payee as well
        self.env["cash.transfer.entitlement"].sudo().search(
            [
                ("payee_id", "in", decided.ids),
                ("state", "in", ["approved", "active", "suspended"]),
            ]
        )._alert_supervisor(
            self.env._("The payee's name or document changed: approve the payee again.")
        )

    @step(
        frm="confirmed",
        to="approved",
        group=(
            "child_remediation.group_supervisor",
            "cash_transfer.group_cash_approver",
        ),
        not_by=("proposed_by_id", "approved_by_id"),
        stamp="confirmed",
        right="read",
        sudo="cash approvers have no write right on payees",
        seen="content_hash",
    )
    def action_confirm_exception(self):
        """Give the second person's agreement to an exception (R31). For a supervisor
        or an approver of cash who neither proposed nor approved the payee."""

    def _check_may_stop(self):
        self.env["cash.transfer.payment.line"]._check_may_stop()

    @step(
        frm=("proposed", "confirmed", "approved"),
        to=("stopped",),
        allowed="_check_may_stop",
        asks={"reason": "stop_reason"},
        right="read",
        sudo="stopping reaches payments that case staff cannot read",
        title=_lt("Stop Payments"),
    )
    def action_stop(self, reason):
        """Stop payees at once and every payment to them that can still be stopped
        (R31, R36). For supervisors, safeguarding and cash duties who see the payee.

        :param str reason: required.
        """
        self._stop(reason)

    def _stop(self, reason):
        # sudo: stopping reaches payment lines that case staff cannot read.
        payees = self.sudo().filtered(lambda p: p.state != "stopped")
        payees._unprotected().write(
            {"state": "stopped", "stop_reason": reason, "stopped_by_id": self.env.uid}
        )
        self.env["cash.transfer.payment.line"].sudo().search(
            [("payee_id", "in", payees.ids), ("status", "=", "pending")]
        )._stop(reason)
