from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import FIRST, LAST, IndicatorCommon

#: Worked out by hand from the table in ``common.py``:
#: (counted, out of, unseen, value).
EXPECTED = {
    # 1–10 were first found in child labour within the quarter
    "i2_identified": (10, 10, 0, 10),
    # found anything about: 1–10, 11–18, 21–26, 37, 39
    "i2_share": (10, 26, 0, 38.46),
    # 1–10, 39, 40
    "i3_referred": (12, 12, 0, 12),
    "i3_accepted": (12, 12, 0, 12),
    "i3_in_remediation": (10, 10, 0, 10),
    "i3_completed": (1, 1, 0, 1),
    "i3_closed": (2, 2, 0, 2),
    # ten after 2 days, 39 after 10; the sum is counted, the median shown
    "i4_days": (30, 11, 0, 2),
    # 1–8 in time; 9, 10 late; 40 never
    "i4_in_time": (8, 11, 0, 72.73),
    "i5_assessment": (100, 10, 0, 10),
    "i5_plan": (220, 10, 0, 22),
    # 1–3 after 31 days, 37 after 280, 19 after 388
    "i5_service": (761, 5, 0, 31),
    # 295 and 304 days
    "i5_closure": (599, 2, 0, 299.5),
    # plans of 1–30, and 39 waits for approval
    "i6_approved": (30, 31, 0, 96.77),
    # 11 and 12 are overdue on the day
    "i6_reviewed": (28, 30, 0, 93.33),
    # ten schools and two sites; 11–15 and one site in time
    "i8_done": (6, 12, 0, 50),
    "i8_not_available": (1, 12, 0, 8.33),
    # identified: all but 39 and 40; 1–3, 11–14, 19, 37 got something
    "i9_1": (9, 38, 0, 23.68),
    "i9_2": (4, 38, 0, 10.53),
    "i9_4": (1, 38, 0, 2.63),
    # 11–16 and 18 of 11–20
    "i10_enrolled": (7, 10, 0, 70),
    # 5 × 54, 30 and 20 days of 6 × 60 and 20
    "i11_rate": (320, 380, 0, 84.21),
    "i11_regular": (6, 7, 0, 85.71),
    "i12_6": (1, 1, 0, 100),
    # 11–18; 17 dropped out, of 18 nobody knows
    "i12_12": (6, 8, 1, 75),
    # out: 11–16, 21–24, 26, 27, 37; unseen: 19, 20, 28–30, 31–36, 38
    "i13_now": (13, 38, 12, 34.21),
    # 21–24, 26 of 21–30; unseen: 27–30
    "i13_6": (5, 10, 4, 50),
    "i13_12": (6, 10, 2, 60),
    "i13_24": (0, 0, 0, 0),
    # 11–16: three months of school and out
    "i14_withdrawn": (6, 38, 12, 15.79),
    "i15_clean": (1, 2, 0, 50),
    # 31 of 31–36; 35 and 36 unseen
    "i16_again": (1, 6, 2, 16.67),
    "i18_on_time": (5, 6, 0, 83.33),
    # 26 and 37
    "i18_two": (2, 38, 0, 5.26),
    # 20 and 12 cases of medium risk, two workers in one team
    "i19_load": (32, 2, 0, 16),
    "i19_over": (1, 2, 0, 50),
    "i19_ratio": (2, 1, 0, 2),
    "i20_vetted": (1, 2, 0, 50),
    # 1–20 of 1–30, 39, 40
    "i21_valid": (20, 32, 0, 62.5),
    # families of 13 and 19; the child of 13 was seen
    "i22_supported": (2, 2, 0, 2),
    "i22_monitored": (1, 2, 0, 50),
    "i23_supported": (1, 1, 0, 1),
    "i23_in_school": (1, 2, 0, 50),
    # 3 × 100, 2 × 200, 60, 40: 800 for seven children
    "i24_child": (800, 7, 0, 114.29),
    # 1 got something in two months
    "i24_month": (800, 8, 0, 100),
    "i24_completed": (800, 1, 0, 800),
    # 13 and 14 in March, 37 in all three months
    "i24_out": (800, 5, 0, 160),
    # 21–30 got nothing within six months
    "i24_out_6": (0, 0, 4, 0),
    # 11–20 within a year: 700 in April, 460 in February; of the six who were seen out,
    # 11 and 12 had one month of support, 13 and 14 two
    "i24_out_12": (1160, 6, 2, 193.33),
    "i24_out_24": (0, 0, 0, 0),
    # of the 26 monitored, all of 5 to 17: 1–10, 17, 18 and 25 in child labour at last
    "s871_number": (13, 13, 0, 13),
    "s871_share": (13, 26, 0, 50),
    "i29_opened": (3, 3, 0, 3),
    "i29_in_time": (1, 2, 0, 50),
    "i29_sensitive": (1, 1, 0, 1),
    "i32_visited": (1, 2, 0, 50),
    "i32_findings": (1, 2, 0, 50),
    "i32_controls": (1, 2, 0, 50),
}


