"""What a transaction notes, to be written once when it ends."""


def noted_until_commit(model, method, kind=dict):
    """Return what was noted in this transaction for a method of a model, to add to.

    The method is called once, as superuser, when the transaction is flushed for good,
    with what was noted; nobody has to remember to call it. What is rolled back was
    never noted.

    :param model: recordset of the model, whose records do not matter
    :param str method: the method that writes it down
    :param kind: makes what is noted in: ``dict``, ``set``
    """
    precommit = model.env.cr.precommit
    key = f"{model._name}.{method}"
    if key not in precommit.data:
        precommit.data[key] = kind()
        # sudo: the system writes down what was noted, whoever acts.
        system = model.browse().sudo()

        def write():
            noted = precommit.data.pop(key, None)
            if noted:
                getattr(system, method)(noted)

        precommit.add(write)
    return precommit.data[key]
