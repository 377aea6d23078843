from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SurvivorCommon


@tagged("post_install", "-at_install")
class TestStatus(SurvivorCommon):
    """R54: a status says who decided it, and what was decided stays."""

    def test_r54_who_decided_is_never_filled_by_default(self):
        case = self._new_case()
        stored = self.env["ir.default"]
        stored.set("remediation.survivor.status", "decided_by_kind", "ngo")
        stored.set(
            "remediation.survivor.status", "decided_by_id", self.company.partner_id.id
        )
        statuses = (
            self.env["remediation.survivor.status"]
            .with_user(self.worker)
            .with_context(default_case_id=case.id, default_decided_by_kind="court")
        )
        with Form(statuses) as form:
            form.status = "possible"
        draft = form.record
        self.assertFalse(draft.decided_by_kind)
        self.assertFalse(draft.decided_by_id)
        with self.assertRaisesRegex(UserError, "who decided"):
            draft.action_record()
        self.assertEqual(draft.state, "draft")

    def test_r54_a_decided_status_is_never_rewritten(self):
        status = self._decided(self._new_case())
        for vals in (
            {"status": "possible"},
            {"decided_by_id": self.court.id},
            {"basis": "Something else"},
            {"date": self.today - timedelta(days=9)},
            {"state": "draft"},
        ):
            with self.assertRaises(UserError):
                status.write(vals)
        with self.assertRaises(UserError):
            status.with_user(self.coordinator).write({"status": "possible"})

    def test_r54_a_newer_decision_of_the_same_authority_replaces_the_former(self):
        case = self._new_case()
        first = self._decided(
            case, status="presumed", date=self.today - timedelta(days=20)
        )
        second = self._decided(case)
        self.assertEqual(first.state, "superseded")
        self.assertEqual(first.superseded_by_id, second)
        self.assertEqual(first.status, "presumed")
        self.assertEqual(case.survivor_status, "confirmed")
        late = self._draft(case, date=self.today - timedelta(days=30))
        with self.assertRaisesRegex(UserError, "newer decision"):
            late.action_record()

    def test_r54_contradictory_decisions_of_two_authorities_both_stand(self):
        case = self._new_case()
        one = self._decided(case)
        other = self._decided(
            case,
            status="not_victim",
            decided_by_kind="court",
            decided_by_id=self.court.id,
        )
        self.assertEqual((one + other).mapped("state"), ["decided", "decided"])
        self.assertEqual(case.survivor_status, "contradictory")
        shown = case.with_user(self.worker).survivor_standing
        self.assertIn("Confirmed Victim (Police", shown)
        self.assertIn("Not a Victim (Court or Prosecution", shown)

    def test_r54_an_appeal_leaves_the_decision_standing_until_it_is_overturned(self):
        case = self._new_case()
        status = self._decided(case)
        status.action_appeal(self.today, "New witnesses")
        self.assertEqual(case.survivor_status, "confirmed")
        with self.assertRaises(UserError):
            status.action_appeal(self.today, "Again")
        status.action_end_appeal("upheld", self.today)
        self.assertEqual(status.state, "decided")
        status.action_appeal(self.today, "Higher court")
        status.action_end_appeal("overturned", self.today)
        self.assertEqual(status.state, "overturned")
        self.assertFalse(case.survivor_status)

    def test_r54_a_colleague_records_the_organisations_own_decision(self):
        case = self._new_case()
        ours = {"decided_by_kind": "ngo", "decided_by_id": self.company.partner_id.id}
        draft = self._draft(case, **ours)
        with self.assertRaisesRegex(UserError, "colleague"):
            draft.action_record()
        draft.with_user(self.supervisor).action_record()
        self.assertEqual(draft.recorded_by_id, self.supervisor)

    def test_outsiders_take_no_step(self):
        status = self._draft(self._new_case())
        for user in (self.worker_other, self.monitor, self.auditor, self.tracer):
            with self.assertRaises(UserError):
                status.with_user(user).action_record()
        self.assertEqual(status.state, "draft")
