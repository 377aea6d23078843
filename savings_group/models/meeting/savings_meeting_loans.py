from odoo import models
from odoo.exceptions import UserError

from .savings_loan import LIVE_STATES


class SavingsMeeting(models.Model):
    """The loans of a meeting: interest, repayments, new loans and their reversal."""

    _inherit = "savings.meeting"

    def _accrue(self):
        """Write the charges that fell due before the meeting."""
        live = self.env["savings.loan"].search(
            [("cycle_id", "in", self.cycle_id.ids), ("state", "in", LIVE_STATES)]
        )
        by_cycle = live.grouped("cycle_id")
        vals_list = []
        for meeting in self:
            loans = by_cycle.get(meeting.cycle_id, live.browse())
            vals_list += loans._prepare_charges(meeting.date, meeting)
            loans._mark_late(meeting.date)
        self.env["savings.loan.move"]._unprotected().create(vals_list)

    def _reverse_lines(self):
        """Take back the loan movements of the lines that this meeting reverses."""
        lines = self.line_ids.filtered(lambda line: line.kind == "reversal")
        if not lines:
            return
        moves_model = self.env["savings.loan.move"]
        moves = moves_model.search(
            [("line_id", "in", lines.reverses_id.ids), ("kind", "!=", "reversal")]
        )
        given = moves.filtered(lambda move: move.kind == "given").loan_id
        if any(loan._was_touched() for loan in given):
            raise UserError(
                self.env._(
                    "A loan given on a reversed line was repaid meanwhile: take the "
                    "reversal out, and reverse the repayment first."
                )
            )
        if (moves.loan_id - given).filtered(lambda loan: loan.state == "written_off"):
            raise UserError(
                self.env._(
                    "The loan of a reversed repayment was written off: it stays."
                )
            )
        moves |= given.move_ids.filtered(lambda move: move.kind == "charge")
        by_line = moves.grouped("line_id")
        vals_list = []
        for line in lines:
            own = by_line.get(line.reverses_id, moves_model)
            own |= own.filtered(
                lambda move: move.kind == "given"
            ).loan_id.move_ids.filtered(lambda move: move.kind == "charge")
            vals_list += own._prepare_reversal(line.meeting_id, line)
        moves_model._unprotected().create(vals_list)
        given._unprotected().write({"state": "cancelled"})
        back = (moves.loan_id - given).filtered(lambda loan: loan.state == "repaid")
        back._unprotected().write({"state": "outstanding"})
        for meeting in self:
            back.filtered(
                lambda loan, meeting=meeting: loan.cycle_id == meeting.cycle_id
            )._mark_late(meeting.date)

    def _settle_repayments(self):
        """Spread each repayment over the member's loans, the one due first in front."""
        lines = self.line_ids.filtered(
            lambda line: line.kind == "regular" and line.loan_repaid
        )
        live = self.env["savings.loan"]._live_of(lines.membership_id)
        by_member = live.grouped("membership_id")
        vals_list = []
        for line in lines:
            left = line.loan_repaid
            for loan in by_member.get(line.membership_id, live.browse()):
                paid = min(left, loan.balance)
                if not paid:
                    continue
                vals_list.append(
                    loan._prepare_payment(
                        paid,
                        "repayment",
                        line.meeting_id.date,
                        meeting_id=line.meeting_id.id,
                        line_id=line.id,
                    )
                )
                left = line.currency_id.round(left - paid)
        self.env["savings.loan.move"]._unprotected().create(vals_list)
        live._settle_state()

    def _give_loans(self):
        """Make the loans of the lines: approved requests, or typed at the table."""
        loans = self.env["savings.loan"]
        lines = self.line_ids.filtered(lambda line: line.kind == "regular")
        approved = loans.search(
            [("meeting_id", "in", self.ids), ("state", "=", "approved")]
        )
        by_line = approved.grouped("line_id")
        giving = lines.filtered("loan_given")
        dropped = approved.filtered(lambda loan: loan.line_id not in giving)
        dropped._unprotected().write(
            {"state": "requested", "meeting_id": False, "line_id": False}
        )
        new = (
            loans._unprotected()
            .create(
                [
                    {
                        "membership_id": line.membership_id.id,
                        "amount": line.loan_given,
                        "meeting_id": line.meeting_id.id,
                        "line_id": line.id,
                    }
                    for line in giving
                    if line not in by_line
                ]
            )
            .with_env(self.env)
        )
        given = new | (approved - dropped)
        for meeting, own in given.grouped("meeting_id").items():
            own._unprotected().write(
                {"state": "outstanding", "disbursed_on": meeting.date}
            )
        for loan in given:
            loan._unprotected().write(
                {
                    "amount": loan.line_id.loan_given,
                    "due_on": loan.disbursed_on + loan.cycle_id._period() * loan.term,
                    "charge_periods": 1,
                }
            )
        self._book_given(given)
        given._make_schedule()

    def _book_given(self, given):
        """Write down what each loan gave and what it costs for its first period."""
        vals_list = []
        for loan in given:
            common = {
                "loan_id": loan.id,
                "date": loan.disbursed_on,
                "meeting_id": loan.meeting_id.id,
            }
            vals_list.append(
                dict(
                    common, kind="given", principal=loan.amount, line_id=loan.line_id.id
                )
            )
            charge = loan.currency_id.round(
                loan.amount * loan.cycle_id.charge_rate / 100
            )
            if charge:
                vals_list.append(dict(common, kind="charge", charge=charge))
        self.env["savings.loan.move"]._unprotected().create(vals_list)

    def _settle_entries(self):
        """Pay leavers out: net their debt, close their membership."""
        for entry in self.entry_ids.filtered(lambda entry: entry.kind == "leaver"):
            entry._pay_leaver()
