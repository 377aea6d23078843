from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.words import say_pair


class Note(models.Model):
    """Free text about a case, outside the chatter (R25).

    Append-only after 24 hours; until then an edit keeps both texts. Nothing is
    deleted. Only the author edits.
    """

    _name = "remediation.note"
    _description = "Case Note"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "date desc, id desc"

    _evidence_edited = frozenset(
        {"text", "subject", "date", "kind", "former_texts", "edited_on"}
    )
    _evidence_new_for = "24 hours"

    _protected_fields = frozenset({"author_id", "former_texts", "edited_on"})

    date = fields.Datetime(required=True, default=fields.Datetime.now)
    subject = fields.Char()
    kind = fields.Selection(
        [
            ("note", "Note"),
            ("call", "Call"),
            ("contact_attempt", "Attempt to Contact"),
            ("conference", "Case Conference"),
        ],
        default="note",
        required=True,
    )
    text = fields.Text(required=True)
    author_id = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.uid
    )
    former_texts = fields.Json(readonly=True, copy=False)
    edited_on = fields.Datetime(readonly=True, copy=False)

    @api.depends("subject", "kind", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for note in self:
            note.display_name = say_pair(
                self.env, note.case_id.name, kinds.get(note.kind, "")
            )

    def write(self, vals):
        edited = {"text", "subject", "date", "kind"} & vals.keys()
        if edited and not self._is_unprotected():
            now = fields.Datetime.now()
            for note in self:
                if note.author_id != self.env.user:
                    raise UserError(
                        self.env._(
                            "Only its author edits a note: write one of your own."
                        )
                    )
                if now - note.create_date > timedelta(hours=24):
                    raise UserError(
                        self.env._(
                            "A note does not change after 24 hours: write another one."
                        )
                    )
                former = [
                    *(note.former_texts or []),
                    {
                        "subject": note.subject,
                        "text": note.text,
                        "until": fields.Datetime.to_string(now),
                    },
                ]
                note._unprotected().write({"former_texts": former, "edited_on": now})
        return super().write(vals)
