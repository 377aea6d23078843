from . import savings_support
from . import savings_held_handover
from . import savings_held_fund
from . import savings_enrolment
