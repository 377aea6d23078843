"""What the portal's template draws beside the questions of a form."""


def field(name, label, kind="text", **extra):
    return {"name": name, "label": label, "kind": kind, "choices": [], **extra}