@tagged("post_install", "-at_install")
class TestFigures(IndicatorCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._build()
        cls.run_q1 = cls._run()

    def _numbers(self, figure):
        return (
            round(figure.numerator, 2),
            round(figure.denominator, 2),
            figure.unseen,
            round(figure.value, 2),
        )

    def test_sdg_8_7_1_counts_children_of_5_to_17_alone(self):
        """Of 26 monitored: one of four years and one of eighteen leave."""
        for number, years in ((1, 4), (2, 18), (3, 5), (4, 17)):
            self.child[number].beneficiary_id.write(
                {"birth_date": LAST - relativedelta(years=years), "age_estimated": 0}
            )
        run = self._run()
        share = self._figure(run, "s871_share")
        self.assertEqual((share.numerator, share.denominator), (11, 24))
        self.assertEqual(share.indicator_id.frame, "sdg")

    def test_r52_forty_children_worked_out_by_hand(self):
        known = self.env["remediation.indicator.measure"].search(
            [("id", "in", self._own_measures())]
        )
        self.assertEqual(set(known.mapped("key")), set(EXPECTED))
        wrong = {}
        for key, numbers in EXPECTED.items():
            found = self._numbers(self._figure(self.run_q1, key))
            if found != numbers:
                wrong[key] = {"found": found, "by hand": numbers}
        self.assertFalse(wrong)

    def _own_measures(self):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "case_indicator"),
                ("model", "=", "remediation.indicator.measure"),
            ]
        )
        return data.mapped("res_id")

    def test_breakdowns_add_up_to_the_whole(self):
        for figure in self.run_q1.total_ids.filtered("measure_id.persons"):
            for dimension in ("sex", "age_band", "site", "programme", "funder"):
                parts = self.run_q1.figure_ids.filtered(
                    lambda f, whole=figure, dimension=dimension: (
                        f.measure_id == whole.measure_id and f.dimension == dimension
                    )
                )
                for name in ("denominator", "unseen"):
                    self.assertAlmostEqual(
                        sum(parts.mapped(name)), figure[name], 2, figure.display_name
                    )
        girls = self._figure(self.run_q1, "i2_identified", "sex", "female")
        self.assertEqual(girls.numerator, 5)
        self.assertEqual(girls.group_label, "Female")
        farm = self._figure(self.run_q1, "i2_identified", "site", str(self.farm.id))
        self.assertEqual(farm.numerator, 5)

    def test_r53_a_child_counts_with_the_shares_of_its_funders_on_the_day(self):
        shares = {self.partner_org.id: 60.0, self.partner_org_b.id: 40.0}
        case = self.child[1]
        supervisor = self.supervisor
        case.with_user(supervisor).action_set_funding(date(2025, 1, 10), shares)
        case.with_user(supervisor).action_set_funding(
            date(2025, 3, 1), {self.partner_org.id: 100.0}
        )
        run = self._run(name="With funders")
        group = str(self.partner_org.id)
        self.assertEqual(
            self._figure(run, "i2_identified", "funder", group).numerator, 1
        )
        before = self._run(last=date(2025, 2, 28), name="Before the change")
        parts = [
            self._figure(before, "i2_identified", "funder", str(funder)).numerator
            for funder in shares
        ]
        self.assertEqual(parts, [0.6, 0.4])
        self.assertEqual(self._figure(before, "i2_identified").numerator, 10)

    def test_every_figure_opens_its_records_for_whoever_may_see_them(self):
        figure = self._figure(self.run_q1, "i2_identified")
        ids = [case.id for number, case in self.child.items() if number <= 10]
        for user, seen in ((self.coordinator, 10), (self.monitor, 10)):
            action = figure.with_user(user).action_counted()
            cases = self.env[action["res_model"]].with_user(user)
            self.assertEqual(cases.search_count(action["domain"]), seen)
        self.assertEqual(sorted(action["domain"][0][2]), sorted(ids))
        girls = self._figure(self.run_q1, "i2_identified", "sex", "female")
        action = girls.with_user(self.coordinator).action_counted()
        self.assertEqual(sorted(action["domain"][0][2]), sorted(ids[:5]))
        # a worker of another team reads no figure, and would find none of the cases
        with self.assertRaises(AccessError):
            figure.with_user(self.worker_other).action_counted()
        other = self.env["remediation.case"].with_user(self.worker_other)
        self.assertFalse(other.search(action["domain"]))
        with self.assertRaises(UserError):
            self._figure(self.run_q1, "i29_sensitive").action_counted()
        complaints = self._figure(self.run_q1, "i29_opened")
        self.assertEqual(complaints.numerator, 3)
        self.assertEqual(len(complaints.counted_ids), 2, "the sensitive one is no link")

    def test_r52_the_same_records_give_the_same_hash(self):
        again = self._run(name="Once more")
        self.assertEqual(again.content_hash, self.run_q1.content_hash)
        with self.assertRaisesRegex(UserError, "Nothing changed"):
            self.run_q1.with_user(self.coordinator).action_restate("to be sure")

    def test_r52_a_back_dated_visit_is_a_restatement(self):
        self._find(19, "2025-03-20", "no", True)
        self.assertEqual(self._figure(self.run_q1, "i13_now").numerator, 13)
        action = self.run_q1.with_user(self.coordinator).action_restate("Entered late")
        again = self.env["remediation.indicator.run"].browse(action["res_id"])
        self.assertEqual(again.restates_id, self.run_q1)
        self.assertNotEqual(again.content_hash, self.run_q1.content_hash)
        change = {row["measure"]: row for row in again.changes}
        self.assertEqual(change["i13_12"]["came"], [self.child[19].id])
        self.assertEqual(self._figure(again, "i13_12").unseen, 1)
        text = again.with_user(self.coordinator).changes_text
        self.assertIn(self.child[19].name, text)
        self.assertNotIn("Hidden", text)
        self.assertEqual(again.reason, "Entered late")

    def test_r52_a_duplicate_merged_after_release_is_a_restatement(self):
        """Child 2 was child 1: one child fewer, who went is named, and what was frozen
        stays."""
        one, two = self.child[1], self.child[2]
        # All forty bear one name: the search for duplicates found the pair by itself.
        pair = self.env["remediation.duplicate"].search(
            [
                ("beneficiary_id", "=", one.beneficiary_id.id),
                ("other_id", "=", two.beneficiary_id.id),
            ]
        )
        pair.with_user(self.supervisor).action_merge(
            one.beneficiary_id.id, open_case_id=one.id, reason="The same child"
        )
        self.env.flush_all()
        self.assertEqual(self._figure(self.run_q1, "i2_identified").value, 10)
        action = self.run_q1.with_user(self.coordinator).action_restate("A duplicate")
        again = self.env["remediation.indicator.run"].browse(action["res_id"])
        self.assertEqual(self._figure(again, "i2_identified").value, 9)
        self.assertEqual(self._figure(again, "i24_child").denominator, 6)
        self.assertEqual(self._figure(again, "i24_child").numerator, 800)
        change = {row["measure"]: row for row in again.changes}["i2_identified"]
        self.assertEqual((change["before"], change["after"]), (10, 9))
        self.assertEqual((change["came"], change["went"]), ([], [two.id]))
        self.assertIn(two.name, again.with_user(self.coordinator).changes_text)

    def test_r52_a_cohort_that_moved_between_programmes(self):
        """Five children go to another programme: the whole stays, each child stands in
        one programme, and the restatement says that the groups changed."""
        old, new = self.env["remediation.programme"].create(
            [{"name": "Old"}, {"name": "New"}]
        )
        cases = [self.child[number] for number in range(1, 11)]
        for case in cases:
            case._unprotected().write({"programme_id": old.id})
        before = self._run(name="Before the move")
        for case in cases[:5]:
            case._unprotected().write({"programme_id": new.id})
        action = before.with_user(self.coordinator).action_restate("They moved")
        after = self.env["remediation.indicator.run"].browse(action["res_id"])
        for run, parts in ((before, (10, 0)), (after, (5, 5))):
            found = [
                self._figure(run, "i2_identified", "programme", str(programme.id))
                for programme in (old, new)
            ]
            self.assertEqual(tuple(sum(f.mapped("numerator")) for f in found), parts)
            self.assertEqual(self._figure(run, "i2_identified").numerator, 10)
        self.assertIn(
            {"measure": "i2_identified", "dimension": "programme"}, after.changes
        )
        text = after.with_user(self.coordinator).changes_text
        self.assertIn("the groups by Programme changed, the whole did not", text)

    def test_a_child_closed_as_a_duplicate_is_no_closed_child(self):
        self.child[38]._unprotected().write({"closure_reason": "duplicate"})
        run = self._run(name="After the merge")
        self.assertEqual(self._figure(run, "i3_closed").numerator, 1)

    def test_a_case_reopened_twice_closes_once(self):
        for day, stage in (
            ("2025-02-25", "assessment"),
            ("2025-03-05", "closed"),
            ("2025-03-10", "assessment"),
            ("2025-03-12", "closed"),
        ):
            self._log(self.child[37], stage, day)
        run = self._run(name="Reopened")
        self.assertEqual(self._figure(run, "i3_closed").numerator, 2)

    def test_r07_a_consent_that_lapsed_since_was_in_force_then(self):
        """21 agreed until the day after the period, 22 until the day before it ended;
        both have lapsed by now."""
        consents = self.env["remediation.consent"]
        for number, until in ((21, LAST + timedelta(days=1)), (22, date(2025, 3, 30))):
            consents |= self._new_consent(
                self.child[number], given_on="2025-01-15", valid_until=until
            )
        consents._lapse()
        self.assertEqual(set(consents.mapped("state")), {"expired"})
        run = self._run(name="Lapsed since")
        self.assertEqual(self._figure(run, "i21_valid").numerator, 21)

    def test_i06_a_plan_stays_in_force_until_the_next_one_is_approved(self):
        """1 has a second plan that waits: it is not approved, the first is reviewed."""
        self._plan_of(
            1, "2025-03-20", "health", state="submitted", approved_on=False, version=2
        )
        run = self._run(name="A second plan waits")
        self.assertEqual(self._numbers(self._figure(run, "i6_approved"))[:2], (29, 31))
        self.assertEqual(self._numbers(self._figure(run, "i6_reviewed"))[:2], (28, 30))

    def test_a_figure_is_written_as_its_reader_writes_it(self):
        point = self.env["res.lang"]._activate_lang("fr_FR").decimal_point
        figure = self._figure(self._run(name="In words"), "i2_share")
        self.assertIn("38.5", figure.with_context(lang="en_US").shown)
        self.assertIn(f"38{point}5", figure.with_context(lang="fr_FR").shown)

    def test_r52_a_day_ends_at_the_place_of_work(self):
        """Two in the morning there is the evening before in London: what was approved
        and closed then belongs to the next quarter, by every figure alike."""
        self.env.company.partner_id.tz = "Africa/Lubumbashi"
        late = "2025-03-31 23:00:00"
        assessments = self.env["remediation.assessment"]._unprotected()
        assessments.create(
            {
                "case_id": self.child[11].id,
                "child_wishes": "School",
                "present": "Mother",
                "state": "approved",
                "approved_on": late,
            }
        )
        case = self.child[12]
        case._unprotected().write({"closed_on": late, "closure_reason": "goals_met"})
        self.env["remediation.case.stage.log"]._unprotected().create(
            {
                "case_id": case.id,
                "to_stage": "closed",
                "changed_on": late,
                "changed_by_id": self.supervisor.id,
            }
        )
        run = self._run(name="At the place of work")
        for key, units in (("i5_assessment", 10), ("i3_closed", 2), ("i5_closure", 2)):
            self.assertEqual(self._figure(run, key).units, units, key)
        with freeze_time("2025-05-02 10:00:00"):
            run = self._run(date(2025, 4, 1), date(2025, 4, 30), "The day after")
        for key in ("i5_assessment", "i3_closed", "i5_closure"):
            self.assertEqual(self._figure(run, key).units, 1, key)

    def test_r52_after_180_days_nobody_knows(self):
        for days, unseen in ((180, 0), (181, 1)):
            day = LAST - timedelta(days=days)
            number = 30 if unseen else 29
            self._find(number, day, "no")
            run = self._run(name=f"{days} days")
            # 29 is seen for the last day, 30 for one day no longer
            self.assertEqual(self._figure(run, "i13_now").unseen, 11)

    def test_no_children_and_a_period_that_is_not_over(self):
        run = self._run(date(1990, 1, 1), date(1990, 3, 31), "Before everything")
        figure = self._figure(run, "i13_now")
        self.assertEqual((figure.units, figure.value), (0, 0))
        self.assertEqual(figure.shown, "nobody to count")
        with self.assertRaises(ValidationError):
            self._run(FIRST, date(2025, 6, 30), "Too early")

    def test_costs_without_a_rate_are_named(self):
        currency = self.env["res.currency"].create({"name": "ZZZ", "symbol": "Z"})
        self._give(self.plan[1].action_ids, "2025-03-06", 9.0, currency_id=currency.id)
        run = self._run(name="A strange currency")
        self.assertEqual(run.missing_rates, {"ZZZ": 1})
        self.assertIn("ZZZ", run.problem_text)
        self.assertEqual(self._figure(run, "i24_child").numerator, 800)

    def test_r52_what_is_frozen_stays(self):
        run = self.run_q1.with_user(self.coordinator)
        with self.assertRaises(UserError):
            run.action_freeze()
        with self.assertRaises(UserError):
            run.date_to = date(2025, 3, 1)
        for vals in ({"content_hash": "x"}, {"state": "draft"}, {"reason": "x"}):
            with self.assertRaises(AccessError):
                run.write(vals)
        with self.assertRaises(AccessError):
            self._figure(run, "i13_now").write({"value": 100})
        for user in (self.monitor, self.auditor, self.supervisor, self.worker):
            with self.assertRaises(AccessError):
                self.run_q1.with_user(user).action_restate("why not")

    def test_definitions_are_written_by_nobody_but_the_target(self):
        measure = self._figure(self.run_q1, "i13_now").measure_id
        measure = measure.with_user(self.coordinator)
        measure.target = 80
        with self.assertRaises(AccessError):
            measure.numerator = "Something else"
        result = measure.load(
            ["id", "numerator"],
            [["case_indicator.measure_i13_now", "Something else"]],
        )
        self.assertFalse(result["ids"])
        with self.assertRaises(AccessError):
            measure.with_user(self.monitor).target = 1

    def test_another_company_counts_its_own(self):
        run = self._run(name="Elsewhere", user=self.coordinator_company_b)
        self.assertEqual(run.company_id, self.company_b)
        self.assertEqual(self._figure(run, "i13_now").units, 0)
        runs = self.env["remediation.indicator.run"]
        self.assertNotIn(run, runs.with_user(self.coordinator).search([]))

    def test_statements_do_not_grow_with_children(self):
        """40 for all measures of a period, whatever is installed beside it."""
        before = self.env.cr.sql_log_count
        self._run(name="Counted")
        self.assertLessEqual(self.env.cr.sql_log_count - before, 40)


