from . import (
    attendance_entry_wizard,
    break_glass_wizard,
    case_assign_wizard,
    case_funding_wizard,
    delivery_entry_wizard,
    duplicate_merge_wizard,
    grace_visit_wizard,
    handover_wizard,
    plan_action_finish_wizard,
    safeguarding_file_wizard,
    intake_import,
)
