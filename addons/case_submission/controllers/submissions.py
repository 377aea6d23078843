import io
import json
import logging
import re
from datetime import timedelta

import xlsxwriter
from werkzeug.exceptions import RequestEntityTooLarge

from odoo import http
from odoo.exceptions import ConcurrencyError, UserError
from odoo.http import request

from odoo.addons.case_exchange.tools.plain import plain

from ..models.remediation_submission import (
    KEY,
    MAX_ANSWERS,
    PHONE_FORMS,
    keys_of,
    read_answers,
)
from ..models.res_users_apikeys import SCOPE

_logger = logging.getLogger(__name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Most bytes of one submission.
MAX_BYTES = 256 * 1024
#: Most bytes of a larger one that are read and thrown away.
DRAINED = 4 * 1024 * 1024


class _RefusedError(Exception):
    """A call that is answered by a sentence; nothing was taken."""

    def __init__(self, status, sentence, **headers):
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers


class SubmissionController(http.Controller):
    """The endpoint for the forms of telephones (see ``readme/USAGE.md``).

    It takes JSON with an API key of a user who has the right to submit; a session or a
    cookie counts for nothing. Every answer is JSON with a sentence, also when
    something breaks.
    """

    @http.route(
        "/remediation/submissions/1/<string:form>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def receive(self, form, **kwargs):
        """Take one submission exactly once."""
        try:
            status, answer = self._receive(form)
            return self._json(status, answer)
        except _RefusedError as refused:
            return self._json(
                refused.status,
                {"status": "refused", "message": refused.sentence},
                refused.headers,
            )

    @http.route(
        "/remediation/submissions/form/<string:form>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def xlsform(self, form, programme=None, worker=None):
        """Hand out a form for Kobo and ODK, as the portal asks it. For supervisors,
        in their language.

        :param programme: id of the one whose own questions are asked; of all of the
            company where it is empty
        :param worker: login of the one whose open cases are a list to choose from
        """
        env = request.env
        if form not in PHONE_FORMS or not env.user.has_group(
            "child_remediation.group_supervisor"
        ):
            return request.not_found()
        sheets = env["remediation.submission"]._xlsform(form, programme, worker)
        out = io.BytesIO()
        book = xlsxwriter.Workbook(
            out, {"in_memory": True, "strings_to_formulas": False}
        )
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return request.make_response(
            out.getvalue(),
            [
                ("Content-Type", XLSX),
                (
                    "Content-Disposition",
                    http.content_disposition(f"remediation_{form}.xlsx"),
                ),
            ],
        )

    def _check_pace(self):
        env = request.env
        counted = env["remediation.limit"]._count(
            "submission",
            limit=env.company.sudo().submission_per_minute,  # sudo: one setting
            within=timedelta(minutes=1),
        )
        if counted == "many":
            raise _RefusedError(
                429,
                env._("Too many submissions within a minute: send it again later."),
                **{"Retry-After": "60"},
            )

    def _receive(self, form):
        self._sign_in()
        env = request.env
        _ = env._
        if form not in PHONE_FORMS:
            raise _RefusedError(
                404,
                _(
                    "There is no form of this name: send one of %(names)s.",
                    names=", ".join(PHONE_FORMS),
                ),
            )
        body = self._body()
        self._check_pace()
        document = self._parse(body)
        key, replaces = keys_of(document)
        sent = request.httprequest.headers.get("Idempotency-Key")
        if sent or not KEY.fullmatch(key or ""):
            key = sent
        if key and not KEY.fullmatch(key):
            raise _RefusedError(
                400,
                _(
                    "Change the key of the submission: 8 to 100 letters, digits, "
                    "dots, colons, hyphens or underscores."
                ),
            )
        answers, others = read_answers(form, document)
        if len(others) > MAX_ANSWERS:
            raise _RefusedError(
                422,
                _("There are too many answers in one submission: shorten the form."),
            )
        if not answers:
            raise _RefusedError(
                422,
                _("No question of this form was found: see the list of their names."),
            )
        try:
            with env.cr.savepoint():
                return env["remediation.submission"]._receive(
                    form, key, answers, others, replaces
                )
        except UserError as error:
            raise _RefusedError(409, str(error)) from error
        except (ConcurrencyError, *_retried()):
            raise
        except Exception as error:
            _logger.exception("submission of user %s failed", env.uid)
            raise _RefusedError(
                500,
                _("The submission could not be kept: send it again later."),
            ) from error

    def _sign_in(self):
        """Go on as the user of the API key; a session does not count."""
        header = request.httprequest.headers.get("Authorization") or ""
        match = re.match(r"^bearer\s+(\S+)$", header, re.IGNORECASE)
        keys = request.env["res.users.apikeys"]
        uid = match and (
            keys._check_credentials(scope="rpc", key=match.group(1))
            or keys._check_credentials(scope=SCOPE, key=match.group(1))
        )
        if not uid:
            raise _RefusedError(
                401,
                request.env._(
                    "Send the API key of a user who may submit, in the header "
                    "Authorization: Bearer …"
                ),
                **{"WWW-Authenticate": "Bearer"},
            )
        request.update_env(user=uid)
        request.update_context(lang=request.env.user.lang)
        if not request.env.user.has_group("case_submission.group_submit"):
            raise _RefusedError(
                403,
                request.env._(
                    "This user may not submit: ask an administrator for the right "
                    "Sends Submissions."
                ),
            )

    def _body(self):
        _ = request.env._
        incoming = request.httprequest
        too_large = _RefusedError(
            413,
            _(
                "The submission is too large: %(size)s kB at most.",
                size=MAX_BYTES // 1024,
            ),
        )
        if (incoming.content_length or 0) > MAX_BYTES:
            if incoming.content_length <= DRAINED:
                # Who is still sending would not hear the answer.
                incoming.get_data(cache=False)
            raise too_large
        if incoming.mimetype != "application/json":
            raise _RefusedError(
                415, _("Send JSON, with the header Content-Type: application/json.")
            )
        incoming.max_content_length = MAX_BYTES
        try:
            # Kept, because Odoo repeats a call that met another one.
            return incoming.get_data(cache=True)
        except RequestEntityTooLarge as error:
            raise too_large from error

    def _parse(self, body):
        try:
            document = plain(json.loads(body.decode()))
        except (ValueError, RecursionError) as error:
            raise _RefusedError(
                400, request.env._("This is no JSON: send one object.")
            ) from error
        if not isinstance(document, dict):
            raise _RefusedError(
                400, request.env._("Send one submission: a JSON object.")
            )
        return document

    def _json(self, status, answer, headers=None):
        response = request.make_json_response(answer, status=status)
        response.headers["Cache-Control"] = "no-store"
        for name, value in (headers or {}).items():
            response.headers[name] = value
        return response


def _retried():
    """Errors for which Odoo repeats the whole call by itself."""
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    return PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
