def migrate(cr, version):
    """What was sent without consent stands in the list of overrides."""
    cr.execute(
        """
        INSERT INTO remediation_override (
            case_id, company_id, user_id, team_id, organisation_id, kind, date,
            done_by_id, partner_id, reason, referral_id, create_uid, create_date
        )
        SELECT sent.case_id, sent.company_id, sent.user_id, sent.team_id,
               sent.organisation_id,
               CASE sent.basis WHEN 'override' THEN 'no_consent' ELSE sent.basis END,
               sent.sent_on, sent.sent_by_id, sent.to_organisation_id,
               sent.override_reason, sent.id, sent.create_uid, sent.create_date
          FROM remediation_referral sent
         WHERE sent.basis IN ('emergency', 'override')
           AND sent.sent_on IS NOT NULL
           AND sent.sent_by_id IS NOT NULL
           AND NOT EXISTS (
               SELECT FROM remediation_override known WHERE known.referral_id = sent.id
           )
         ORDER BY sent.id
        """
    )
