def uninstall_hook(env):
    """Take away the function of the log's trigger; the table goes by itself."""
    env.cr.execute(
        "DROP FUNCTION IF EXISTS remediation_export_log_append_only() CASCADE"
    )
