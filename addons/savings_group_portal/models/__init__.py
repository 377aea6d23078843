from . import res_users
from . import savings_group
from . import savings_meeting
