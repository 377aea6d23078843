"""What a caller's context may not decide."""


def without_defaults(records):
    """Return the records without what the caller's context would decide of new ones.

    ``default_<field>`` of a context is what a person filled in before; no named method
    may create anything by it.
    """
    context = records.env.context
    if not any(key.startswith("default_") for key in context):
        return records
    kept = {k: v for k, v in context.items() if not k.startswith("default_")}
    return records.with_context(kept)  # pylint: disable=context-overridden
