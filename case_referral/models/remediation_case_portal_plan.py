from odoo import api, fields, models
from odoo.exceptions import UserError

from ..forms import PLAN, RESULT, URGENT


def _without_id(row):
    return {name: row[name] for name in row if name not in ("id", "taken_off", "row")}


class RemediationCasePortal(models.Model):
    """Assessment, plan and actions on the portal."""

    _inherit = "remediation.case"

    def portal_save_assessment(self, values, submit=False):
        """Keep the assessment as a draft, or submit it for approval. For the holder.

        ``values``: as the form ``ASSESSMENT`` asks; ``scores`` (dict of domain → 1 to
        4) is understood too. R17 decides what is missing (UserError). Returns the
        assessment's id.
        """
        return self._portal_held()._take_assessment(values, submit).id

    def portal_save_plan(self, values, submit=False):
        """Keep the plan as a draft, or submit it for approval. For the holder.

        ``values``: as the form ``PLAN`` asks, with ``actions``, a list of dicts as
        ``ACTION`` asks; one with the ``id`` of a planned action of the draft changes
        it, or takes it off where ``domain`` is empty. R17, R20 decide what is missing
        (UserError). Returns the plan's id.
        """
        return self._portal_held()._take_plan(values, submit).id

    def portal_add_urgent_action(self, values):
        """Record urgent help before assessment and plan (R19). For the holder."""
        return self._portal_held()._take_urgent(values).id

    def portal_action_result(self, action_id, result, note=None):
        """Record how an action of the plan went: start, done, not_available, refused.

        For the holder.
        """
        case = self._portal_held()
        action = case.plan_action_ids.filtered(lambda rec: rec.id == action_id)
        if not action:
            raise UserError(self.env._("Choose an action of this case."))
        said = RESULT.take(self.env, {"result": result, "note": note}, case)
        note = said["result_note"]
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
        return True

    def _take_plan(self, values, submit=False):
        vals = PLAN.take(self.env, values, self)
        actions = vals.pop("actions", [])
        for row in actions:
            self._check_service(row)
        proof = values.get("signature") or values.get("photo")
        self.lock_for_update()
        plan = self.plan_ids.filtered(lambda rec: rec.state == "draft")[:1]
        if plan:
            plan.write(vals)
        else:
            if not any(vals.values()) and actions:
                vals["action_ids"] = [
                    fields.Command.create(_without_id(actions.pop(0)))
                ]
            vals.setdefault("date_start", self._said_day())
            plan = self.env["remediation.plan"].create(dict(vals, case_id=self.id))
        self._save_actions(plan, actions)
        if proof:
            self._portal_attach(proof, plan)
        if submit:
            plan.action_submit()
        return plan

    @api.model
    def _check_service(self, vals):
        """A service belongs to the kind of help that was chosen."""
        # sudo: master data
        service = self.env["remediation.service.type"].sudo()
        service = service.browse(vals.get("service_type_id") or 0)
        if service and service.domain != vals["domain"]:
            raise UserError(self.env._("Choose a service of that kind of help."))

    def _save_actions(self, plan, rows):
        """Add the new rows to a draft plan, change those it has (by ``id``), and take
        off those that were emptied."""
        own = {
            str(action.id): action
            for action in plan.action_ids
            if action.state == "planned"
        }
        new = []
        for row in rows:
            known = own.get(str(row["id"]))
            if known and row["taken_off"]:
                known.action_cancel(None)
            elif known:
                known.write(_without_id(row))
            elif not row["taken_off"]:
                new.append(dict(_without_id(row), plan_id=plan.id, case_id=self.id))
        self.env["remediation.plan.action"].create(new)

    def _take_urgent(self, values):
        vals = URGENT.take(self.env, values, self)
        self._check_service(vals)
        vals["is_urgent"] = True
        open_plan = self.plan_ids.filtered(
            lambda plan: plan.state in ("draft", "active")
        )[:1]
        if open_plan:
            vals["plan_id"] = open_plan.id
        action = self.env["remediation.plan.action"].create(dict(vals, case_id=self.id))
        action.action_start()
        return action
