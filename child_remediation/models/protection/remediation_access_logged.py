from odoo import models
from odoo.tools import SQL


class AccessLogged(models.AbstractModel):
    """Reading these records is logged with the case they belong to."""

    _inherit = "remediation.access.logged"

    def _access_log_sql(self, column):
        if column == "case_id":
            return self._access_log_case_sql()
        return super()._access_log_sql(column)

    def _access_log_case_sql(self):
        """The column of this table that holds the case; one expression per model."""
        case = self._fields.get("case_id")
        return SQL("case_id") if case and case.store else SQL("NULL::integer")


class CaseOwned(models.AbstractModel):
    _name = "remediation.case.owned"
    _inherit = ["remediation.case.owned", "remediation.access.logged"]


class Case(models.Model):
    _name = "remediation.case"
    _inherit = ["remediation.case", "remediation.access.logged"]

    def _access_log_case_sql(self):
        return SQL("id")

    def action_who_looked(self):
        """Open the access log of this child (R29). For supervisors of the case."""
        self.ensure_one()
        self.check_access("read")
        log = self.env["remediation.access.log"]
        log.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "child_remediation.access_log_action"
        )
        # sudo: the child and the lists are looked up by id alone; the log's own rules
        # decide which rows show.
        action["domain"] = log.sudo()._domain_of_case(self.sudo())
        action["context"] = {}
        return action


class Beneficiary(models.Model):
    _name = "remediation.beneficiary"
    _inherit = ["remediation.beneficiary", "remediation.access.logged"]

    def _access_log_case_sql(self):
        return SQL("current_case_id")


class Household(models.Model):
    _name = "remediation.household"
    _inherit = ["remediation.household", "remediation.access.logged"]

    def _access_log_case_sql(self):
        return SQL(
            "(SELECT CASE WHEN min(c.id) = max(c.id) THEN min(c.id) END "
            "FROM remediation_case c WHERE c.household_id = remediation_household.id)"
        )


class HouseholdMember(models.Model):
    _name = "remediation.household.member"
    _inherit = ["remediation.household.member", "remediation.access.logged"]

    def _access_log_case_sql(self):
        return SQL(
            "(SELECT CASE WHEN min(c.id) = max(c.id) THEN min(c.id) END FROM "
            "remediation_case c WHERE c.household_id = "
            "remediation_household_member.household_id)"
        )


class Handover(models.Model):
    _name = "remediation.handover"
    _inherit = ["remediation.handover", "remediation.access.logged"]


class BreakGlass(models.Model):
    _name = "remediation.break.glass"
    _inherit = ["remediation.break.glass", "remediation.access.logged"]


class Complaint(models.Model):
    _name = "remediation.complaint"
    _inherit = ["remediation.complaint", "remediation.access.logged"]


class SafeguardingReport(models.Model):
    _name = "remediation.safeguarding.report"
    _inherit = ["remediation.safeguarding.report", "remediation.access.logged"]


class DataBreach(models.Model):
    _name = "remediation.data.breach"
    _inherit = ["remediation.data.breach", "remediation.access.logged"]


class Duplicate(models.Model):
    _name = "remediation.duplicate"
    _inherit = ["remediation.duplicate", "remediation.access.logged"]


class SubjectRequest(models.Model):
    _name = "remediation.subject.request"
    _inherit = ["remediation.subject.request", "remediation.access.logged"]

    def _access_log_case_sql(self):
        return SQL(
            "(SELECT b.current_case_id FROM remediation_beneficiary b "
            "WHERE b.id = remediation_subject_request.beneficiary_id)"
        )
