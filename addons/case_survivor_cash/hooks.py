def post_init_hook(env):
    """What was written as paid before becomes a payment of its own."""
    for name in ("remediation.legal.matter", "remediation.survivor.wage"):
        env[name]._keep_what_was_paid()
