from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_portal import PortalCommon

#: What is known of who gives the consent: none of them opens anything alone.
WRONG = (
    {"is_deceased": True},
    {"is_suspected_of_harm": True},
    {"relationship": "sibling", "age": 9},
    {"relationship": "aunt_uncle", "is_caregiver": False},
    {"is_employer_or_creditor": True},
    {"works": {"paid_to": "caregiver"}},
    {"works": {"debt_holder": "caregiver"}},
    {"works": {"employer_relationship": "parent"}},
    {"child": 6},
    {"assent": "no"},
    {"assent": False},
)


@tagged("post_install", "-at_install")
class TestR57Doors(PortalCommon):
    """Every door that shares asks the one function, for every wrong giver."""

    def _given(self, facts, early=False):
        """A case with consents by somebody of whom these facts are known; ``early``:
        they become known only after the consent."""
        case = self._new_case(self.manager_portal, age=facts.get("child", 11))
        case.area_id = self.city
        vals = {key: facts[key] for key in ("assent",) if key in facts}
        if "child" in facts:
            vals.update(subject="child", given_by_member_id=False)
        if not early:
            self._learn(case, facts)
        self.env["remediation.consent"].create(
            [
                {
                    "case_id": case.id,
                    "purpose": purpose,
                    "subject": "caregiver",
                    "answer": "yes",
                    "how": "written",
                    "data_set": "full",
                    "given_by_member_id": case.household_id.member_ids[:1].id,
                    "assent": "yes",
                    **vals,
                }
                for purpose in ("services", "share_with_org", "reporting")
            ]
        )
        return case

    def _learn(self, case, facts):
        if "works" in facts:
            self.env["remediation.work.situation"].create(
                {"case_id": case.id, "works": "yes", **facts["works"]}
            )
        known = {
            key: value
            for key, value in facts.items()
            if key not in ("works", "child", "assent")
        }
        if known:
            case.household_id.member_ids.write(known)

    def test_r57_no_door_opens(self):
        for facts in WRONG:
            case = self._given(facts)
            with self.subTest(**facts):
                consent = case.consent_ids.filtered(lambda c: c.purpose == "services")
                self.assertNotEqual(consent.standing, "counts")
                for kind in ("referral", "transfer"):
                    vals = {"referral_type": kind}
                    if kind == "transfer":
                        vals["to_case_manager_id"] = self.manager_portal_other.id
                        vals["to_organisation_id"] = self.partner_org_b.id
                        vals["service_type_id"] = False
                    draft = self._referral(case, user=self.supervisor, **vals)
                    with self.assertRaisesRegex(UserError, "no consent"):
                        draft.action_send()
                with self.assertRaisesRegex(UserError, "no consent"):
                    case.with_user(self.portal_manager).portal_refer(
                        {
                            "to_organisation_id": self.school.id,
                            "service_type_id": self.schooling.id,
                            "data_set": "minimum",
                        }
                    )
                for receiver in (self.school, self.clinic, self.partner_org_b):
                    self.assertFalse(case._disclosure_consented(receiver))
                    self.assertFalse(case._disclosure_may_finish(receiver))
                self.assertFalse(case._disclosure_reportable())
                # R6: assigning needs no consent; danger waits for none.
                case.with_user(self.portal_manager).portal_refer(
                    {
                        "to_organisation_id": self.clinic.id,
                        "service_type_id": self.health.id,
                        "emergency_kind": "medical",
                        "override_reason": "She bleeds.",
                        "legal_basis": "Vital interest",
                    }
                )

    def test_r57_what_is_known_later_closes_what_was_sent(self):
        for facts in WRONG:
            if "child" in facts or "assent" in facts or "relationship" in facts:
                continue
            case = self._given(facts, early=True)
            with self.subTest(**facts):
                referral = self._referral(case, user=self.supervisor)
                referral.with_user(self.supervisor).action_send()
                self.assertTrue(self._received(referral, self.school_user))
                self._learn(case, facts)
                self.assertEqual(referral.state, "revoked")
                self.assertFalse(self._received(referral, self.school_user))

    def test_r57_the_portal_asks_for_the_second_person(self):
        case = self._new_case(self.manager_portal)
        giver = self._caregiver(case)
        giver.is_employer_or_creditor = True
        father, dead, boy = self.env["remediation.household.member"].create(
            [
                {
                    "household_id": case.household_id.id,
                    "full_name": name,
                    "relationship": relation,
                    **vals,
                }
                for name, relation, vals in (
                    ("Papa Free", "father", {"age": 40}),
                    ("Papa Gone", "father", {"is_deceased": True}),
                    ("Little Brother", "sibling", {"age": 9}),
                )
            ]
        )
        url = f"/my/remediation/case/{case.name}"
        self.authenticate("portal_manager", "portal_manager")
        page = self.get(f"{url}/consent").text
        for name in ("second_member_id", "authority", "authority_reference"):
            self.assertIn(f'name="{name}"', page)
        self.assertIn("Papa Free", page)
        for name in ("Papa Gone", "Little Brother"):
            self.assertNotIn(name, page)
        self.post(
            f"{url}/consent",
            {
                "purposes[]": ["services"],
                "subject": "caregiver",
                "given_by_member_id": giver.id,
                "answer": "yes",
                "assent": "yes",
                "how": "verbal_witnessed",
                "witness": "A neighbour",
            },
        )
        consent = case.consent_ids
        self.assertEqual(consent.standing, "to_confirm")
        self.assertIn("Needs a Second Person", self.get(url).text)
        # Whoever may not decide is no second person either.
        second = f"{url}/consent/{consent.id}/second"
        for member in (dead, boy, giver):
            self.post(second, {"member_id": member.id}, status=422)
        self.assertEqual(consent.standing, "to_confirm")
        self.post(second, {"member_id": father.id})
        self.assertTrue(case._has_consent("services"))
        consent.action_withdraw()
        self.post(
            f"{url}/consent",
            {
                "purposes[]": ["services"],
                "subject": "caregiver",
                "given_by_member_id": giver.id,
                "second_member_id": father.id,
                "answer": "yes",
                "assent": "yes",
                "how": "verbal_witnessed",
                "witness": "A neighbour",
            },
        )
        self.assertTrue(case._has_consent("services"))

    def test_r57_the_partners_supervisor_confirms_on_the_portal(self):
        case = self._new_case(self.manager_portal)
        self._caregiver(case).is_employer_or_creditor = True
        consent = self._consent(case, "services").with_user(self.portal_manager)
        url = f"/my/remediation/case/{case.name}/consent/{consent.id}/confirm"
        for user in (self.portal_manager, self.portal_manager_other, self.school_user):
            with self.assertRaises(AccessError):
                case.with_user(user).portal_confirm_consent(consent.id)
        self.authenticate("portal_supervisor", "portal_supervisor")
        self.assertIn("serve the child", self.post(url, status=200).text)
        self.assertEqual(consent.standing, "to_confirm")
        self.post(url, {"sure": "1"})
        self.assertEqual(consent.sudo().confirmed_by_id, self.portal_supervisor)
        self.assertTrue(case._has_consent("services"))

    def test_r07_a_school_keeps_a_closed_line_without_a_name(self):
        case = self._new_case(self.manager_portal)
        self._consent(case)
        referral = self._referral(case, user=self.supervisor)
        referral.action_send()
        self.authenticate("school_user", "school_user")
        path = "/my/remediation/referrals"
        self.assertNotIn("finished on", self.get(path).text)
        case.consent_ids[:1].action_withdraw()
        page = self.get(path).text
        self.assertIn("finished on", page)
        self.assertIn(self.schooling.name, page)
        for told in ("Amani", "Hidden", referral.name, case.name):
            self.assertNotIn(told, page)
        Package = self.env["remediation.referral.package"]
        (line,) = Package.with_user(self.school_user).portal_closed()
        self.assertEqual(set(line), {"service", "received", "closed"})
        for user in (self.clinic_user, self.portal_manager, self.worker):
            self.assertFalse(Package.with_user(user).portal_closed())

    def test_r81_withdrawing_and_refusing_ask_first(self):
        case = self._new_case(self.manager_portal)
        consent = self._consent(case, "services")
        action = self.env["remediation.plan.action"].create(
            {
                "case_id": case.id,
                "domain": "health",
                "description": "Dressing of the wound",
                "is_urgent": True,
            }
        )
        self.authenticate("portal_manager", "portal_manager")
        url = f"/my/remediation/case/{case.name}"
        withdraw = f"{url}/consent/{consent.id}/withdraw"
        self.assertIn("Withdraw this consent?", self.post(withdraw, status=200).text)
        self.assertEqual(consent.state, "given")
        refuse = f"{url}/action/{action.id}"
        page = self.post(refuse, {"result": "refused"}, status=200).text
        self.assertIn("Did the family refuse", page)
        self.assertEqual(action.state, "planned")
        self.post(withdraw, {"sure": "1", "reason": "No more"})
        self.assertEqual(consent.state, "withdrawn")
        self.post(refuse, {"sure": "1", "result": "refused", "note": "Too far"})
        self.assertEqual(action.state, "refused")
