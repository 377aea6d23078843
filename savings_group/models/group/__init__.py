from . import savings_constitution
from . import savings_group
from . import savings_member
from . import savings_cycle
from . import savings_membership
