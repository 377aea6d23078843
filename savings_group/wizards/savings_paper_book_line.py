from odoo import fields, models


class SavingsPaperBookLine(models.TransientModel):
    """One row of the sheet, with what is wrong with it."""

    _name = "savings.paper.book.line"
    _description = "Row of a Paper Book"
    _order = "row"

    book_id = fields.Many2one("savings.paper.book", required=True, ondelete="cascade")
    row = fields.Integer()
    raw_name = fields.Char(string="Name")
    date = fields.Date()
    membership_id = fields.Many2one("savings.membership", ondelete="cascade")
    attendance = fields.Char()
    shares = fields.Integer()
    loan_repaid = fields.Float()
    loan_given = fields.Float()
    fine = fields.Float()
    social_in = fields.Float()
    social_out = fields.Float()
    counted_loan = fields.Float()
    counted_social = fields.Float()
    has_count = fields.Boolean()
    problem = fields.Char()
