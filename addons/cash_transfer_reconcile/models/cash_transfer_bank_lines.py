from odoo import fields, models


class CashTransferBankLines(models.AbstractModel):
    """The bank lines of the providers' journals that nobody matched yet: shown in the
    room of a cycle and of its plans."""

    _name = "cash.transfer.bank.lines"
    _description = "Bank Lines to Match"

    bank_line_count = fields.Integer(
        compute="_compute_bank_line_count",
        string="Bank Lines to Match",
        help="Lines of the provider's journals that nobody reconciled yet.",
    )

    def _bank_journals(self):
        """Hook: the journals that the money of one record goes through."""
        raise NotImplementedError(self._name)

    def _compute_bank_line_count(self):
        # sudo: the number of lines; opening them asks for accounting rights
        journals = {record: record.sudo()._bank_journals() for record in self}
        every = self.env["account.journal"].union(*journals.values())
        counts = dict(
            self.env["account.bank.statement.line"]
            .sudo()  # sudo: as above
            ._read_group(
                [("journal_id", "in", every.ids), ("is_reconciled", "=", False)],
                ["journal_id"],
                ["__count"],
            )
        )
        counts = {journal.id: count for journal, count in counts.items()}
        for record in self:
            record.bank_line_count = sum(
                counts.get(journal.id, 0) for journal in journals[record]
            )

    def action_open_bank_lines(self):
        """Open the screen that reconciles these lines. For people with accounting
        rights: the lines are theirs to read.

        :return: the action.
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_reconcile_oca.action_bank_statement_line_reconcile"
        )
        # sudo: which journals; the lines are read with the rights of the user
        journals = self.sudo()._bank_journals()
        action["domain"] = [("journal_id", "in", journals.ids)]
        action["context"] = {
            "default_journal_id": journals[:1].id,
            "search_default_not_reconciled": True,
            "view_ref": "account_reconcile_oca.bank_statement_line_form_reconcile_view",
        }
        return action
