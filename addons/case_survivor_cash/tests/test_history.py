from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.remediation_base.tests.undone import undone
from odoo.addons.remediation_base.tools.money import Money

from .common import RecoveryCommon

STEPS = ("submit", "receive", "approve", "pay", "return", "give_back", "cancel")


@tagged("post_install", "-at_install")
class TestHistory(RecoveryCommon):
    """Whatever is announced, received, paid, returned and given back: the ledger and
    the matter agree to the cent."""

    def _take(self, recovery, name):
        """One step where it is possible now; the hands are always the right ones."""
        journal = self.bank_journal.id
        who, frm, args = {
            "submit": (self.trace_worker, ("draft",), ()),
            "receive": (self.reconciler, ("submitted",), (self.today, journal)),
            "approve": (self.approver, ("received",), ()),
            "pay": (self.releaser, ("approved",), (self.today,)),
            "return": (self.reconciler, ("paid",), (self.today, "Back")),
            "give_back": (
                self.releaser,
                ("received", "approved"),
                (self.today, "Appeal"),
            ),
            "cancel": (self.trace_worker, ("draft", "submitted"), ("None",)),
        }[name]
        if recovery.with_env(self.env).state in frm:
            getattr(self._seen(recovery, who), f"action_{name}")(*args)

    def _agrees(self, award, recoveries):
        paid = 0
        for one in recoveries.with_env(self.env):
            wanted = one.amount if one.state in ("received", "approved") else 0.0
            owed, in_books = self._owed(one)
            self.assertAlmostEqual(owed, wanted, 6)
            if not wanted:
                self.assertAlmostEqual(in_books, 0, 6)
            for entry in self._entries(one):
                self.assertAlmostEqual(sum(entry.line_ids.mapped("balance")), 0, 6)
            handed_on = 0
            if one.state != "given_back":
                for payment in one.payment_ids.sorted("id")[1:]:
                    sign = 1 if payment.payment_type == "outbound" else -1
                    handed_on += sign * Money.of(payment.amount, self.usd).units
            if one.is_direct and one.state == "recorded":
                self.assertFalse(one.payment_ids)
                handed_on = Money.of(one.amount, self.usd).units
            paid += handed_on
        money = award.currency_id
        self.assertEqual(Money.of(award[award._paid_field], money).units, paid)
        rest = Money.of(award[award._due_field], money).units - paid
        shown = award[
            "compensation_open" if "compensation_open" in award else "arrears_open"
        ]
        self.assertEqual(Money.of(shown, money).units, rest)

    def test_ledger_and_matter_agree_to_the_cent(self):
        """Property: for any sums and any order of steps, what the ledger handed on
        is what the matter says was paid, and what it owes is what is held."""

        @settings(max_examples=12, deadline=None, derandomize=True)
        @given(
            st.booleans(),
            st.lists(
                st.tuples(
                    st.integers(1, 99_999_999),
                    st.booleans(),
                    st.lists(st.sampled_from(STEPS), max_size=9),
                    st.booleans(),
                ),
                min_size=1,
                max_size=4,
            ),
        )
        def check(is_wage, rows):
            with undone(self.env):
                award = (
                    self._make(
                        "survivor.wage",
                        self.case,
                        claimed=4e6,
                        currency_id=self.usd.id,
                    )
                    if is_wage
                    else self._awarded(4e6)
                )
                recoveries = self.env["remediation.recovery"]
                for cents, direct, steps, straight in rows:
                    one = self._recovery(award, cents / 100, is_direct=direct)
                    recoveries |= one
                    if direct:
                        one.action_record(self.today, "Receipt")
                        continue
                    for name in (*(STEPS[:4] if straight else ()), *steps):
                        self._take(one, name)
                self._agrees(award, recoveries)

        check()
