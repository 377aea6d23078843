def uninstall_hook(env):
    """Take away the functions of the triggers; the tables go by themselves."""
    env.cr.execute("DROP FUNCTION IF EXISTS remediation_append_only() CASCADE")
    env.cr.execute("DROP FUNCTION IF EXISTS remediation_evidence() CASCADE")
