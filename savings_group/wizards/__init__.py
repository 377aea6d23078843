from . import savings_ask_support
from . import savings_buy_in
from . import savings_leave
from . import savings_minute
from . import savings_start_group
