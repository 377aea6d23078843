import base64
import logging
from datetime import timedelta

import pytz
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import (
    AccessError,
    ConcurrencyError,
    UserError,
    ValidationError,
)
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools import pictures
from odoo.addons.remediation_base.tools.moments import read_moment
from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

from ..forms.concern import CONCERN

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

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
    _inherit = ["remediation.coded.mixin"]
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
        help="When the reporter wrote it, if it waited on a telephone without network. "
        "Deadlines run from here.",
    )
    channel = fields.Selection(
        selection=[
            ("site_visit", "Site visit"),
            ("hotline", "Hotline"),
            ("portal", "Portal"),
            ("public_form", "Public form"),
            ("community", "Community"),
            ("school", "School"),
            ("authority", "Authority"),
            ("audit", "Audit"),
            ("self", "The child"),
            ("family", "Family"),
            ("grievance", "Complaint"),
            ("pdm", "Check after payment"),
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
        help="Key made by the sender's telephone: the same report is kept once.",
    )

    # Reporter: restricted to those who triage
    reporter_type = fields.Selection(
        selection=[
            ("monitor", "Site monitor"),
            ("cooperative", "Cooperative member"),
            ("local_authority", "Local authority"),
            ("teacher", "Teacher"),
            ("health", "Health worker"),
            ("ngo", "Organisation"),
            ("company", "Company"),
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
        copy=False,
        groups="case_referral.group_intake",
    )
    tell_reporter = fields.Boolean(
        copy=False,
        groups="case_referral.group_intake",
        help="Lets the reporter read more than “received” about this report.",
    )

    # What was seen
    site_id = fields.Many2one(comodel_name="remediation.site", index=True)
    area_id = fields.Many2one(
        comodel_name="remediation.area",
        compute="_compute_area_id",
        store=True,
        readonly=False,
        index=True,
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
    child_age = fields.Integer(string="Estimated age")
    work_observed = fields.Text(
        groups="child_remediation.group_identity,case_referral.group_intake"
    )
    immediate_danger = fields.Boolean()
    photo = fields.Binary(
        attachment=True,
        copy=False,
        groups="child_remediation.group_identity,case_referral.group_intake",
    )

    # Triage and decision
    team_id = fields.Many2one(
        comodel_name="remediation.team",
        string="Triage team",
        index=True,
        check_company=True,
    )
    state = fields.Selection(
        selection=[
            ("new", "New"),
            ("triaged", "Triaged"),
            ("accepted", "Case made"),
            ("screened_out", "Screened out"),
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
            ("no_child_labour", "No child labour"),
            ("adult", "Adult"),
            ("out_of_area", "Outside the area"),
            ("duplicate", "Duplicate"),
            ("insufficient_info", "Not enough information"),
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
        comodel_name="remediation.concern", readonly=True, copy=False, index=True
    )
    beneficiary_id = fields.Many2one(
        comodel_name="remediation.beneficiary",
        string="Known child",
        copy=False,
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
    attached_to_open_case = fields.Boolean(readonly=True, copy=False)
    holder_id = fields.Many2one(
        related="case_id.user_id",
        string="Case held by",
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
            lambda concern: "high" if concern.immediate_danger else "medium"
        ).items():
            for start, batch in records.grouped(self._clock_start).items():
                batch._unprotected().write(
                    {"triage_due": start + timedelta(hours=TRIAGE_HOURS[level])}
                )
        concerns.filtered("immediate_danger")._page_on_call()
        return concerns

    def write(self, vals):
        vals = self._with_clean_photo(vals)
        calm = self.browse()
        if vals.get("immediate_danger"):
            calm = self.filtered(lambda concern: not concern.immediate_danger)
        result = super().write(vals)
        calm._page_on_call()
        return result

    @api.model
    def _clock_start(self, concern):
        """R15: clocks start when somebody wrote it, not when a telephone found the
        network."""
        return min(concern.written_at or concern.received_at, concern.received_at)

    # Decisions

    def _check_triage_right(self):
        """Only intake, supervisors and coordinators decide about concerns."""
        if not self.env.user.has_group("case_referral.group_intake"):
            raise AccessError(
                self.env._("Ask intake or a supervisor to decide about this concern.")
            )
        self.check_access("write")

    def action_triage_high(self):
        """Triage at level high; see :meth:`action_triage`."""
        return self.action_triage("high")

    def action_triage_medium(self):
        """Triage at level medium; see :meth:`action_triage`."""
        return self.action_triage("medium")

    def action_triage_low(self):
        """Triage at level low; see :meth:`action_triage`."""
        return self.action_triage("low")

    @step(
        frm=("new", "triaged"),
        to="triaged",
        allowed="_check_triage_right",
        stamp="triaged",
        asks={"level": "triage_level"},
        title=_lt("Triage"),
    )
    def action_triage(self, level):
        """Set the triage level of new or triaged concerns.

        Intake only (AccessError). A level that is not high, medium or low, or a
        concern decided already, is a UserError. High pages the supervisor on call.
        The decision's deadline follows from receipt, never from now.
        """
        for start, concerns in self.grouped(self._clock_start).items():
            concerns._unprotected().write(
                {"triage_due": start + timedelta(hours=TRIAGE_HOURS[level])}
            )
        if level == "high":
            self._page_on_call()

    @step(
        frm=("new", "triaged"),
        to="screened_out",
        allowed="_check_triage_right",
        stamp="decided",
        asks={
            "reason": "decision_reason",
            "note": Ask("decision_note", required=False),
        },
        title=_lt("Screen Out"),
    )
    def action_screen_out(self, reason, note=None):
        """Close concerns without a case, with a reason.

        Intake only. ``reason`` is a value of ``decision_reason``; "not enough
        information" needs a note saying what was tried.
        """
        if reason == "insufficient_info" and not (note or "").strip():
            raise UserError(
                self.env._("Write what was tried to learn more about this concern.")
            )

    @step(frm="screened_out", to="new", allowed="_check_triage_right")
    def action_reopen(self):
        """Take a screened-out concern back into triage. Intake only."""
        self._unprotected().write(
            {"decision_reason": False, "decided_by_id": False, "decided_on": False}
        )

    @step(
        frm=("new", "triaged"),
        to="merged",
        allowed="_check_triage_right",
        stamp="decided",
    )
    def action_merge(self, concern_id):
        """Close these concerns as duplicates of another one. Intake only."""
        target = self.browse(concern_id).exists()
        if not target or target in self:
            raise UserError(self.env._("Choose another concern to merge into."))
        target.check_access("read")
        self._unprotected().write(
            {
                "decision_reason": "duplicate",
                "duplicate_of_id": target.id,
                "case_id": target.case_id.id,
            }
        )

    def action_open_accept(self):
        """Open the wizard that makes the case or attaches to the open one."""
        self.ensure_one()
        self._check_triage_right()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make a case"),
            "res_model": "remediation.concern.accept",
            "view_mode": "form",
            "target": "new",
            "context": {"default_concern_id": self.id},
        }

    def action_open_screen_out(self):
        """Open the wizard that asks for the reason."""
        self._check_triage_right()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Screen out"),
            "res_model": "remediation.concern.screen",
            "view_mode": "form",
            "target": "new",
            "context": {"default_concern_ids": self.ids},
        }

    def action_open_case(self):
        """Open the case this concern led to, by the user's own rights."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "remediation.case",
            "res_id": self.case_id.id,
            "views": [(False, "form")],
        }

    @step(frm=("new", "triaged"), to=("accepted",), allowed="_check_triage_right")
    def _accept(self, beneficiary, case_vals):
        """Make or find the case of ``beneficiary`` for this concern (R5).

        An open case takes the concern; a closed one is kept and a new case names it
        as the case it follows (re-referral); otherwise a case is made. Runs as the
        user: whoever may not open cases cannot accept.
        """
        self.ensure_one()
        Case = self.env["remediation.case"]
        # sudo: R4 and R5 hold over cases that this user may not read; only the
        # existence of an open case of this child is used.
        open_case = Case.sudo().search(
            [("beneficiary_id", "=", beneficiary.id), ("stage", "!=", "closed")],
            limit=1,
        )
        attached = bool(open_case)
        if open_case:
            case = open_case.with_env(self.env)
        else:
            Case.check_access("create")
            case = (
                Case._unprotected()
                .create(
                    dict(
                        case_vals,
                        beneficiary_id=beneficiary.id,
                        company_id=self.company_id.id,
                    )
                )
                .with_env(self.env)
            )
        self._unprotected().write(
            {
                "state": "accepted",
                "case_id": case.id,
                "beneficiary_id": beneficiary.id,
                "attached_to_open_case": attached,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )
        if attached:
            # sudo: the line is by code only and belongs in the open case's log,
            # whoever holds that case.
            case.sudo()._message_log_batch(
                bodies={
                    case.id: self.env._("Concern %s was added to this case.", self.name)
                }
            )
        return case

    # Alerts

    def _on_call_users(self):
        """Return who is paged: the team's person on call, else its supervisor,
        else every coordinator of the company."""
        self.ensure_one()
        team = self.team_id or self.env["remediation.team"].search(
            [
                ("company_id", "in", [self.company_id.id, False]),
                ("on_call_user_id", "!=", False),
            ],
            limit=1,
        )
        users = team.on_call_user_id or team.supervisor_id
        if not users:
            users = self.env.ref("child_remediation.group_coordinator").user_ids
            users = users.filtered(lambda user: self.company_id in user.company_ids)
        return users.filtered("active")

    def _page_on_call(self):
        """Tell the supervisor on call at once, by code and link only."""
        if not self:
            return
        template = self.env.ref("case_referral.mail_template_concern_urgent")
        for concern in self:
            # sudo: the reporter must not read teams or who is on call, yet his
            # report has to reach that person.
            urgent = concern.sudo()
            for user in urgent._on_call_users():
                template.sudo().with_context(lang=user.lang).send_mail(
                    urgent.id,
                    email_values={
                        "email_to": user.email_formatted,
                        "recipient_ids": [],
                    },
                )
                user._bus_send(
                    "simple_notification",
                    {
                        "type": "danger",
                        "sticky": True,
                        "title": user.with_context(lang=user.lang).env._(
                            "Child in immediate danger"
                        ),
                        "message": urgent.name,
                    },
                )
        # sudo: alert times are set by the system alone.
        self.sudo()._unprotected().write({"paged_on": fields.Datetime.now()})

    @api.model
    def _cron_alert_overdue(self):
        """Page once for every concern whose triage is late."""
        late = self.search(
            [
                ("state", "=", "new"),
                ("triage_due", "<", fields.Datetime.now()),
                ("overdue_alerted_on", "=", False),
            ],
            limit=500,
        )
        late._page_on_call()
        late._unprotected().write({"overdue_alerted_on": fields.Datetime.now()})

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

    # Portal

    @api.model
    def _read_portal_values(self, values):
        """Return the whitelisted values of a report, or a sentence per mistake.

        Danger first (R59): where a child is in immediate danger nothing is a mistake;
        what is right is taken and the rest is kept as words.
        """
        vals, wrong = CONCERN.parse(self.env, values)
        # What nobody answered keeps the value of the model.
        vals = {name: value for name, value in vals.items() if value}
        vals.setdefault("immediate_danger", False)
        vals["written_at"] = False
        try:
            vals["written_at"] = self._read_moment(values.get("written_at"))
        except ValueError:
            # A wrong clock is no reason to wait; what it said is kept.
            self._keep_words(vals, values, ["written_at"])
        if vals.get("immediate_danger"):
            self._keep_words(vals, values, wrong)
            return vals, []
        if not wrong and not vals.get("work_observed") and not vals.get("location"):
            wrong[""] = self.env._("Write what you saw and where.")
        return vals, list(wrong.values())

    @api.model
    def _keep_words(self, vals, values, names):
        """What could not be taken stays with the report as words, for a person."""
        words = [f"{name}: {values[name]}" for name in names]
        vals["work_observed"] = (
            "\n".join(filter(None, [vals.get("work_observed"), *words])) or False
        )

    @api.model
    def _read_moment(self, text):
        # sudo: the zone of the company, for whoever reports.
        zone = self.env.company.sudo().partner_id.tz or "Africa/Lubumbashi"
        return read_moment(text, pytz.timezone(zone), fields.Datetime.now()) or False

    @api.model
    def _portal_sites(self):
        return self.env["remediation.site"].search(
            [("company_id", "in", [False, self.env.company.id])], limit=200
        )

    @api.model
    def _portal_photo(self, values, vals):
        """The photo of a report; one that cannot be read never holds danger back."""
        try:
            return {"photo": self._clean_photo(values["photo"])}
        except ValueError:
            error = self.env._("Send the photo as a JPEG or PNG picture.")
            if not vals.get("immediate_danger"):
                raise UserError(error) from None
            self._keep_words(vals, {"photo": error}, ["photo"])
            return {}
        except UserError as error:
            if not vals.get("immediate_danger"):
                raise
            self._keep_words(vals, {"photo": str(error)}, ["photo"])
            return {}

    @api.model
    def _portal_client_key(self, key):
        if not isinstance(key, str) or not 16 <= len(key) <= 64:
            raise UserError(
                self.env._("Reload the page and send the report once more.")
            )
        if not key.replace("-", "").isalnum():
            raise UserError(
                self.env._("Reload the page and send the report once more.")
            )
        return key

    @api.model
    def portal_report(self, values):
        """Register one report of a portal reporter, exactly once.

        For portal reporters (AccessError otherwise). ``values`` may hold location,
        child_nickname, child_sex, child_age, children_count, work_observed,
        immediate_danger, consent_to_be_contacted, site_id, written_at, photo (base64)
        and must hold ``client_key``: the same key from the same user returns the
        first report's code and makes nothing. Returns ``{"code": …, "new": bool}``.
        Mistakes are one UserError with a sentence for each. Reporters never hear of a
        match with a known child (R4).
        """
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_reporter"):
            raise AccessError(self.env._("Only reporters send reports here."))
        if not isinstance(values, dict):
            raise UserError(
                self.env._("Reload the page and send the report once more.")
            )
        key = f"{user.id}:{self._portal_client_key(values.get('client_key'))}"
        vals, problems = self._read_portal_values(values)
        if problems:
            raise UserError("\n".join(problems))
        if values.get("photo"):
            vals.update(self._portal_photo(values, vals))
        vals.update(
            channel="portal",
            client_key=key,
            reporter_user_id=user.id,
            reporter_type=self._portal_reporter_type(),
            reporter_organisation_id=user.sudo().partner_id.commercial_partner_id.id,
            company_id=user.company_id.id,
            registered_by_id=user.id,
        )
        return self._register_once(key, vals)

    @api.model
    def _public_report(self, values):
        """Register a report of the public form: anonymous, no photo, slowed down.

        Called by the public page only.
        """
        company = self.env.company
        vals, problems = self._read_portal_values(values)
        if problems:
            raise UserError("\n".join(problems))
        key = f"public:{self._portal_client_key(values.get('client_key'))}"
        vals.update(
            channel="public_form",
            client_key=key,
            reporter_type="anonymous",
            company_id=company.id,
            registered_by_id=False,
        )
        return self._register_once(key, vals)

    @api.model
    def _register_once(self, key, vals):
        # sudo: portal users and the public have no create right on concerns; the
        # values were whitelisted by the caller.
        Concern = self.sudo()
        # One report at a time per key: the loser of a race reads the winner's row.
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            (f"remediation.concern:{key}",),
        )
        known = Concern.search([("client_key", "=", key)], limit=1)
        if known:
            return {"code": known.name, "new": False}
        # Danger is taken whatever came before it (R59).
        sending = self.env["remediation.sending"]
        if vals.get("immediate_danger"):
            sending._count("concern")
        else:
            sending._count_or_refuse("concern")
        try:
            with self.env.cr.savepoint():
                concern = Concern._unprotected().create(vals)
        except UniqueViolation as error:
            # The first one was kept after this transaction began: try again, and
            # read it.
            raise ConcurrencyError(key) from error
        return {"code": concern.name, "new": True}

    @api.model
    def _portal_reporter_type(self):
        # sudo: reads the caller's own partner only.
        partner = self.env.user.sudo().partner_id.commercial_partner_id
        return partner.remediation_reporter_type or "monitor"

    @api.model
    def portal_my_concerns(self):
        """Return the caller's own reports, newest first, 80 at most.

        For portal reporters. Each is a dict of code, received_at, written summary and
        status; the status is "received" unless triage allowed more.
        """
        if not self.env.user.has_group("child_remediation.group_portal_reporter"):
            raise AccessError(self.env._("Only reporters see reports here."))
        # sudo: reporters have no right on concerns at all; only the caller's own are
        # read, and the state is told in a general word where triage allowed it.
        concerns = self.sudo().search(
            [("reporter_user_id", "=", self.env.uid)], limit=80
        )
        return [
            {
                "code": concern.name,
                "received_at": concern.received_at,
                "site": concern.site_id.display_name or concern.location or "",
                "status": concern._reporter_status(),
            }
            for concern in concerns
        ]

    def _reporter_status(self):
        self.ensure_one()
        if not self.tell_reporter:
            return "received"
        if self.state in ("new", "triaged"):
            return "in_review"
        return "followed_up" if self.state == "accepted" else "closed"
