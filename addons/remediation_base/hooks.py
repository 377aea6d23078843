def uninstall_hook(env):
    """Take away the function of the logs' triggers; the tables go by themselves."""
    env.cr.execute("DROP FUNCTION IF EXISTS remediation_append_only() CASCADE")
