from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.forms import Form, Question

_lt = LazyTranslate(__name__)

_DAYS = (
    Question("days_open", _lt("Days Open"), high=31),
    Question("days_present", _lt("Present"), high=31),
    Question("days_excused", _lt("Excused"), high=31),
    Question("days_unexcused", _lt("Unexcused"), high=31),
)

#: One child's month, as a telephone sends it.
ATTENDANCE = Form(
    "remediation.attendance",
    _lt("Attendance"),
    Question("month", _lt("Any day of the month"), required=True),
    *_DAYS,
    phone=True,
)

#: A school's month: one row for each child referred to it.
ATTENDANCE_ROWS = Form(
    None,
    _lt("Attendance of a school"),
    Question("month", _lt("Month"), kind="text", field=None, size=7, required=True),
    rows={"children": Form("remediation.attendance", _lt("Child"), *_DAYS, prefix="p")},
    page="attendance",
)
