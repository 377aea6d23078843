from odoo import fields, models
from odoo.exceptions import UserError


class CashTransferBooks(models.AbstractModel):
    """A record whose steps make entries that nobody else changes (R68).

    Cash groups imply no accounting rights: posting runs with sudo() after the named
    method checked group, state and four eyes. No name ever enters an entry.
    """

    _name = "cash.transfer.books"
    _description = "Makes Entries by Its Steps"

    def _books(self, model):
        """Return an accounting model for a step of this record: allowed to make the
        entries that nobody else changes (R68). Their author is who pressed the button;
        they subscribe nobody."""
        moves = self.env["account.move"].with_company(self.company_id)._cash_step()
        return moves.with_context(mail_create_nosubscribe=True).env[model]

    def _check_open_date(self, date, journal):
        """Refuse a date in a locked period and offer the first open day."""
        locks = self.company_id._get_violated_lock_dates(date, False, journal)
        if locks:
            first = fields.Date.add(max(lock[0] for lock in locks), days=1)
            raise UserError(
                self.env._(
                    "%(date)s lies in a locked period: choose %(first)s or later.",
                    date=self._say_day(date),
                    first=self._say_day(first),
                )
            )
