from odoo.tools.sql import column_exists


def migrate(cr, version):
    """What the log of holders said of overrides becomes rows of their own list."""
    if not column_exists(cr, "remediation_case_holder", "over_caseload"):
        return
    cr.execute(
        """
        INSERT INTO remediation_override (
            case_id, company_id, user_id, team_id, organisation_id, kind, date,
            done_by_id, partner_id, reason, create_uid, create_date
        )
        SELECT log.case_id, log.company_id, log.user_id, log.team_id,
               log.organisation_id, override.kind, log.date_from, log.done_by_id,
               holder.partner_id, log.reason, log.create_uid, log.create_date
          FROM remediation_case_holder log
          LEFT JOIN res_users holder ON holder.id = log.holder_user_id
          JOIN LATERAL (
               VALUES ('caseload', log.over_caseload),
                      ('conflict', log.over_conflict),
                      ('withheld', log.over_withheld)
          ) override (kind, happened) ON override.happened
         ORDER BY log.id
        """
    )
