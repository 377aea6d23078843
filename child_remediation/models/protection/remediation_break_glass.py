import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

#: How long a sheet stays open, and how many a user may open in a day.
OPEN_FOR = timedelta(minutes=30)
PER_DAY = 5
#: The longest code that is looked for and kept.
CODE_SIZE = 40
#: A reason has so many different words, and so many letters in all.
WORDS, LETTERS = 4, 15


def _is_sentence(text):
    """Whether a reason says something: a few different words, not one key held down."""
    words = {word.lower() for word in re.findall(r"[^\W\d_]{2,}", text)}
    return len(words) >= WORDS and sum(map(len, words)) >= LETTERS


class BreakGlass(models.Model):
    """Emergency access to the minimum about a child whose file the user may not see.

    A case worker gives the code and a reason, and reads for half an hour whom to
    call and what is going on (R29). No record rule opens: the sheet is computed for
    this person alone. Each try is a row, listed for the safeguarding officer, who
    answers it. A code that does not exist, a conflict of interest and a case that this
    person held before open the same empty sheet (R71).
    """

    _name = "remediation.break.glass"
    _description = "Emergency Access"
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _rec_name = "case_code"

    _evidence_once = frozenset({"reviewed_by_id", "reviewed_on", "review_note"})
    _evidence_steps = {"state": {"new": ["justified", "misused"]}}

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "case_id",
            "case_code",
            "company_id",
            "user_id",
            "reason",
            "open_until",
            "state",
            "reviewed_by_id",
            "reviewed_on",
        }
    )
    _open_fields = {"new": EVERYTHING}

    # The case's code and no link: reading this row gives no path to the case.
    case_code = fields.Char(required=True, readonly=True)
    case_id = fields.Many2one(
        "remediation.case",
        readonly=True,
        index=True,
        ondelete="restrict",
        groups="child_remediation.group_safeguarding",
        help="Empty: there is no case with this code.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, string="Opened By"
    )
    reason = fields.Text(required=True, readonly=True)
    open_until = fields.Datetime(required=True, readonly=True)
    is_open = fields.Boolean(compute="_compute_sheet")
    sheet = fields.Html(compute="_compute_sheet", sanitize=False)
    state = fields.Selection(
        [("new", "To Review"), ("justified", "Justified"), ("misused", "Misused")],
        required=True,
        default="new",
        readonly=True,
        index=True,
    )
    reviewed_by_id = fields.Many2one("res.users", readonly=True)
    reviewed_on = fields.Datetime(readonly=True)
    review_note = fields.Text(groups="child_remediation.group_safeguarding")

    @api.depends("open_until")
    @api.depends_context("uid")
    def _compute_sheet(self):
        now = fields.Datetime.now()
        for access in self:
            access.is_open = bool(access.open_until and access.open_until > now)
            access.sheet = (
                access._render_sheet()
                if access.is_open and access.user_id == self.env.user
                else False
            )

    def _render_sheet(self):
        # sudo: this is the emergency access itself; who asked and until when was
        # checked, and only the minimum is shown.
        case = self.sudo().case_id
        if not case or case._is_closed_in_emergency_to(self.user_id):
            # sudo: the template alone, it says nothing of anybody.
            page = self.env["ir.qweb"].sudo()
            return page._render("child_remediation.break_glass_nothing")
        shows = case._disclosure_shows(self.user_id.partner_id)
        caregivers = case.household_id.member_ids.filtered(
            lambda m: (
                m.is_caregiver and m.is_suspected_of_harm != "yes" and not m.is_deceased
            )
        )
        # sudo: the template alone; what it is given was chosen above
        return (
            self.env["ir.qweb"]
            .sudo()
            ._render(
                "child_remediation.break_glass_sheet",
                {
                    "case": case,
                    "child": case.beneficiary_id,
                    "shows": shows,
                    "caregivers": caregivers,
                    "has_suspect": bool(
                        case.household_id.member_ids.filtered(
                            lambda m: m.is_suspected_of_harm == "yes"
                        )
                    ),
                    "risk": dict(
                        case._fields["risk_level"]._description_selection(self.env)
                    ).get(case.risk_level, ""),
                    "actions": case.plan_action_ids.filtered(
                        lambda a: a.is_urgent and a.state in ("planned", "in_progress")
                    ),
                },
            )
        )

    @api.model
    def open_case(self, code, reason):
        """Open the emergency sheet of a case by its code, for half an hour. Every
        try counts, and answers alike whether there is such a case or not.

        For case workers of the back office and portal case managers. Logged, and told
        to the safeguarding officer.

        :param str code: the code of the case
        :param str reason: why it cannot wait for somebody with access
        :return: id of the sheet
        :raises UserError: no sentence as a reason, or too many tries today
        """
        user = self.env.user
        if not (
            user.has_group("child_remediation.group_case_worker")
            or user.has_group("child_remediation.group_portal_case_manager")
        ):
            raise AccessError(self.env._("Emergency access is for case workers."))
        reason = (reason or "").strip()
        code = (code or "").strip().upper()[:CODE_SIZE]
        if not _is_sentence(reason) or not code:
            raise UserError(
                self.env._(
                    "Give the code, and say in a sentence why this cannot wait: it "
                    "will be reviewed."
                )
            )
        # sudo: the caller may not see the case; that is what this access is for.
        system = self.sudo()
        self._check_tries()
        case = system.env["remediation.case"].search(
            [
                ("name", "=", code),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        access = system._unprotected().create(
            {
                "case_id": case.id,
                "case_code": code,
                "user_id": user.id,
                "company_id": (case.company_id or self.env.company).id,
                "reason": reason,
                "open_until": fields.Datetime.now() + OPEN_FOR,
            }
        )
        if case:
            self.env["remediation.access.log"]._log(case, "break_glass", reason)
        access._tell_officers()
        return access.id

    @api.model
    def _check_tries(self):
        """Raise where the user tried too often today, whatever the answers were."""
        user = self.env.user
        # Two requests at once count each other.
        user.sudo().lock_for_update()  # sudo: users do not write users
        since = fields.Datetime.now() - timedelta(days=1)
        if (
            self.sudo().search_count(  # sudo: the user's own tries, counted
                [("user_id", "=", user.id), ("create_date", ">", since)]
            )
            >= PER_DAY
        ):
            raise UserError(
                self.env._(
                    "You tried %(count)s times to open a file in emergency today: call "
                    "the safeguarding officer.",
                    count=PER_DAY,
                )
            )

    def _tell_officers(self):
        officers = self.env.ref("child_remediation.group_safeguarding").all_user_ids
        self.env["remediation.safeguarding.report"]._mail_something_waits(
            officers.filtered(lambda officer: self.company_id in officer.company_ids)
            - self.user_id
        )

    @step(
        frm="new",
        to="justified",
        group="child_remediation.group_safeguarding",
        not_by="user_id",
        stamp="reviewed",
    )
    def action_justified(self):
        """Find the access justified. For the safeguarding officer, not one's own."""

    @step(
        frm="new",
        to="misused",
        group="child_remediation.group_safeguarding",
        not_by="user_id",
        stamp="reviewed",
    )
    def action_misused(self):
        """Find the access a misuse. For the safeguarding officer, not one's own."""
