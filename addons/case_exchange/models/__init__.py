from . import (
    grant_alert,
    res_company,
    export_column,
    export_log,
    export,
    external_reference,
    import_job,
    import_line,
    import_part,
    remediation_case,
)
