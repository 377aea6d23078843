"""What a backup is asked: when it is made, of the moment that it holds, and again of
the copy that a drill restored. An answer is a count, a sum or a checksum, no name."""

#: Tables whose rows are counted, and whose new rows must not take a number again.
COUNTED = (
    "remediation_case",
    "remediation_beneficiary",
    "remediation_consent",
    "remediation_visit",
    "remediation_plan_action",
    "remediation_referral",
    "savings_group",
    "savings_meeting",
    "cash_transfer_entitlement",
    "cash_transfer_payment_line",
    "account_move",
    "mail_message",
)
#: Evidence whose rows have to be the same to the letter (R74).
THE_SAME = (
    "remediation_access_log",
    "remediation_case_stage_log",
    "remediation_classification",
    "remediation_approval",
    "cash_transfer_change",
    "cash_transfer_movement",
    "savings_loan_move",
)
#: What an erasure takes texts, messages and files from: not compared where one was made
#: again after the restore.
ERASED = (
    *(f"every row of {table}" for table in THE_SAME if table[:11] == "remediation"),
    "rows of mail_message",
    "files: how many",
)
#: Question: the table that has to be there, and what is asked of it.
OTHER = {
    "ledger: debit less credit": (
        "account_move_line",
        """
         SELECT COALESCE(SUM(debit - credit), 0) FROM account_move_line
         WHERE parent_state = 'posted'
        """,
    ),
    "ledger: balance of every account": (
        "account_move_line",
        """
         SELECT md5(string_agg(account_id || ' ' || total, ',' ORDER BY account_id))
         FROM (SELECT account_id, SUM(balance) AS total FROM account_move_line
         WHERE parent_state = 'posted' GROUP BY 1) AS t
        """,
    ),
    "ledger: what is open": (
        "account_move_line",
        """
         SELECT COALESCE(SUM(amount_residual), 0) FROM account_move_line
         WHERE parent_state = 'posted'
        """,
    ),
    "ledger: entries by journal": (
        "account_move",
        """
         SELECT md5(string_agg(journal_id || ' ' || number, ',' ORDER BY journal_id))
         FROM (SELECT journal_id, COUNT(*) AS number FROM account_move
         WHERE state = 'posted' GROUP BY 1) AS t
        """,
    ),
    "grants: analytic amounts": (
        "account_analytic_line",
        """
         SELECT SUM(amount) FROM account_analytic_line
        """,
    ),
    "payments: what was delivered": (
        "cash_transfer_payment_line",
        """
         SELECT SUM(amount_delivered) FROM cash_transfer_payment_line
        """,
    ),
    "people: users and their rights": (
        "res_groups_users_rel",
        """
         SELECT md5(string_agg(uid || ' ' || gid, ',' ORDER BY uid, gid))
         FROM res_groups_users_rel
        """,
    ),
    "rights: record rules": (
        "ir_rule",
        """
         SELECT COUNT(*) FROM ir_rule WHERE active
        """,
    ),
    "rights: access lines": (
        "ir_model_access",
        """
         SELECT COUNT(*) FROM ir_model_access WHERE active
        """,
    ),
    "modules and their versions": (
        "ir_module_module",
        """
         SELECT md5(string_agg(name || ' ' || latest_version, ',' ORDER BY name))
         FROM ir_module_module WHERE state = 'installed'
        """,
    ),
    "files: how many": (
        "ir_attachment",
        """
         SELECT COUNT(DISTINCT checksum) FROM ir_attachment
         WHERE store_fname IS NOT NULL
        """,
    ),
    "database: triggers": (
        "ir_module_module",
        """
         SELECT COUNT(*) FROM pg_trigger WHERE NOT tgisinternal
        """,
    ),
    "database: constraints": (
        "ir_module_module",
        """
         SELECT COUNT(*) FROM pg_constraint c
         JOIN pg_namespace n ON n.oid = c.connamespace AND n.nspname = 'public'
        """,
    ),
    "database: indexes that work": (
        "ir_module_module",
        """
         SELECT COUNT(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
         WHERE i.indisvalid
        """,
    ),
}


def ask(cursor):
    """Return question → answer; tables that are not there are not asked about."""
    answers = {}
    for question, table, query in _questions():
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0]:
            cursor.execute(query)
            answers[question] = str(cursor.fetchone()[0])
    return answers


def _questions():
    for table in COUNTED:
        yield f"rows of {table}", table, f"SELECT COUNT(*) FROM {table}"
        # Sequences belong to no moment: they have to be ahead, not the same.
        query = (
            "SELECT COALESCE(MAX(id), 0) <= (SELECT COALESCE(last_value, 0) "
            f"FROM pg_sequences WHERE sequencename = '{table}_id_seq') FROM {table}"
        )
        yield f"new numbers of {table}", table, query
    for table in THE_SAME:
        query = (
            f"SELECT md5(string_agg(md5(t::text), '' ORDER BY id)) FROM {table} AS t"
        )
        yield f"every row of {table}", table, query
    for question, (table, query) in OTHER.items():
        yield question, table, query


def compare(before, after, erased=()):
    """What is not as it was. After an erasure some evidence is nameless on purpose."""
    changed = ERASED if erased else ()
    return [
        f"{question}: {before.get(question)} → {after.get(question)}"
        for question in {**before, **after}
        if question not in changed and before.get(question) != after.get(question)
    ]


def erasures(cursor):
    """Codes of the children whose files were made nameless so far (R56)."""
    cursor.execute("SELECT to_regclass('remediation_beneficiary')")
    if not cursor.fetchone()[0]:
        return []
    cursor.execute(
        """
        SELECT name, to_char(create_date, 'YYYY-MM-DD HH24:MI:SS')
          FROM remediation_beneficiary WHERE pseudonymised_on IS NOT NULL ORDER BY id
        """
    )
    return [{"code": code, "made_on": made_on} for code, made_on in cursor.fetchall()]
