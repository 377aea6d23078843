from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.share_out import Claim, least_to_bring, share_out

claims = st.lists(
    st.tuples(st.integers(0, 180), st.integers(0, 2_000_000)), min_size=1, max_size=25
).map(lambda rows: [Claim(i, *row) for i, row in enumerate(rows)])


@tagged("post_install", "-at_install")
class TestShareOutFormula(BaseCase):
    """domain.md §5.2, R49, as pure arithmetic in smallest units."""

    @settings(max_examples=300, deadline=None)
    @given(
        cash=st.integers(0, 50_000_000),
        claims=claims,
        step=st.sampled_from([1, 50, 100, 5000]),
    )
    def test_r49_payouts_and_rest_are_the_fund(self, cash, claims, step):
        result = share_out(cash, claims, step)
        self.assertEqual(
            sum(line.payout for line in result.payouts.values()) + result.rest, cash
        )
        self.assertGreaterEqual(result.rest, 0)
        for claim in claims:
            line = result.payouts[claim.key]
            self.assertGreaterEqual(line.payout, 0)
            self.assertEqual(line.payout % step, 0)
            self.assertEqual(line.netted + line.unpaid, claim.debt)
            # netting never exceeds the borrower's own part of the fund
            self.assertLessEqual(line.netted, line.gross)

    @settings(max_examples=300, deadline=None)
    @given(cash=st.integers(0, 50_000_000), claims=claims)
    def test_r49_value_is_fund_with_netted_loans_by_shares(self, cash, claims):
        result = share_out(cash, claims)
        shares = sum(claim.shares for claim in claims)
        if not shares:
            self.assertEqual((result.value, result.rest), (0, cash))
            return
        netted = sum(
            min(Fraction(claim.debt), result.value * claim.shares) for claim in claims
        )
        self.assertEqual(result.value * shares, cash + netted)

    @settings(max_examples=300, deadline=None)
    @given(cash=st.integers(0, 50_000_000), claims=claims, data=st.data())
    def test_r49_least_to_bring_is_enough_and_the_least(self, cash, claims, data):
        keys = [claim.key for claim in claims if claim.debt]
        whole = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
        bring = least_to_bring(cash, claims, whole)
        self.assertEqual(set(bring), whole)

        def after(amounts):
            return share_out(
                cash + sum(amounts.values()),
                [
                    Claim(c.key, c.shares, c.debt - amounts.get(c.key, 0))
                    for c in claims
                ],
            ).payouts

        for key in whole:
            self.assertEqual(after(bring)[key].unpaid, 0)
            if bring[key]:
                short = after({**bring, key: bring[key] - 1})
                self.assertGreater(short[key].unpaid, 0)

    def test_r49_fully_absorbed_borrower(self):
        # 100 shares, cash 80,000; one of 20 shares owes far more than her payout
        result = share_out(80_000, [Claim(1, 20, 50_000), Claim(2, 80)])
        self.assertEqual(result.value, Fraction(80_000, 80))
        self.assertEqual(result.payouts[1].netted, 20_000)
        self.assertEqual(result.payouts[1].unpaid, 30_000)
        self.assertEqual(result.payouts[2].payout, 80_000)

    def test_r49_value_may_lie_below_the_share_value(self):
        result = share_out(40_000, [Claim(1, 50), Claim(2, 50)])
        self.assertEqual(result.value, 400)

    def test_negative_fund_is_refused(self):
        with self.assertRaises(ValueError):
            share_out(-1, [Claim(1, 1)])
        with self.assertRaises(ValueError):
            share_out(1, [Claim(1, 1)], 0)
