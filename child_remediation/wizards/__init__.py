from . import (
    remediation_attendance_entry,
    remediation_break_glass,
    remediation_case_assign,
    remediation_case_funding,
    remediation_delivery_entry,
    remediation_duplicate_merge,
    remediation_grace_visit,
    remediation_handover,
    remediation_safeguarding_file,
    remediation_intake_import,
    remediation_intake_import_rows,
    remediation_intake_import_cases,
)
