from odoo import api, fields, models
from odoo.exceptions import UserError

from ..forms import ASSESSMENT, PLAN, URGENT
from ..forms.plan import ACTION

#: More actions than any family can follow, and few enough for one page.
ACTIONS_MAX = 100


class RemediationCasePortal(models.Model):
    """Assessment, plan and actions on the portal."""

    _inherit = "remediation.case"

    def portal_save_assessment(self, values, submit=False):
        """Keep the assessment as a draft, or submit it for approval. For the holder.

        ``values``: as the form ``ASSESSMENT`` asks, with ``scores`` (dict of domain →
        1 to 4) and ``question-<name>`` for each question of the programme. R17
        decides what is missing (UserError). Returns the assessment's id.
        """
        case = self._portal_held()
        vals = {
            name: value
            for name, value in ASSESSMENT.take(self.env, values, case).items()
            # What the model needs and nobody answered keeps its own value.
            if value or name not in ("assessment_type", "done_on")
        }
        scores = values.get("scores") or {}
        Score = self.env["remediation.assessment.score"]
        domains = dict(Score._fields["domain"].selection)
        grades = dict(Score._fields["score"].selection)
        if not isinstance(scores, dict) or any(
            domain not in domains or (grade and grade not in grades)
            for domain, grade in scores.items()
        ):
            raise UserError(self.env._("Choose one of the answers offered."))
        case.lock_for_update()
        assessment = case.assessment_ids.filtered(lambda rec: rec.state == "draft")[:1]
        if assessment:
            assessment.write(vals)
        else:
            # sudo: _portal_held checked that the user holds the case.
            assessment = (
                self.env["remediation.assessment"]
                .sudo()
                .create(dict(vals, case_id=case.id))
            )
        lines = {line.domain: line for line in assessment.score_ids}
        missing = []
        for domain, grade in scores.items():
            if domain in lines:
                lines[domain].score = grade or False
            elif grade:
                missing.append(
                    {
                        "assessment_id": assessment.id,
                        "case_id": case.id,
                        "domain": domain,
                        "score": grade,
                    }
                )
        Score.sudo().create(missing)  # sudo: as above
        answers = case._clean_answers("assessment", dict(values))
        if answers:
            # sudo: as above; the field is for the back office and this method.
            kept = assessment.sudo()
            kept.properties = {**dict(kept.properties), **answers}
        if submit:
            assessment.action_submit()
        return assessment.id

    def portal_save_plan(self, values, submit=False):
        """Keep the plan as a draft, or submit it for approval. For the holder.

        ``values``: as the form ``PLAN`` asks, with ``actions``, a list of dicts as
        ``ACTION`` asks; one with the ``id`` of a planned action of the draft changes
        it, or takes it off where ``domain`` is empty. R17, R20 decide what is missing
        (UserError). Returns the plan's id.
        """
        case = self._portal_held()
        vals = PLAN.take(self.env, values, case)
        actions = values.get("actions") or []
        if not isinstance(actions, list) or len(actions) > ACTIONS_MAX:
            raise UserError(
                self.env._("Enter %(count)s actions at most.", count=ACTIONS_MAX)
            )
        proof = values.get("signature") or values.get("photo")
        case.lock_for_update()
        plan = case.plan_ids.filtered(lambda rec: rec.state == "draft")[:1]
        if plan:
            plan.write(vals)
        else:
            # sudo: _portal_held checked that the user holds the case.
            if not any(vals.values()) and actions:
                vals["action_ids"] = [
                    fields.Command.create(self._clean_action(actions.pop(0)))
                ]
            plan = (
                self.env["remediation.plan"].sudo().create(dict(vals, case_id=case.id))
            )
        self._portal_save_actions(case, plan, actions)
        if proof:
            case._portal_attach(proof, plan)
        if submit:
            plan.action_submit()
        return plan.id

    @api.model
    def _clean_action(self, values, form=ACTION):
        vals = form.take(self.env, values)
        service = self.env["remediation.service.type"].sudo()  # sudo: master data
        service = service.browse(vals.get("service_type_id") or 0)
        if service and service.domain != vals["domain"]:
            raise UserError(self.env._("Choose a service of that kind of help."))
        return vals

    def _portal_save_actions(self, case, plan, rows):
        """Add the new rows to a draft plan, change those it has (by ``id``), and take
        off those that were emptied."""
        own = {
            action.id: action for action in plan.action_ids if action.state == "planned"
        }
        new = []
        for row in rows:
            known = own.get(self._clean_number(row, "id", 0, 2**31))
            if known and not row.get("domain"):
                known.action_cancel(None)
            elif known:
                known.write(self._clean_action(row))
            else:
                new.append(
                    dict(self._clean_action(row), plan_id=plan.id, case_id=case.id)
                )
        # sudo: _portal_held checked that the user holds the case.
        self.env["remediation.plan.action"].sudo().create(new)

    def portal_add_urgent_action(self, values):
        """Record urgent help before assessment and plan (R19). For the holder."""
        case = self._portal_held()
        vals = self._clean_action(values, URGENT)
        vals["is_urgent"] = True
        open_plan = case.plan_ids.filtered(
            lambda plan: plan.state in ("draft", "active")
        )[:1]
        if open_plan:
            vals["plan_id"] = open_plan.id
        # sudo: _portal_held checked that the user holds the case.
        action = (
            self.env["remediation.plan.action"]
            .sudo()
            .create(dict(vals, case_id=case.id))
        )
        action.action_start()
        return action.id

    def portal_action_result(self, action_id, result, note=None):
        """Record how an action of the plan went: start, done, not_available, refused.

        For the holder.
        """
        case = self._portal_held()
        action = case.plan_action_ids.filtered(lambda rec: rec.id == action_id)
        if not action:
            raise UserError(self.env._("Choose an action of this case."))
        note = self._clean_text({"note": note}, "note", 500)
        if result in ("not_available", "refused") and not note:
            raise UserError(self.env._("Say why it did not work out."))
        if result == "start":
            action.action_start()
        elif result == "done":
            action.action_done(note)
        elif result == "not_available":
            action.action_not_available(note)
        elif result == "refused":
            action.action_refuse(note)
        else:
            raise UserError(self.env._("Choose one of the answers offered."))
        return True
