import base64
import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PAPER, AgreementCommon


@tagged("post_install", "-at_install")
class TestAgreement(AgreementCommon):
    """Signed, approved by two persons, in versions; the funders of a case (R53)."""

    # -- two persons, closed once decided ------------------------------------------
    def test_r18_two_persons_approve(self):
        agreement = self._new_agreement(self.coordinator)
        agreement.action_submit()
        with self.assertRaises(AccessError):
            self._seen(agreement).action_approve()
        with self.assertRaises(AccessError):
            self._seen(agreement, self.supervisor_2).action_approve()
        self._seen(agreement, self.coordinator_2).action_approve()
        self.assertEqual(agreement.state, "approved")
        self.assertEqual(agreement.approved_by_id, self.coordinator_2)

    def test_r62_what_is_submitted_is_closed_with_its_parties(self):
        agreement = self._approved_agreement()
        party = agreement.party_ids[:1]
        with self.assertRaises(UserError):
            agreement.growth = 4.0
        with self.assertRaises(UserError):
            party.share = 59.0
        with self.assertRaises(UserError):
            agreement.write({"party_ids": [self._party("union", self.ngo, 0.0)]})
        with self.assertRaises(AccessError):
            agreement.write({"state": "draft"})

    def test_send_back_says_why(self):
        agreement = self._new_agreement()
        agreement.action_submit()
        agreement.with_user(self.coordinator).action_reject("Add the union")
        self.assertEqual(agreement.state, "draft")
        self.assertEqual(agreement.rejection_comment, "Add the union")
        agreement.growth = 4.0

    def test_the_paper_is_kept_with_its_hash(self):
        agreement = self._new_agreement()
        agreement.action_submit()
        self.assertEqual(
            agreement.paper_sha256,
            hashlib.sha256(base64.b64decode(PAPER)).hexdigest(),
        )
        # past every guard, as somebody with the server's disk would
        agreement.sudo()._unprotected().paper = base64.b64encode(b"another paper")
        with self.assertRaisesRegex(UserError, "not the one that was submitted"):
            self._seen(agreement, self.coordinator).action_approve()

    def test_nothing_is_submitted_without_the_paper(self):
        agreement = self._new_agreement(paper=False)
        with self.assertRaisesRegex(UserError, "signed paper"):
            agreement.action_submit()

    # -- shares -----------------------------------------------------------------------
    def test_r53_shares_are_100_exactly(self):
        for shares in ((60.0, 39.99), (60.0, 40.01), (33.33, 33.33)):
            agreement = self._new_agreement(
                party_ids=[
                    self._party("purchaser", self.purchaser, shares[0]),
                    self._party("operator", self.factory, shares[1]),
                ]
            )
            with self.assertRaisesRegex(UserError, "add up to"):
                agreement.action_submit()
        agreement = self._new_agreement(
            party_ids=[
                self._party("purchaser", self.purchaser, 33.33),
                self._party("operator", self.factory, 33.33),
                self._party("ngo", self.ngo, 33.34),
            ]
        )
        self.assertEqual(agreement.share_total, 100.0)
        agreement.action_submit()

    def test_r53_any_split_of_10000_points_is_100(self):
        """Property: whatever hundredths the shares have, 10,000 of them are 100 % and
        the funders of a case get exactly them."""
        agreement = self._new_agreement()
        parties = agreement.party_ids.filtered("partner_id")

        @settings(max_examples=25, deadline=None, derandomize=True)
        @given(st.integers(1, 9_998), st.integers(1, 9_998))
        def check(first, second):
            first, second = sorted((first, second))
            points = (first, second - first, 10_000 - second)
            for party, point in zip(parties, points, strict=True):
                party.share = point / 100
            self.assertEqual(agreement.share_total, 100.0)
            self.assertFalse(agreement._missing_to_submit())
            shares = agreement._funder_shares()
            self.assertEqual(round(sum(shares.values()) * 100), 10_000)

        check()

    def test_r53_the_parties_are_the_funders_of_the_case(self):
        agreement = self._approved_agreement()
        child = self._new_child(agreement)
        child.action_submit()
        with self.assertRaises(AccessError):
            self._seen(child, child.case_id.user_id).action_approve()
        self._seen(child, self.supervisor).action_approve()
        shares = child.case_id._funding_on(agreement.date_start)
        self.assertEqual(
            {share.funder_id: share.share for share in shares},
            {self.purchaser: 60.0, self.factory: 33.33, self.ngo: 6.67},
        )

    def test_a_payer_in_two_roles_is_one_funder(self):
        agreement = self._approved_agreement(
            party_ids=[
                self._party("purchaser", self.purchaser, 60.0),
                self._party("agent", self.purchaser, 40.0),
            ]
        )
        self.assertEqual(agreement._funder_shares(), {self.purchaser.id: 100.0})

    def test_the_family_is_not_named_and_pays_nothing(self):
        for vals in (
            self._party("family", self.ngo, 0.0),
            self._party("family", False, 5.0),
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._new_agreement(party_ids=[vals])

    def test_each_party_is_named(self):
        agreement = self._new_agreement(
            party_ids=[
                self._party("purchaser", self.purchaser, 100.0),
                self._party("union", False, 0.0),
            ]
        )
        with self.assertRaisesRegex(UserError, "Name the organisation"):
            agreement.action_submit()

    # -- versions, ends ---------------------------------------------------------------
    def test_a_new_version_takes_over_the_children(self):
        agreement = self._approved_agreement()
        child = self._approved_child(agreement)
        action = agreement.action_new_version()
        new = agreement.browse(action["res_id"])
        self.assertEqual((new.version, new.previous_id), (2, agreement))
        with self.assertRaisesRegex(UserError, "was begun"):
            agreement.action_new_version()
        new.write({"signed_on": self.today, "paper": PAPER})
        purchaser, factory, ngo = new.party_ids.filtered("partner_id")
        new.write(
            {
                "party_ids": [
                    Command.update(purchaser.id, {"share": 50.0}),
                    Command.update(factory.id, {"share": 43.33}),
                ]
            }
        )
        new.action_submit()
        with self.assertRaisesRegex(UserError, "starts after"):
            self._seen(new, self.coordinator).action_approve()
        new.with_user(self.coordinator).action_reject("Later")
        new.date_start = "2027-01-01"
        new.action_submit()
        self._seen(new, self.coordinator).action_approve()
        self.assertEqual(agreement.state, "replaced")
        self.assertEqual(agreement.date_last, Date.to_date("2026-12-31"))
        self.assertEqual(child.agreement_id, new)
        for day, share in (("2026-12-31", 60.0), ("2027-01-01", 50.0)):
            funding = child.case_id._funding_on(Date.to_date(day))
            self.assertEqual(
                funding.filtered(lambda f: f.funder_id == self.purchaser).share, share
            )
        self.assertEqual(ngo.share, 6.67)

    def test_bad_input_two_agreements_over_one_child(self):
        first, second = self._approved_agreement(), self._approved_agreement()
        child = self._approved_child(first)
        other = self._new_child(second, child.case_id)
        other.action_submit()
        with self.assertRaisesRegex(UserError, "pays for this child already"):
            self._seen(other, self.supervisor).action_approve()
        child.with_user(self.supervisor).action_end("2026-12-31", "Moved away")
        self._seen(other, self.supervisor).action_approve()
        self.assertEqual(other.state, "approved")

    def test_bad_input_a_payer_stops(self):
        agreement = self._approved_agreement()
        party = agreement.party_ids[0]
        with self.assertRaises(AccessError):
            party.action_stop("2027-01-01", "Left the country")
        party.with_user(self.coordinator).action_stop("2027-01-01", "Left the country")
        self.assertEqual(party.stopped_from, Date.to_date("2027-01-01"))
        self.assertEqual(party.stopped_by_id, self.coordinator)
        with self.assertRaisesRegex(UserError, "before"):
            party.with_user(self.coordinator).action_stop("2027-02-01", "Again")

    def test_ended_it_pays_for_no_child(self):
        agreement = self._approved_agreement()
        child = self._approved_child(agreement)
        agreement.with_user(self.coordinator).action_end("2027-06-30", "Order ended")
        self.assertEqual(child.date_last, Date.to_date("2027-06-30"))
        late = self._new_child(agreement)
        with self.assertRaisesRegex(UserError, "not in force"):
            late.action_submit()

    def test_a_site_agreement_is_for_its_children(self):
        agreement = self._approved_agreement(site_id=self.site.id)
        with self.assertRaisesRegex(UserError, "another site"):
            self._new_child(
                agreement, self._new_case(site_id=self.farm.id)
            ).action_submit()
        self._new_child(agreement, self._new_case(site_id=self.site.id)).action_submit()
