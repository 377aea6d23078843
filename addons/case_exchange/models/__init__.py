from . import (
    remediation_grant_alert,
    res_company,
    remediation_export_column,
    remediation_export_log,
    remediation_export,
    remediation_external_reference,
    remediation_import_job,
    remediation_import_line,
    remediation_import_part,
    remediation_case,
)
