from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import LEGAL, POI, SHELTER, TRACE, SurvivorCommon

#: What each duty opens, and no other.
OPENED = {
    POI: ("person.of.interest", "person.of.interest.role"),
    TRACE: ("money.account", "money.transfer", "survivor.debt", "survivor.wage"),
    LEGAL: ("legal.matter", "legal.date"),
    SHELTER: ("shelter.stay",),
}


@tagged("post_install", "-at_install")
class TestTrace(SurvivorCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(cls.manager_trace)

    # -- duties --------------------------------------------------------------------
    def test_each_duty_opens_its_own_models_alone(self):
        for duty in OPENED:
            self.plain_user.group_ids = [Command.set(self.env.ref(duty).ids)]
            for other, names in OPENED.items():
                for name in names:
                    model = self.env[f"remediation.{name}"].with_user(self.plain_user)
                    self.assertEqual(
                        model.has_access("read"), duty == other, (duty, name)
                    )

    def test_no_rung_of_case_work_opens_them(self):
        for duty, names in OPENED.items():
            for user in (self.worker, self.coordinator, self.auditor, self.monitor):
                self.assertFalse(user.has_group(duty))
                for name in names:
                    if name != "shelter.stay":
                        model = self.env[f"remediation.{name}"].with_user(user)
                        self.assertFalse(model.has_access("read"), name)

    # -- the route -------------------------------------------------------------------
    def test_a_route_with_an_unknown_middle_is_read_on_one_line(self):
        cd, ae = self.env.ref("base.cd"), self.env.ref("base.ae")
        for sequence, vals in enumerate(
            (
                {"kind": "recruitment", "place": "Kalemie", "country_id": cd.id},
                {"kind": "transit", "date_about": "after the rains"},
                {
                    "kind": "exploitation",
                    "place": "Dubai",
                    "country_id": ae.id,
                    "transport": "plane",
                    "papers": "withheld",
                },
            )
        ):
            self._make("movement", self.case, sequence=sequence, **vals)
        case = self.case.with_user(self.trace_worker)
        self.assertEqual(case.route_line, "Kalemie (CD) → Unknown → Dubai (AE)")
        self.assertFalse(case.movement_ids.work_situation_id)

    def _route(self):
        """Two places that lie somewhere, what nobody knows, and a third place."""
        areas = self.env["remediation.area"].create(
            [
                {"name": "Port", "latitude": -5.93, "longitude": 29.19},
                {"name": "Mines"},
                {"name": "Nowhere Known"},
            ]
        )
        self.env["remediation.site"].create(
            [
                {
                    "name": f"Pit {number}",
                    "site_type": "mine_site",
                    "area_id": areas[1].id,
                    "latitude": -10.0 - number,
                    "longitude": 25.0,
                }
                for number in (0, 2)
            ]
        )
        for sequence, (place, area) in enumerate(
            (
                ("Zebra Quay", areas[0]),
                (False, areas.browse()),
                ("Pit", areas[1]),
                ("Hut", areas[2]),
                ("Quay again", areas[0]),
            )
        ):
            self._make(
                "movement",
                self.case,
                kind="transit",
                sequence=sequence,
                place=place,
                area_id=area.id,
            )
        return self.case.with_user(self.trace_worker).get_route()

    def test_the_route_is_drawn_from_its_own_areas(self):
        route = self._route()
        steps = route["steps"]
        self.assertEqual([step["number"] for step in steps], [1, 2, 3, 4, 5])
        self.assertEqual([s["number"] for s in steps if "x" in s], [1, 3, 5])
        self.assertEqual(steps[1]["place"], "Unknown")
        # in the middle of its sites: 11 south; the port lies north and east of it
        self.assertEqual(steps[2]["latitude"], -11.0)
        self.assertLess(steps[0]["y"], steps[2]["y"])
        self.assertGreater(steps[0]["x"], steps[2]["x"])
        self.assertEqual((steps[0]["x"], steps[0]["y"]), (steps[4]["x"], steps[4]["y"]))
        # both legs pass something that has no place on the picture
        self.assertEqual([leg["unknown"] for leg in route["legs"]], [True, True])
        self.assertTrue(
            all(-500 <= s[axis] <= 500 for s in steps if "x" in s for axis in "xy")
        )

    def test_a_route_is_drawn_for_who_may_read_it_alone(self):
        self._route()
        self.env.flush_all()
        for user in (
            self.tracer,
            self.worker,
            self.monitor,
            self.auditor,
            self.data_protection,
            self.safeguarding,
            self.portal_manager,
            self.plain_user,
        ):
            with self.assertRaises(AccessError):
                self.case.with_user(user).get_route()
        self.assertTrue(self.case.with_user(self.supervisor).get_route()["steps"])

    def test_a_route_without_any_known_area_is_a_line_alone(self):
        self._make("movement", self.case, kind="transit", place="Somewhere")
        route = self.case.with_user(self.trace_worker).get_route()
        self.assertEqual(len(route["steps"]), 1)
        self.assertNotIn("x", route["steps"][0])
        self.assertFalse(route["legs"])

    # -- money -------------------------------------------------------------------------
    def test_of_an_account_number_three_digits_are_kept(self):
        account = self._make(
            "money.account", self.case, kind="bank", number="CD12 3456 7890 123"
        )
        self.assertEqual(account.number, "•••123")
        account.number = "+243 990 555 777"
        self.assertEqual(account.number, "•••777")

    def test_with_a_consent_of_its_own_a_number_is_kept_until_it_is_withdrawn(self):
        consent = self._new_consent(self.case, purpose="account_numbers")
        self.assertTrue(self.case._has_consent("account_numbers"))
        account = self._make("money.account", self.case, kind="bank", number="445566")
        self.assertEqual(account.number, "445566")
        self.env["remediation.money.account"]._cron_cut_numbers()
        self.assertEqual(account.number, "445566")
        consent.with_user(self.trace_worker).action_withdraw("Changed her mind")
        self.assertEqual(account.number, "•••566")

    def test_another_consent_keeps_no_number(self):
        self._new_consent(self.case, purpose="cash_data")
        account = self._make("money.account", self.case, kind="bank", number="445566")
        self.assertEqual(account.number, "•••566")

    def test_r10_red_flags_hide_small_cells(self):
        for _number in range(12):
            case = self._new_case(self.manager_trace, members=False)
            self._make("money.account", case, kind="bank", pin_known_by="exploiter")
            # A second account of the same survivor counts once.
            self._make("money.account", case, kind="bank", pin_known_by="other")
        self._make("money.account", self.case, kind="mobile", sim_held_by="exploiter")
        totals = self.env["remediation.red.flag"].with_user(self.tracer).create({})
        cells = {
            (row["flag"], row["kind"]): row["survivors"]
            for row in totals._suppressed_rows()
        }
        self.assertIsNone(cells["sim_held_by", "mobile"])
        self.assertIn(cells["pin_known_by", "bank"], (12, None))
        self.assertNotIn(1, cells.values())
        self.assertIn("hidden", totals.shown)
        with self.assertRaises(AccessError):
            self.env["remediation.red.flag"].with_user(self.supervisor).create({})

    def test_r10_transfers_and_debts_hide_small_cells_too(self):
        for _number in range(12):
            case = self._new_case(self.manager_trace, members=False)
            for _again in range(2):  # one survivor counts once
                self._make(
                    "money.transfer", case, direction="for_exploiter", means="mobile"
                )
            self._make("survivor.debt", case, purpose="travel", owed_to="recruiter")
        self._make("money.transfer", self.case, direction="to_family", means="bank")
        self._make("money.transfer", self.case, direction="to_family")
        self._make("survivor.debt", self.case, purpose="fine", owed_to="employer")
        self._make("survivor.debt", self.case, purpose="fine")
        totals = self.env["remediation.red.flag"].with_user(self.tracer).create({})
        for model, flag, kind, many, few in (
            (
                "remediation.money.transfer",
                "direction",
                "means",
                ("for_exploiter", "mobile"),
                ("to_family", "bank"),
            ),
            (
                "remediation.survivor.debt",
                "owed_to",
                "purpose",
                ("recruiter", "travel"),
                ("employer", "fine"),
            ),
        ):
            rows = totals._suppressed_crossed(model, flag, kind)
            cells = {(row["flag"], row["kind"]): row["survivors"] for row in rows}
            self.assertIsNone(cells[few])
            self.assertIn(cells[many], (12, None))
            self.assertNotIn(1, cells.values())
        for title in ("Transfers", "Debts"):
            self.assertIn(title, totals.shown)

    def test_an_unknown_amount_in_a_currency_without_rate_is_kept(self):
        currency = self.env["res.currency"].create({"name": "XQZ", "symbol": "q"})
        self.assertFalse(currency.rate_ids)
        matter = self._matter(
            self.case, currency_id=currency.id, compensation_awarded=1250.0
        )
        self.assertEqual(matter.compensation_awarded, 1250.0)
        self.assertEqual(matter.currency_id, currency)
        transfer = self._make(
            "money.transfer",
            self.case,
            direction="for_exploiter",
            currency_id=currency.id,
        )
        self.assertFalse(transfer.amount)

    # -- the law -----------------------------------------------------------------------
    def _date(self, matter, kind="appeal", days=30):
        return self._make(
            "legal.date",
            self.case,
            matter_id=matter.id,
            kind=kind,
            date=datetime.combine(self.today, datetime.min.time())
            + timedelta(days=days, hours=9),
        )

    def test_r15_a_day_of_the_law_is_a_deadline_of_the_case(self):
        matter = self._matter(self.case)
        date = self._date(matter)
        deadline = date.sudo().deadline_id
        self.assertEqual(deadline.case_id, self.case)
        self.assertEqual(deadline.kind, "legal")
        self.assertEqual(deadline.date_due, date.date)
        date.date += timedelta(days=5)
        self.assertEqual(deadline.date_due, date.date)
        date.action_done()
        self.assertTrue(deadline.done_on)
        self.assertEqual(date.done_by_id, self.trace_worker)
        with self.assertRaises(UserError):
            date.action_done()

    def test_a_hearing_is_no_deadline(self):
        date = self._date(self._matter(self.case), kind="hearing")
        self.assertFalse(date.sudo().deadline_id)

    def test_the_deadline_says_nothing_of_the_matter(self):
        matter = self._matter(self.case, reference="RP 77 Zebra")
        deadline = self._date(matter).sudo().deadline_id
        seen = deadline.with_user(self.supervisor)
        self.assertNotIn("Zebra", str(seen.read()))
        with self.assertRaises(AccessError):
            matter.with_user(self.supervisor).read(["kind"])

    def test_r62_a_matter_that_ended_is_closed_but_for_what_is_paid(self):
        matter = self._matter(self.case)
        date = self._date(matter)
        with self.assertRaisesRegex(UserError, "still open"):
            matter.action_close("granted", self.today)
        date.action_done()
        matter.action_close("granted", self.today)
        with self.assertRaises(UserError):
            matter.compensation_awarded = 10.0
        # Beside cash transfers it is the sum of payments, which have their own test.
        if "recovery_ids" not in matter._fields:
            matter.write({"compensation_paid": 5.0, "compensation_paid_on": self.today})
        with self.assertRaises(UserError):
            self._date(matter)
        matter.action_reopen()
        self.assertFalse(matter.outcome)

    # -- shelter and safety ------------------------------------------------------------
    def test_two_duties_alone_know_where_a_shelter_is(self):
        stay = self._make(
            "shelter.stay",
            self.case,
            kind="shelter",
            date_from=self.today,
            address="12 Hidden Lane",
            provider_id=self.partner_org.id,
        )
        for user in (self.tracer, self.safeguarding):
            self.assertEqual(stay.with_user(user).address, "12 Hidden Lane")
        for user in (self.supervisor, self.coordinator, self.data_protection):
            self.assertTrue(stay.with_user(user).read(["kind"]))
            for name in ("address", "provider_id"):
                with self.assertRaises(AccessError):
                    stay.with_user(user).read([name])

    def test_a_safety_plan_that_ended_is_closed_with_its_steps(self):
        plan = self._make("safety.plan", self.case, signs="A white car")
        step = self._make(
            "safety.step", self.case, plan_id=plan.id, what="Call the neighbour"
        )
        plan.action_review()
        self.assertEqual(plan.reviewed_by_id, self.trace_worker)
        self.assertTrue(plan.reviewed_on)
        plan.action_end()
        for record, vals in ((plan, {"signs": "x"}), (step, {"who": "x"})):
            with self.assertRaises(UserError):
                record.write(vals)

    def test_r56_what_two_duties_know_is_in_no_file(self):
        self._make(
            "shelter.stay",
            self.case,
            kind="shelter",
            date_from=self.today,
            address="12 Hidden Lane",
        )
        parts = self.env["remediation.subject.request"]
        for records in parts._records_of(self.case.beneficiary_id):
            if records._name == "remediation.shelter.stay":
                self.assertTrue(parts._is_not_told(records))
