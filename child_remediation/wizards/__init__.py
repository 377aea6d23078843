from . import (
    approval_reject_wizard,
    case_assign_wizard,
    case_first_contact_wizard,
    case_hold_wizard,
    case_manager_suspend_wizard,
    case_manager_waiver_wizard,
    case_reopen_wizard,
    case_risk_wizard,
    consent_withdraw_wizard,
    deadline_move_wizard,
    plan_action_finish_wizard,
    visit_cancel_wizard,
)
