import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.remediation_base.tools import pictures
from odoo.addons.remediation_base.tools.answers import YES, Answer
from odoo.addons.remediation_base.tools.steps import EVERYTHING

TRIAGE_HOURS = {"high": 24, "medium": 48, "low": 72}
PHOTO_MAX_BYTES = 4 * 1024 * 1024
PHOTO_SIDE = 1280


class RemediationConcern(models.Model):
    """Somebody's report that a child may be working.

    Who may what: anybody in the back office registers one; intake, supervisors and
    coordinators triage and decide. The queue is the company's; what became a case is
    seen by that case's team, by who decided it and by coordinators. A case worker sees
    the concerns he registered and those of the cases he holds, never who reported.
    A reporter on the portal sees the state of his own reports, through
    :meth:`portal_my_concerns`, and changes nothing after sending.
    """

    _name = "remediation.concern"
    _description = "Concern about a Child"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"child_age"})
    _inherit = ["remediation.coded.mixin", "remediation.access.logged"]
    _rules_of = "remediation.in.company"
    _order = "received_at desc, id desc"
    _check_company_auto = True
    _code_prefix = "CN"
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "state",
            "triage_level",
            "triage_due",
            "triaged_by_id",
            "triaged_on",
            "decision_reason",
            "decision_note",
            "decided_by_id",
            "decided_on",
            "duplicate_of_id",
            "case_id",
            "attached_to_open_case",
            "part_of_id",
            "paged_on",
            "overdue_alerted_on",
            "registered_by_id",
            "client_key",
        }
    )
    _frozen_fields = frozenset({"received_at", "reporter_user_id", "company_id"})
    _open_fields = {"new": EVERYTHING, "triaged": EVERYTHING}

    # Receipt
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    received_at = fields.Datetime(
        required=True,
        index=True,
        default=fields.Datetime.now,
        help="When the report reached us.",
    )
    written_at = fields.Datetime(
        help="When the reporter wrote it, if it waited on a phone without network. "
        "Deadlines run from here.",
    )
    channel = fields.Selection(
        selection=[
            ("site_visit", "Site Visit"),
            ("hotline", "Hotline"),
            ("portal", "Portal"),
            ("public_form", "Public Form"),
            ("community", "Community"),
            ("school", "School"),
            ("authority", "Authority"),
            ("audit", "Audit"),
            ("self", "The Child"),
            ("family", "Family"),
            ("grievance", "Complaint"),
            ("pdm", "Check after Payment"),
        ],
        required=True,
        default="community",
    )
    registered_by_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        index=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    client_key = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Key made by the sender's phone: the same report is kept once.",
    )

    # Reporter: restricted to those who triage
    reporter_type = fields.Selection(
        selection=[
            ("monitor", "Site Monitor"),
            ("cooperative", "Cooperative Member"),
            ("local_authority", "Local Authority"),
            ("teacher", "Teacher"),
            ("health", "Health Worker"),
            ("ngo", "Organisation"),
            ("company", "Company"),
            ("auditor", "Auditor"),
            ("union", "Union"),
            ("purchaser", "Purchaser or Agent"),
            ("child", "Child"),
            ("family", "Family"),
            ("anonymous", "Anonymous"),
        ],
        required=True,
        default="anonymous",
        groups="case_referral.group_intake",
    )
    reporter_user_id = fields.Many2one(
        comodel_name="res.users",
        index=True,
        copy=False,
        groups="case_referral.group_intake",
    )
    reporter_organisation_id = fields.Many2one(
        comodel_name="res.partner",
        copy=False,
        groups="case_referral.group_intake",
    )
    reporter_name = fields.Char(copy=False, groups="case_referral.group_intake")
    reporter_phone = fields.Char(copy=False, groups="case_referral.group_intake")
    consent_to_be_contacted = fields.Boolean(
        string="Consent to Be Contacted",
        copy=False,
        groups="case_referral.group_intake",
    )
    tell_reporter = fields.Boolean(
        copy=False,
        groups="case_referral.group_intake",
        help="Lets the reporter read more than “received” about this report.",
    )

    # What was seen
    site_id = fields.Many2one(
        comodel_name="remediation.site", index=True, check_company=True
    )
    area_id = fields.Many2one(
        comodel_name="remediation.area",
        compute="_compute_area_id",
        store=True,
        readonly=False,
        index=True,
        check_company=True,
    )
    # Free words about a child are read with the right to names (R72), and by triage.
    location = fields.Char(
        help="Where exactly, in the reporter's words.",
        groups="child_remediation.group_identity,case_referral.group_intake",
    )
    children_count = fields.Integer(default=1)
    child_nickname = fields.Char(
        groups="child_remediation.group_identity,case_referral.group_intake",
    )
    child_sex = fields.Selection(
        selection=[("female", "Girl"), ("male", "Boy"), ("other", "Other")],
    )
    child_age = fields.Integer(string="Estimated Age")
    work_observed = fields.Text(
        groups="child_remediation.group_identity,case_referral.group_intake"
    )
    immediate_danger = Answer()
    photo = fields.Binary(
        attachment=True,
        copy=False,
        groups="child_remediation.group_identity,case_referral.group_intake",
    )

    # Triage and decision
    team_id = fields.Many2one(
        comodel_name="remediation.team",
        string="Triage Team",
        index=True,
        check_company=True,
    )
    state = fields.Selection(
        selection=[
            ("new", "New"),
            ("triaged", "Triaged"),
            ("accepted", "Case Made"),
            ("screened_out", "Screened Out"),
            ("merged", "Duplicate"),
        ],
        required=True,
        readonly=True,
        index=True,
        copy=False,
        default="new",
        group_expand=True,
    )
    triage_level = fields.Selection(
        selection=[("high", "High"), ("medium", "Medium"), ("low", "Low")],
        readonly=True,
        copy=False,
    )
    triage_due = fields.Datetime(readonly=True, copy=False, index=True)
    triage_late = fields.Boolean(compute="_compute_triage_late", search="_search_late")
    triaged_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    triaged_on = fields.Datetime(readonly=True, copy=False)
    decision_reason = fields.Selection(
        selection=[
            ("no_child_labour", "No Child Labour"),
            ("adult", "Adult"),
            ("out_of_area", "Outside the Area"),
            ("duplicate", "Duplicate"),
            ("insufficient_info", "Not Enough Information"),
        ],
        readonly=True,
        copy=False,
    )
    decision_note = fields.Text(
        readonly=True, copy=False, groups="case_referral.group_intake"
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, index=True)
    decided_on = fields.Datetime(readonly=True, copy=False)
    duplicate_of_id = fields.Many2one(
        comodel_name="remediation.concern",
        readonly=True,
        copy=False,
        index=True,
        check_company=True,
    )
    beneficiary_id = fields.Many2one(
        comodel_name="remediation.beneficiary",
        string="Known Child",
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="Leave empty to register a new child when the case is made.",
    )
    case_id = fields.Many2one(
        comodel_name="remediation.case",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
    )
    attached_to_open_case = fields.Boolean(
        "Attached to Open Case", readonly=True, copy=False
    )
    # Several children in one report: a part for each further one, with its own case
    part_of_id = fields.Many2one(
        comodel_name="remediation.concern",
        string="Reported Together With",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    part_ids = fields.One2many(
        comodel_name="remediation.concern",
        inverse_name="part_of_id",
        string="Further Children",
    )
    holder_id = fields.Many2one(
        related="case_id.user_id",
        string="Case Held By",
        store=True,
        index=True,
    )
    case_team_id = fields.Many2one(
        related="case_id.team_id",
        string="Team of the Case",
        store=True,
        index=True,
    )
    paged_on = fields.Datetime(readonly=True, copy=False)
    overdue_alerted_on = fields.Datetime(readonly=True, copy=False)

    _client_key_once = models.UniqueIndex(
        "(client_key) WHERE client_key IS NOT NULL",
        "This report was received already.",
    )
    _queue = models.Index("(company_id, triage_due) WHERE state IN ('new', 'triaged')")
    _children_counted = models.Constraint(
        "CHECK (children_count BETWEEN 1 AND 200)",
        "Enter between 1 and 200 children.",
    )
    _age_plausible = models.Constraint(
        "CHECK (child_age IS NULL OR child_age BETWEEN 0 AND 120)",
        "Enter the child's age in years.",
    )

    @api.depends("site_id")
    def _compute_area_id(self):
        for concern in self:
            if concern.site_id.area_id or not concern.area_id:
                concern.area_id = concern.site_id.area_id

    @api.depends("state", "triage_due")
    def _compute_triage_late(self):
        now = fields.Datetime.now()
        for concern in self:
            concern.triage_late = bool(
                concern.state == "new"
                and concern.triage_due
                and concern.triage_due < now
            )

    @api.model
    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [("state", "=", "new"), ("triage_due", "<", fields.Datetime.now())]
        if True in value and False in value:
            return fields.Domain.TRUE
        return fields.Domain(late) if True in value else ~fields.Domain(late)

    @api.constrains("duplicate_of_id")
    def _check_duplicate_of(self):
        for concern in self:
            if concern.duplicate_of_id == concern:
                raise ValidationError(
                    self.env._("A concern cannot be its own duplicate.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._with_clean_photo(vals) for vals in vals_list]
        concerns = super().create(vals_list)
        for level, records in concerns.grouped(
            lambda concern: "high" if concern.immediate_danger == YES else "medium"
        ).items():
            for start, batch in records.grouped(self._clock_start).items():
                batch._unprotected().write(
                    {"triage_due": start + timedelta(hours=TRIAGE_HOURS[level])}
                )
        concerns.filtered(lambda c: c.immediate_danger == YES)._page_on_call()
        return concerns

    def write(self, vals):
        vals = self._with_clean_photo(vals)
        calm = self.browse()
        if vals.get("immediate_danger") in (YES, True):
            calm = self.filtered(lambda concern: concern.immediate_danger != YES)
        result = super().write(vals)
        calm._page_on_call()
        return result

    @api.model
    def _clock_start(self, concern):
        """R15: clocks start when somebody wrote it, not when a telephone found the
        network."""
        return min(concern.written_at or concern.received_at, concern.received_at)

    # Photo

    @api.model
    def _with_clean_photo(self, vals):
        if not vals.get("photo"):
            return vals
        return dict(vals, photo=self._clean_photo(vals["photo"]))

    @api.model
    def _clean_photo(self, data):
        """Return the photo drawn anew: no metadata, no larger than needed (R30)."""
        if isinstance(data, str):
            data = data.encode()
        raw = base64.b64decode(data)
        if len(raw) > PHOTO_MAX_BYTES:
            raise UserError(self.env._("The photo is too large: 4 MB at most."))
        try:
            drawn = pictures.photo(raw, PHOTO_SIDE)
        except pictures.PictureError as error:
            self.env["remediation.case"]._refuse_undrawn(raw)
            raise UserError(
                self.env._("Send the photo as a JPEG or PNG picture.")
            ) from error
        return base64.b64encode(drawn)
