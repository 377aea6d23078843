"""Many records for the scheduler, by batches: one bad record stops none."""

import logging

import psycopg2

_logger = logging.getLogger(__name__)
BATCH = 200


def each_batch(records, work, size=BATCH):
    """Call ``work(batch)`` for all records, a batch after the other.

    A batch that stops is undone, and its records are taken one by one: the bad one is
    left as it was, named in the server's log by its id, and tried again at the next
    run. Under the scheduler each batch is committed, and the rest waits when time is
    up; so ``work`` marks what it has done, and a second run finds it no more.

    :param work: a function of a recordset of the model of ``records``
    :param int size: records in a batch
    :return: the records that could not be done
    """
    failed = records.browse()
    for start in range(0, len(records), size):
        batch = records[start : start + size]
        if not _attempt(batch, work):
            alone = batch if len(batch) > 1 else batch.browse()
            bad = [record.id for record in alone if not _attempt(record, work)]
            failed += records.browse(bad) if alone else batch
        if records.env.context.get("cron_id"):
            left = len(records) - start - len(batch)
            if not records.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                break
    return failed


def _attempt(records, work):
    """Do it whole or not at all; whether it was done."""
    cr = records.env.cr
    try:
        with cr.savepoint():
            work(records)
    except psycopg2.OperationalError:
        raise  # somebody holds a row, or the server goes: the scheduler comes again
    except Exception as error:  # noqa: BLE001 - a record fails alone, whatever it was
        # The kind alone: a sentence of the database holds values (R78).
        ids, kind = records.ids, type(error).__name__
        _logger.warning("%s %s: not done, %s", records._name, ids, kind)
        return False
    return True
