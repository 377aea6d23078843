from odoo.tools.sql import column_exists


def migrate(cr, version):
    """The one remedy of a complaint becomes a line of its own."""
    if not column_exists(cr, "remediation_complaint", "remedy_kind"):
        return
    cr.execute(
        """
        UPDATE remediation_complaint
           SET remedy_due = CASE remedy_kind WHEN 'none' THEN 'none' ELSE 'due' END
         WHERE remedy_kind IS NOT NULL
        """
    )
    cr.execute(
        """
        INSERT INTO remediation_remedy (
            complaint_id, company_id, team_id, user_id, is_restricted, form,
            description, amount, currency_id, given_on, given_by_id, state,
            delivered_on, delivered_by_id, create_uid, create_date
        )
        SELECT c.id, c.company_id, c.team_id, c.user_id, c.is_restricted,
               CASE c.remedy_kind WHEN 'money' THEN 'compensation'
                                  WHEN 'service' THEN 'rehabilitation'
                                  WHEN 'goods' THEN 'restitution'
                                  WHEN 'correction' THEN 'restitution'
                                  ELSE 'satisfaction' END,
               coalesce(nullif(c.remedy_description, ''), c.remedy_kind),
               c.remedy_amount, c.currency_id, c.remedy_on, c.remedy_by_id,
               CASE WHEN c.state = 'closed' THEN 'delivered' ELSE 'planned' END,
               CASE WHEN c.state = 'closed' THEN c.closed_on END,
               CASE WHEN c.state = 'closed' THEN c.closed_by_id END,
               c.write_uid, c.write_date
          FROM remediation_complaint c
         WHERE c.remedy_kind IS NOT NULL AND c.remedy_kind <> 'none'
        """
    )
    # Who paid bore all of it.
    cr.execute(
        """
        INSERT INTO remediation_remedy_contributor (
            remedy_id, complaint_id, company_id, team_id, user_id, is_restricted,
            partner_id, share, create_uid, create_date
        )
        SELECT r.id, c.id, c.company_id, c.team_id, c.user_id, c.is_restricted,
               c.remedy_paid_by_id, 100, c.write_uid, c.write_date
          FROM remediation_complaint c
          JOIN remediation_remedy r ON r.complaint_id = c.id
         WHERE c.remedy_paid_by_id IS NOT NULL
        """
    )
