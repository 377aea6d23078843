from odoo import api, fields, models

from odoo.addons.remediation_base.tools.words import say_pair

#: What a person overrode, and what a rule let pass because somebody gave a reason.
OVERRIDES = [
    ("caseload", "Over the Largest Load"),
    ("conflict", "Related to the Child"),
    ("withheld", "Held against the Family's Wish"),
    ("mentor", "Junior without a Mentor"),
    ("second_person", "Consent Confirmed by a Supervisor"),
    ("not_agreed", "Plan without the Caregiver"),
    ("not_heard", "Plan without the Child"),
    ("no_safety", "Alarm Ended by a Reason"),
    ("deadline", "Deadline Moved"),
    ("placement", "Placed before the Panel"),
    ("emergency", "Sent as an Emergency"),
    ("no_consent", "Sent without Consent"),
    ("stipend", "Stipend below the Earnings"),
]


class Override(models.Model):
    """A rule was passed by on a case: which, who did it, when, for whom and why.

    Written by the steps that allow it, wherever they are, and changed by nobody: one
    list for supervisors of the case, auditors and data protection (R6, R13, R14, R57).
    Emergency access is the safeguarding officer's list.
    """

    _name = "remediation.override"
    _description = "Override"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "date desc, id desc"

    kind = fields.Selection(OVERRIDES, required=True, readonly=True, index=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    done_by_id = fields.Many2one("res.users", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        readonly=True,
        string="For Whom",
        help="Who holds or receives the case by it, where it is about somebody.",
    )
    reason = fields.Text(readonly=True)

    @api.depends("kind", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for override in self:
            override.display_name = say_pair(
                self.env, override.case_id.name, kinds[override.kind]
            )

    @api.model
    def _note(self, kind, records, reason=None, partner_of=None, link=None):
        """Write one row for each case, or record below a case, that a rule let pass.

        :param reason: a text, or a function of a record that gives one
        :param partner_of: function of a record: whom the override is for
        :param link: name of the field that leads back to the record
        """
        vals_list = []
        # sudo: the step checked who may override; the reason may be somebody else's
        for record in records.sudo():
            case = record if record._name == "remediation.case" else record.case_id
            vals = {
                "case_id": case.id,
                "kind": kind,
                "done_by_id": self.env.uid,
                "reason": reason(record) if callable(reason) else reason,
                "partner_id": partner_of(record).id if partner_of else False,
            }
            vals_list.append(dict(vals, **{link: record.id}) if link else vals)
        # sudo: nobody has a right to write this list.
        self.sudo().create(vals_list)

    def action_open_source(self):
        """Open what was decided. For whoever may read it."""
        self.ensure_one()
        return self._source()._get_records_action()

    def _source(self):
        """Hook: the record behind the row."""
        return self.case_id
