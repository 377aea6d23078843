from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import SQL, file_path, mute_logger

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestRemedy(RemediationCommon):
    """What is made good for a complaint: by whom, seen by whom, and was it enough."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = (
            cls.env["remediation.complaint"]
            .with_user(cls.supervisor)
            .create({"description": "No wages", "team_id": cls.team.id})
        )

    def _remedy(self, **vals):
        return self.complaint.remedy_ids.create(
            {
                "complaint_id": self.complaint.id,
                "form": "compensation",
                "description": "Arrears of three months",
                "amount": 100.0,
                "given_on": self.today,
                "given_by_id": self.partner_org.id,
                **vals,
            }
        )

    def _line(self, remedy, partner, share):
        return remedy.contributor_ids.create(
            {"remedy_id": remedy.id, "partner_id": partner.id, "share": share}
        )

    def test_the_shares_of_the_contributors_make_the_whole(self):
        remedy = self._remedy()
        self._line(remedy, self.partner_org, 60.0)
        with self.assertRaisesRegex(UserError, "100 %"):
            remedy.action_deliver()
        self._line(remedy, self.partner_org_b, 40.0)
        remedy.action_deliver()
        self.assertEqual(remedy.contributor_ids.mapped("amount"), [60.0, 40.0])
        with self.assertRaises(UserError):
            remedy.contributor_ids[0].share = 50.0
        with self.assertRaises(UserError):
            self._line(remedy, self.company.partner_id, 1.0)

    @whole
    @settings(max_examples=25, deadline=None)
    @given(
        amount=st.integers(0, 10**7),
        weights=st.lists(st.integers(1, 9999), min_size=1, max_size=5),
    )
    def test_parts_add_up_to_the_last_unit(self, amount, weights):
        whole = sum(weights)
        shares = [weight * 10000 // whole for weight in weights]
        shares[0] += 10000 - sum(shares)
        if not all(shares):
            return
        partners = self.env["res.partner"].create(
            [{"name": f"Payer {number}"} for number in range(len(shares))]
        )
        remedy = self._remedy(
            amount=amount / 100,
            contributor_ids=[
                Command.create({"partner_id": partner.id, "share": share / 100})
                for partner, share in zip(partners, shares, strict=True)
            ],
        )
        parts = [round(part * 100) for part in remedy.contributor_ids.mapped("amount")]
        self.assertEqual(sum(parts), amount)

    def test_who_delivered_does_not_verify(self):
        remedy = self._remedy()
        remedy.action_deliver()
        with self.assertRaises(UserError):
            remedy.action_verify()
        remedy.with_user(self.supervisor_2).action_verify()
        self.assertEqual(remedy.verified_by_id, self.supervisor_2)
        with self.assertRaises(UserError):
            remedy.write({"amount": 1.0})

    def test_whether_it_was_enough_is_asked_of_the_person(self):
        remedy = self._remedy()
        self.assertFalse(remedy.is_enough)
        with self.assertRaises(UserError):
            remedy.with_user(self.supervisor_other).is_enough = "yes"
        remedy.action_deliver()
        remedy.write({"is_enough": "no", "enough_on": self.today})
        self.assertEqual(remedy.is_enough, "no")

    def test_a_remedy_that_was_given_up_has_a_reason(self):
        remedy = self._remedy()
        remedy.action_cancel("The site was closed")
        self.assertEqual(remedy.cancel_reason, "The site was closed")
        with self.assertRaises(UserError):
            remedy.action_deliver()

    def test_outsiders_see_and_do_nothing(self):
        remedy = self._remedy()
        for user in (self.worker, self.supervisor_other, self.monitor, self.auditor):
            with self.assertRaises(AccessError):
                remedy.with_user(user).read(["description"])
            with self.assertRaises(UserError):
                remedy.with_user(user).action_deliver()
        self.assertEqual(remedy.state, "planned")

    def test_r55_what_passes_to_the_officer_takes_its_remedies_along(self):
        remedy = self._remedy()
        self.complaint.action_pass_to_safeguarding()
        with self.assertRaises(AccessError):
            remedy.with_user(self.supervisor).read(["description"])

    def test_a_risk_of_reprisal_needs_a_plan(self):
        self.complaint.write(
            {"answer": "x", "remedy_due": "none", "reprisal_risk": "yes"}
        )
        with self.assertRaisesRegex(UserError, "nobody is harmed"):
            self.complaint.action_answer()
        self.complaint.reprisal_plan = "Another supervisor visits weekly."
        self.complaint.action_answer()
        self.complaint.reprisal_plan = "Twice a week."

    def test_an_appeal_goes_to_a_mechanism_and_ends(self):
        complaint = self.complaint
        with self.assertRaises(UserError):
            complaint.action_appeal(self.today, "independent", "Not heard")
        complaint.write({"answer": "x", "remedy_due": "none"})
        complaint.action_answer()
        with self.assertRaisesRegex(UserError, "No appeal"):
            complaint.action_end_appeal("upheld", self.today)
        complaint.action_appeal(self.today, "independent", "Not heard")
        self.assertEqual(complaint.appeal_to, "independent")
        complaint.action_end_appeal("changed", self.today)
        with self.assertRaisesRegex(UserError, "No appeal"):
            complaint.action_end_appeal("upheld", self.today)

    def test_respondents_and_a_group(self):
        self.complaint.write({"is_group": True, "people_count": 40})
        row = self.complaint.respondent_ids.create(
            {
                "complaint_id": self.complaint.id,
                "kind": "site",
                "site_id": self.site.id,
                "response": "We pay",
            }
        )
        self.assertEqual(row.company_id, self.complaint.company_id)
        with self.assertRaises(AccessError):
            row.with_user(self.supervisor_other).read(["response"])

    # -- what was one field ---------------------------------------------------------
    def test_the_one_remedy_of_a_complaint_becomes_a_line(self):
        """The columns of the version before, as an update finds them."""
        columns = {
            "remedy_kind": "varchar",
            "remedy_description": "varchar",
            "remedy_by_id": "integer",
            "remedy_paid_by_id": "integer",
            "remedy_amount": "numeric",
            "currency_id": "integer",
            "remedy_on": "date",
        }
        self.env.flush_all()
        table = SQL.identifier(self.complaint._table)
        for name, kind in columns.items():
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s",
                    table,
                    SQL.identifier(name),
                    SQL(kind),
                )
            )
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET remedy_kind = 'money', remedy_description = 'Wages', "
                "remedy_by_id = %s, remedy_paid_by_id = %s, remedy_amount = 25, "
                "currency_id = %s, remedy_on = %s, state = 'closed', "
                "closed_on = now() WHERE id = %s",
                table,
                self.partner_org.id,
                self.partner_org_b.id,
                self.company.currency_id.id,
                self.today,
                self.complaint.id,
            )
        )
        self.env.invalidate_all(flush=False)
        script = file_path("child_remediation/migrations/19.0.1.3.0/post-migration.py")
        load_script(script, "post_migration").migrate(self.env.cr, "19.0.1.2.0")
        self.assertEqual(self.complaint.remedy_due, "due")
        remedy = self.complaint.remedy_ids
        self.assertEqual(remedy.form, "compensation")
        self.assertEqual(remedy.amount, 25.0)
        self.assertEqual(remedy.given_by_id, self.partner_org)
        self.assertEqual(remedy.state, "delivered")
        self.assertEqual(remedy.contributor_ids.partner_id, self.partner_org_b)
        self.assertEqual(remedy.contributor_ids.share, 100.0)

    # -- the register --------------------------------------------------------------
    def _register(self, user=None):
        register = (
            self.env["remediation.complaint.register"]
            .with_user(user or self.coordinator)
            .create({})
        )
        return register, {
            (row["category"], row["measure"]): row["complaints"]
            for row in register._suppressed_rows()
        }

    def test_r10_the_register_hides_small_cells(self):
        register, cells = self._register()
        self.assertIsNone(cells["service", "received"])
        self.assertIn("hidden", register.shown)
        with self.assertRaises(AccessError):
            self._register(self.supervisor)

    def test_r58_not_asked_is_never_not_enough(self):
        for answer, wanted in (
            (False, "enough_not_asked"),
            ("unknown", "enough_unknown"),
            ("yes", "enough_yes"),
            ("no", "enough_no"),
        ):
            remedy = self._remedy()
            remedy.action_deliver()
            remedy.is_enough = answer
            measures = self.env["remediation.complaint.register"]._measures_of(
                self.complaint
            )
            self.assertIn("remedied", measures)
            enough = {name for name in measures if name.startswith("enough")}
            self.assertEqual(enough, {wanted})
            remedy.sudo().contributor_ids.unlink()
            remedy.sudo()._unprotected().unlink()

    def _complaints_of(self, number, day):
        keys = (
            self.env["remediation.complaint"]._fields["category"].get_values(self.env)
        )
        complaints = self.env["remediation.complaint"].create(
            [
                {
                    "description": "No wages",
                    "team_id": self.team.id,
                    "category": keys[0],
                }
                for _number in range(number)
            ]
        )
        complaints._unprotected().write({"received_on": day})
        return complaints

    def _register_of(self, user, year):
        return (
            self.env["remediation.complaint.register"]
            .with_user(user)
            .create({"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"})
        )

    def test_reported_10_a_year_is_published_once_and_never_counted_again(self):
        self._complaints_of(12, "2025-03-04")
        self._complaints_of(3, "2024-03-04")
        register = self._register_of(self.coordinator, 2025)
        action = register.action_publish()
        release = self.env[action["res_model"]].browse(action["res_id"])
        cells = [row["complaints"] for row in release.rows]
        self.assertIn(12, cells)
        self._complaints_of(5, "2025-03-05")
        self.assertIn(12, [row["complaints"] for row in release.rows])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            register.action_publish()
        few = self._register_of(self.coordinator, 2024).action_publish()
        rows = self.env[few["res_model"]].browse(few["res_id"]).rows
        self.assertFalse([row for row in rows if row["complaints"]])
        with self.assertRaises(UserError):
            self._register_of(self.coordinator, self.today.year).action_publish()
        with self.assertRaises(AccessError):
            release.with_user(self.monitor).action_withdraw(self.today, "Wrong")
        release.with_user(self.coordinator).action_withdraw(self.today, "Wrong year")
        self.assertEqual(release.state, "withdrawn")
        with self.assertRaises(UserError):
            release.with_user(self.coordinator).rows = []
