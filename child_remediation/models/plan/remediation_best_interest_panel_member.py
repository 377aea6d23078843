from odoo import fields, models


class BestInterestPanelMember(models.Model):
    """A member of a panel, with the declaration of interest (R21)."""

    _name = "remediation.best.interest.panel.member"
    _description = "Best-Interest Panel Member"
    _inherit = ["remediation.best.interest.part"]
    _order = "id"

    # "member_user_id": user_id is the holder of the case on every case-owned model.
    member_user_id = fields.Many2one("res.users", string="User")
    member_name = fields.Char(string="Name and Function")
    conflict = fields.Selection(
        [("none", "No Conflict of Interest"), ("declared", "Has a Conflict")],
        string="Declaration",
    )
    conflict_note = fields.Char()

    def _count_persons(self):
        """How many people these are: a person twice is one, an empty line nobody."""

        def plain(name):
            return " ".join((name or "").casefold().split())

        others = self.filtered(lambda member: not member.member_user_id)
        names = {plain(member.member_name) for member in others} - {""}
        names -= {plain(user.name) for user in self.member_user_id}
        return len(self.member_user_id) + len(names)
