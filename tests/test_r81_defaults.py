from odoo.tests import TransactionCase, tagged

#: Stored choices of models about children and their families that are filled in before
#: anybody answers, and why that decides nothing for a child.
_REASONS = {
    "the system sets it, with the row": (
        "cash.transfer.cycle.line.compliant "
        "cash.transfer.cycle.line.payment_status "
        "cash.transfer.entitlement.is_end_decided "
        "cash.transfer.payment.line.is_live "
        "cash.transfer.payment.line.locked cash.transfer.payment.line.status "
        "cash.transfer.payment.plan.plan_type remediation.handover.kind "
        "savings.group.phase savings.meeting.source"
    ),
    "the lowest there is, until somebody decides": (
        "remediation.case.manager.level remediation.vetting.result"
    ),
    "about a worker: the check that everybody needs; its result waits": (
        "remediation.vetting.kind"
    ),
    "about a worker: who is not there says so": (
        "remediation.case.manager.is_available"
    ),
    "says itself that nobody knows": ("remediation.closure.outcome"),
    "a report without it is taken all the same (R77); the page asks": (
        "remediation.complaint.category remediation.complaint.channel "
        "remediation.concern.channel remediation.safeguarding.report.channel "
        "remediation.safeguarding.report.subject_kind"
    ),
    "keeps a reporter's name away until somebody says who it is": (
        "remediation.concern.reporter_type"
    ),
    "the basis of a consent is consent; another is chosen": (
        "remediation.consent.legal_basis"
    ),
    "no rule reads it: it only sorts": (
        "remediation.assessment.assessment_type "
        "remediation.attendance.source remediation.data.breach.kind "
        "remediation.education.enrolment.kind remediation.import.job.source "
        "remediation.note.kind remediation.person.of.interest.kind "
        "remediation.service.delivery.recipient "
        "remediation.service.delivery.unit remediation.subject.request.kind "
        "savings.member.sex"
    ),
    "the others are made by buttons of their own": (
        "remediation.referral.referral_type"
    ),
    "a payee is somebody of the family; another kind is chosen": (
        "cash.transfer.payee.kind"
    ),
    "the group's own constitution, agreed before the first meeting": (
        "savings.cycle.charge_method savings.cycle.charge_period "
        "savings.cycle.charge_when_late savings.cycle.fines_to "
        "savings.cycle.has_social_fund savings.cycle.keys_outside_committee "
        "savings.cycle.late_joiner_value savings.cycle.meeting_rhythm "
        "savings.cycle.rest_to savings.group.charge_method "
        "savings.group.charge_period savings.group.charge_when_late "
        "savings.group.fines_to savings.group.has_social_fund "
        "savings.group.keys_outside_committee "
        "savings.group.late_joiner_value savings.group.meeting_rhythm "
        "savings.group.rest_to"
    ),
    "a sheet of a meeting, which the group corrects aloud": (
        "savings.meeting.entry.kind savings.meeting.entry.pot "
        "savings.meeting.line.attendance savings.meeting.line.kind"
    ),
}
ALLOWED = {name: reason for reason, names in _REASONS.items() for name in names.split()}
#: What every record has, and steps alone change.
STATES = ("state", "active")


@tagged("post_install", "-at_install")
class TestR81Defaults(TransactionCase):
    """No gate is satisfied by a default (R81)."""

    def _defaults(self):
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto:
                continue
            case_owned = "case_id" in model._fields
            if not (case_owned or getattr(model, "_remediation_sensitive", False)):
                continue
            for field in model._fields.values():
                if field.type not in ("selection", "boolean") or not field.store:
                    continue
                if field.compute or field.related or not field.default:
                    continue
                if field.name in STATES:
                    continue
                yield f"{name}.{field.name}"

    def test_r81_no_answer_is_given_by_a_default(self):
        found = set(self._defaults())
        self.assertFalse(found - ALLOWED.keys(), "remove the default, or say why")
        self.assertFalse(ALLOWED.keys() - found, "these have no default any more")

    def test_r81_what_a_rule_reads_about_a_child_is_empty_until_answered(self):
        """Who says nothing has said neither yes nor no."""
        for name, fields in {
            "remediation.case": ("risk_level",),
            "remediation.visit": ("visit_type", "child_seen", "child_working"),
            "remediation.consent": ("subject", "answer", "how", "assent", "data_set"),
            "remediation.best.interest.decision": ("decider", "authority_reached"),
            "remediation.household.member": (
                "is_suspected_of_harm",
                "is_employer_or_creditor",
            ),
            "remediation.concern": ("immediate_danger",),
            "remediation.assessment": ("separation_discussed",),
            "remediation.plan": ("separation_discussed", "child_assent"),
        }.items():
            values = self.env[name].default_get(list(fields))
            self.assertFalse({key for key in values if values[key]}, name)
            for field in fields:
                self.assertEqual(self.env[name]._fields[field].type, "selection")
