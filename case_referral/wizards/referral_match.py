from odoo import api, fields, models
from odoo.fields import Command


class ReferralMatch(models.TransientModel):
    """Shows the ranking for a case and prepares what was chosen.

    Who may what: whoever may read the case; nothing is sent from here.
    """

    _name = "referral.match"
    _description = "Find a Partner"

    case_id = fields.Many2one("remediation.case", required=True, readonly=True)
    service_type_id = fields.Many2one(
        comodel_name="remediation.service.type",
        help="Empty: rank case managers who could hold the case.",
    )
    action_id = fields.Many2one(
        comodel_name="remediation.plan.action",
        domain="[('case_id', '=', case_id)]",
    )
    sex_wanted = fields.Selection(
        selection=[("female", "A Woman"), ("male", "A Man")],
        string="The Child Asked For",
        compute="_compute_sex_wanted",
        store=True,
        readonly=False,
    )
    line_ids = fields.One2many(
        comodel_name="referral.match.line", inverse_name="match_id", readonly=True
    )
    is_ranked = fields.Boolean(readonly=True)

    @api.depends("case_id")
    def _compute_sex_wanted(self):
        for match in self:
            match.sex_wanted = match.case_id.sex_wanted

    @api.onchange("service_type_id", "sex_wanted")
    def _onchange_what_is_sought(self):
        """The ranking of something else goes, until the search is pressed: only rows
        that are saved can be chosen."""
        self.line_ids = False
        self.is_ranked = False

    def action_rank(self):
        """Rank for what is sought now and show the ranking. For whoever may read the
        case (AccessError otherwise); case managers for the back office alone."""
        self.ensure_one()
        rows = self.case_id.rank_partners(self.service_type_id.id, self.sex_wanted)
        self.write(
            {
                "is_ranked": True,
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "sequence": number,
                                "partner_id": row["partner_id"],
                                "manager_id": row["manager_id"],
                                "score": row["score"],
                                "reasons": " ".join(row["reasons"]),
                            }
                        )
                        for number, row in enumerate(rows, start=1)
                    ),
                ],
            }
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "case_referral.referral_match_action"
        )
        return {**action, "res_id": self.id}


class ReferralMatchLine(models.TransientModel):
    _name = "referral.match.line"
    _description = "Ranked Partner"
    _order = "sequence, id"

    match_id = fields.Many2one("referral.match", required=True, ondelete="cascade")
    sequence = fields.Integer(string="Rank")
    partner_id = fields.Many2one("res.partner", string="Organisation", readonly=True)
    manager_id = fields.Many2one(
        "remediation.case.manager", string="Case Manager", readonly=True
    )
    score = fields.Float(readonly=True)
    reasons = fields.Text(readonly=True)

    def action_choose(self):
        """Prepare the referral or the assignment as a draft and open it."""
        self.ensure_one()
        match = self.match_id
        case = match.case_id
        case.check_access("read")
        vals = {"case_id": case.id, "to_organisation_id": self.partner_id.id}
        if self.manager_id:
            vals.update(
                referral_type="assignment",
                data_set="minimum",
                to_case_manager_id=self.manager_id.id,
            )
        else:
            vals.update(
                referral_type="referral",
                service_type_id=match.service_type_id.id,
                action_id=match.action_id.id,
            )
        referral = self.env["remediation.referral"].create(vals)
        return {
            "type": "ir.actions.act_window",
            "res_model": "remediation.referral",
            "res_id": referral.id,
            "views": [(False, "form")],
        }