@tagged("post_install", "-at_install")
class TestOneChild(IndicatorCommon):
    def test_r10_one_child_is_counted_exactly_and_told_to_nobody(self):
        type(self).child = {1: self._enter(1)}
        self.env.flush_all()
        self._find(1, "2025-01-15", "yes")
        run = self._run(name="One child")
        figure = self._figure(run, "i2_identified")
        self.assertEqual((figure.numerator, figure.value, figure.units), (1, 1, 1))
        # found out about on 15 January, in child labour on 31 March
        now = self._figure(run, "i13_now")
        self.assertEqual((now.numerator, now.denominator, now.value), (0, 1, 0))
        report = (
            self.env["remediation.donor.report"]
            .with_user(self.coordinator)
            .create({"name": "Q", "run_id": run.id})
        )
        report.action_submit()
        told = {row["measure"]: row for row in report.content["figures"]}
        self.assertEqual(told["i2_identified"]["part"], [1, 10])
        self.assertEqual(told["i13_now"]["whole"], [1, 10])
        self.assertEqual(told["i5_closure"], {**told["i5_closure"], "nobody": True})
        self.assertFalse(report.content["breakdowns"])
        said = {row[0]: row[1] for table in report._tables() for row in table["rows"]}
        self.assertEqual(
            said["I2 Identified in the period"], "fewer than 11", "and not that it is 1"
        )
        self.assertEqual(said["I13 Out of child labour on the day"], "too few to tell")
