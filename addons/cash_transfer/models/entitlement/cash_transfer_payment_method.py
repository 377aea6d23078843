from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.steps import step

from ...tools import accounts

#: Who sees whole numbers: those who pay and those who compare reports (R45).
CASH_GROUPS = (
    "cash_transfer.group_cash_officer,cash_transfer.group_cash_approver,"
    "cash_transfer.group_cash_releaser,cash_transfer.group_cash_reconciler"
)
#: Who opens the instruction file and the provider's report: the auditor walks from an
#: entry to its evidence (R68); each opening is logged (R29).
EVIDENCE_GROUPS = f"{CASH_GROUPS},child_remediation.group_auditor"

#: Who is the second person for an account.
DECIDERS = ("child_remediation.group_supervisor", "cash_transfer.group_cash_officer")


class CashTransferPaymentMethod(models.Model):
    """Where a payee receives: wallet, bank account, or cash against an identity card.

    Whoever enters it sees it masked afterwards (R45). A first account needs a second
    person; a changed one waits besides (R31). Nothing is edited: a new row replaces.
    """

    _name = "cash.transfer.payment.method"
    _description = "Payment Method of a Payee"
    _inherit = ["remediation.case.owned", "cash.transfer.proposal"]
    _order = "id desc"
    _open_texts = frozenset({"number_masked"})  # its last digits
    _rec_name = "number_masked"

    _protected_fields = frozenset(
        {
            "state",
            "number",
            "number_masked",
            "effective_from",
        }
    )
    _frozen_fields = frozenset({"payee_id", "mechanism", "provider_id"})

    payee_id = fields.Many2one(
        "cash.transfer.payee",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    provider_id = fields.Many2one(
        "cash.transfer.provider",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    mechanism = fields.Selection(related="provider_id.mechanism", store=True)
    number = fields.Char(
        required=True, readonly=True, copy=False, groups=CASH_GROUPS, index=True
    )
    number_masked = fields.Char(
        string="Account",
        readonly=True,
        copy=False,
        help="Last three digits; the whole number is for those who pay.",
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("replaced", "Replaced"),
            ("rejected", "Rejected"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    effective_from = fields.Datetime(
        readonly=True, copy=False, help="Not paid before this moment."
    )

    @api.model
    def _clean_number(self, provider, number):
        """Return the number as it is paid.

        :raises ValidationError: it cannot be right.
        """
        number = accounts.clean(number)
        mechanism, problem = provider.mechanism, False
        if mechanism == "mobile_money":
            if not accounts.is_phone(number):
                problem = self.env._("write it with country code, like +243812345678")
            else:
                problem = provider._number_problem(number, mechanism)
        elif mechanism == "bank":
            if not accounts.has_valid_check(number, provider.account_check):
                problem = self.env._("the check digits do not fit the number")
        elif len(number) < 4:
            problem = self.env._("write the number of the identity document or card")
        if problem:
            raise ValidationError(
                self.env._(
                    "The account %(masked)s cannot be right: %(problem)s.",
                    masked=accounts.mask(number),
                    problem=problem,
                )
            )
        return number

    @api.model
    def _propose(self, payee, provider, number):
        """Enter a method for a payee as the current user; rights are the caller's."""
        # sudo: number is a field that case staff may enter but not read (R45).
        return (
            self.sudo()
            ._unprotected()
            .create(
                {
                    "case_id": payee.case_id.id,
                    "payee_id": payee.id,
                    "provider_id": provider.id,
                    "number": self._clean_number(provider, number),
                    "proposed_by_id": self.env.uid,
                }
            )
            .with_env(self.env)
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("number"):
                vals["number_masked"] = accounts.mask(vals["number"])
        methods = super().create(vals_list)
        methods.payee_id.sudo()._unprotected().write(  # sudo: changed_by_ids is ours
            {"changed_by_ids": [fields.Command.link(self.env.uid)]}
        )
        return methods

    @api.constrains("payee_id", "case_id")
    def _check_payee_case(self):
        if self.filtered(lambda m: m.payee_id.case_id != m.case_id):
            raise ValidationError(self.env._("The payee belongs to another case."))

    # -- decisions -------------------------------------------------------------
    @step(
        frm="proposed",
        to="approved",
        group=DECIDERS,
        not_by="proposed_by_id",
        stamp="approved",
        right="read",
        sudo="cash officers have no write right on payees' accounts",
        seen="content_hash",
    )
    def action_approve(self):
        """Approve proposed methods: the second person of R31. For supervisors and cash
        officers who did not propose them. A method that replaces another one is paid
        after the company's cooling period.

        :raises AccessError: no such duty, or own proposal.
        :raises UserError: decided already.
        """
        now = fields.Datetime.now()
        for method in self:
            earlier = method.payee_id.method_ids.filtered(
                lambda m, own=method: m.id != own.id and m.approved_on
            )
            hours = method.company_id.cash_cooling_hours if earlier else 0
            method._unprotected().effective_from = now + relativedelta(hours=hours)

    @step(
        frm="proposed",
        to="rejected",
        group=DECIDERS,
        right="read",
        sudo="cash officers have no write right on payees' accounts",
    )
    def action_reject(self):
        """Reject proposed methods. Same people as for approving."""
