from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole
from odoo.addons.remediation_base.tools.phonetic import match_keys, match_name, skeleton

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestR4Duplicates(RemediationCommon):
    """The same child entered twice is found, queued and merged."""

    def _child(self, case=True, manager=None, caregiver="Mama Ilunga", **vals):
        household = self.env["remediation.household"].create({})
        self.env["remediation.household.member"].create(
            {
                "household_id": household.id,
                "full_name": caregiver,
                "relationship": "mother",
                "is_caregiver": True,
            }
        )
        child = self.env["remediation.beneficiary"].create(
            {
                "first_name": "Josué",
                "last_name": "Kabongo",
                "sex": "male",
                "age_estimated": 12,
                "household_id": household.id,
                **vals,
            }
        )
        if case:
            self.env["remediation.case"]._unprotected().create(
                {
                    "beneficiary_id": child.id,
                    "case_manager_id": (manager or self.manager).id,
                }
            )
        return child

    def _pairs(self, *children):
        self.env.cr.flush()
        ids = [child.id for child in children]
        return self.env["remediation.duplicate"].search(
            [("beneficiary_id", "in", ids), ("other_id", "in", ids)]
        )

    def test_r4_names_that_sound_alike_share_a_key(self):
        for one, other in (
            ("Kabongo", "Cabongo"),
            ("Ngoie", "Ngoy"),
            ("Josué", "Josuwe"),
            ("Honorine", "Onorine"),
            ("Tshibanda", "Chibanda"),
            ("Mukendi", "Moukendi"),
            ("Elie", "Eli"),
            ("Kyungu", "Kiungu"),
            ("Furaha", "Fulaha"),
            ("Philippe", "Filipe"),
            ("Jean", "jean"),
        ):
            self.assertEqual(
                skeleton(one.lower()) if one.isascii() else None,
                skeleton(other.lower()) if one.isascii() else None,
            )
            self.assertEqual(
                match_keys((one, "Lukusa")), match_keys(("Lukusa", other)), one
            )
        self.assertNotEqual(match_keys(("Kabongo", "A")), match_keys(("Tambwe", "A")))
        self.assertEqual(match_name("Wa-Banza Élie"), match_name("elie banza"))
        self.assertEqual(match_keys(("", None)), [])

    def test_r4_reported_69_names_of_katanga_and_arabic_share_a_key(self):
        for one, other in (
            ("N'Kulu", "Nkulu"),
            ("N’Kulu", "NKULU"),
            ("Ng'andu", "Ngandu"),
            ("Ng’oie", "Ngoy"),
            ("M'Banza", "Mbanza"),
            ("Kasong'o", "Kasongo"),
            ("d'Amour", "Amour"),
            ("Ŋandu", "Ngandu"),
            ("Lɔla", "Lola"),
            ("محمد", "مُحَمَّد"),
            ("أحمد", "احمد"),
            ("فاطمة", "فاطمه"),
            ("علـــي", "على"),
            ("الحسن", "حسن"),
        ):
            for second in ("Lukusa", "يوسف"):
                with self.subTest(one=one, other=other, second=second):
                    keys = match_keys((one, second))
                    self.assertTrue(keys)
                    self.assertEqual(keys, match_keys((second, other)))
                    self.assertTrue(match_name(one))
        self.assertNotEqual(match_keys(("محمد", "علي")), match_keys(("يوسف", "علي")))
        self.assertEqual(match_keys((), (), ["٤٥-٦ a"]), match_keys((), (), ["456A"]))

    def test_r4_reported_69_children_of_katanga_and_arabic_name_are_paired(self):
        for one, other in (
            (("Ng'andu", "N'Kulu"), ("Nkulu", "Ngandu")),
            (("محمد", "الحسن"), ("مُحَمَّد", "حسن")),
        ):
            first = self._child(first_name=one[0], last_name=one[1])
            second = self._child(first_name=other[0], last_name=other[1])
            self.assertEqual(self._pairs(first, second).score, 100, one)
            found = self.env["remediation.beneficiary"].name_search(other[0])
            self.assertIn(first.id, [row[0] for row in found], one)

    def test_r4_spellings_order_and_accents_are_found(self):
        first = self._child()
        second = self._child(
            first_name="Cabongo",
            last_name="Josue",
            age_estimated=11,
            caregiver="Ilounga",
        )
        pair = self._pairs(first, second)
        self.assertEqual(len(pair), 1)
        self.assertGreaterEqual(pair.score, 75)
        self.assertEqual(pair.state, "open")

    def test_r4_others_are_left_alone(self):
        first = self._child()
        self.assertFalse(self._pairs(first, self._child(first_name="Merveille")))
        older = self._child(sex="female", age_estimated=6, caregiver="Zawadi")
        self.assertFalse(self._pairs(first, older))
        sibling = self._child(first_name="Josée", case=False)
        sibling.household_id = first.household_id
        self.assertFalse(self._pairs(first, sibling))

    @whole
    def test_r4_an_identity_number_decides_alone(self):
        first = self._child(national_id="CD-12 34")
        second = self._child(
            first_name="Autre", last_name="Nom", national_id="cd-12 34", sex="female"
        )
        self.assertEqual(self._pairs(first, second).score, 100)

    def test_r4_other_company_is_never_compared(self):
        first = self._child()
        household = self.env["remediation.household"].create(
            {"company_id": self.company_b.id}
        )
        other = self.env["remediation.beneficiary"].create(
            {
                "first_name": "Josué",
                "last_name": "Kabongo",
                "sex": "male",
                "age_estimated": 12,
                "household_id": household.id,
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(self._pairs(first, other))

    def test_r4_form_asks_for_a_reason_where_the_match_can_be_opened(self):
        known = self._child()
        self.env.cr.flush()
        vals = {
            "first_name": "Josue",
            "last_name": "Kabongo",
            "sex": "male",
            "age_estimated": 12,
        }
        model = self.env["remediation.beneficiary"]
        with self.assertRaisesRegex(UserError, known.name):
            model.with_user(self.worker).web_save(vals, {"name": {}})
        saved = model.with_user(self.worker).web_save(
            {**vals, "duplicate_reason": "Cousin"}, {"name": {}}
        )
        second = model.browse(saved[0]["id"])
        self.assertTrue(self._pairs(known, second))
        # Who cannot open the match is neither asked nor told.
        saved = model.with_user(self.worker_other).web_save(vals, {"name": {}})
        third = model.browse(saved[0]["id"])
        self.assertTrue(self._pairs(known, third))

    def test_r4_import_and_synchronisation_are_never_blocked(self):
        known = self._child()
        self.env.cr.flush()
        result = (
            self.env["remediation.beneficiary"]
            .with_user(self.worker)
            .with_context(import_file=True)
            .load(
                ["first_name", "last_name", "sex", "age_estimated"],
                [["Josue", "Kabongo", "male", "12"]],
            )
        )
        self.assertFalse(result["messages"])
        self.assertTrue(
            self._pairs(
                known, self.env["remediation.beneficiary"].browse(result["ids"])
            )
        )

    def test_r4_queue_shows_no_pair_the_user_could_not_open(self):
        own = self._child()
        foreign = self._child(manager=self.manager_other)
        same = self._child()
        self.env.cr.flush()
        queue = self.env["remediation.duplicate"]
        seen = queue.with_user(self.supervisor).search([])
        self.assertIn(self._pairs(own, same), seen)
        self.assertNotIn(self._pairs(own, foreign), seen)
        self.assertIn(
            self._pairs(own, foreign), queue.with_user(self.coordinator).search([])
        )
        pair = self._pairs(own, same)
        for user in (
            self.worker,
            self.monitor,
            self.auditor,
            self.plain_user,
            self.portal_manager,
            self.portal_supervisor,
            self.admin_like,
        ):
            for operation in (
                lambda u=user: queue.with_user(u).search_count([]),
                lambda u=user: pair.with_user(u).read(["score"]),
                lambda u=user: pair.with_user(u).write({"score": 1}),
                lambda u=user: pair.with_user(u).unlink(),
                lambda u=user: pair.with_user(u).action_distinct(),
                lambda u=user: pair.with_user(u).action_merge(own.id),
            ):
                with self.assertRaises(AccessError, msg=user.login):
                    operation()
        with self.assertRaises(AccessError):
            pair.with_user(self.supervisor_other).action_merge(own.id)
        for vals in ({"state": "merged"}, {"score": 0}, {"kept_id": own.id}):
            with self.assertRaises(AccessError):
                pair.with_user(self.supervisor).write(vals)

    def test_r4_until_decided_both_children_are_held_back_from_payment(self):
        first, second = self._child(), self._child()
        pair = self._pairs(first, second)
        self.assertEqual(first._undecided_duplicates(), first | second)
        pair.with_user(self.supervisor).action_distinct("Cousins")
        self.assertFalse(first._undecided_duplicates())
        with self.assertRaisesRegex(UserError, "To Decide"):
            pair.with_user(self.supervisor_2).action_merge(first.id)
        first.nickname = "Jo"
        self.assertEqual(self._pairs(first, second).state, "distinct")

    @whole
    def test_r4_merge_in_either_direction(self):
        for keep_older in (True, False):
            first, second = self._child(), self._child()
            kept, gone = (first, second) if keep_older else (second, first)
            pair = self._pairs(first, second).with_user(self.supervisor)
            open_cases = {child: child.case_ids for child in (kept, gone)}
            consent = self._new_consent(open_cases[gone])
            with self.assertRaisesRegex(UserError, "two open cases"):
                pair.action_merge(kept.id)
            pair.action_merge(kept.id, open_case_id=open_cases[kept].id)
            self.assertEqual(pair.state, "merged")
            self.assertEqual(gone.merged_into_id, kept)
            self.assertFalse(gone.case_ids)
            self.assertEqual(kept.case_ids, open_cases[kept] | open_cases[gone])
            closed = open_cases[gone]
            self.assertEqual(
                (closed.stage, closed.closure_reason), ("closed", "duplicate")
            )
            self.assertEqual(kept.current_case_id, open_cases[kept])
            # consents are not united
            self.assertEqual(consent.case_id, closed)
            self.assertFalse(open_cases[kept].consent_ids)
            # both codes find the child; the holder sees what was merged
            found = self.env["remediation.beneficiary"].with_user(self.worker)
            self.assertIn(kept.id, [row[0] for row in found.name_search(gone.name)])
            self.assertEqual(gone.user_id, self.worker)
            with self.assertRaises(AccessError):
                kept.with_user(self.supervisor).write({"former_codes": ""})
            # out of the way of the next pairs
            for child in (first, second):
                child.merged_into_id or child._unprotected().write(
                    {"first_name": f"Unlike{child.id}", "last_name": "Xyz"}
                )

    def test_r4_merge_asks_for_the_funders_where_they_differ(self):
        first, second = self._child(), self._child()
        funder = self.partner_org
        first.case_ids.with_user(self.supervisor).action_set_funding(
            self.today, {funder.id: 100}
        )
        pair = self._pairs(first, second).with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "funders"):
            pair.action_merge(second.id, open_case_id=second.case_ids.id)
        with self.assertRaisesRegex(UserError, "100"):
            pair.action_merge(
                second.id, open_case_id=second.case_ids.id, shares={funder.id: 60}
            )

    def test_r4_merge_settles_the_other_pairs_of_the_child(self):
        children = [self._child() for _i in range(3)]
        one, two, three = children
        pairs = self._pairs(*children)
        self.assertEqual(len(pairs), 3)
        self._pairs(one, two).with_user(self.supervisor).action_merge(
            one.id, open_case_id=one.case_ids.id
        )
        self.assertEqual(self._pairs(two, three).state, "merged")
        self.assertEqual(self._pairs(one, three).state, "open")

    def test_r4_one_statement_compares_a_batch(self):
        self._child()
        household = self.env["remediation.household"].create({})
        children = self.env["remediation.beneficiary"].create(
            [
                {
                    "first_name": "Josué",
                    "last_name": f"Kabongo{'abcdefghij'[i]}",
                    "sex": "male",
                    "age_estimated": 12,
                    "household_id": household.id,
                }
                for i in range(10)
            ]
        )
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.env["remediation.duplicate"]._queue(children.ids)
