from . import savings_buy_in
from . import savings_leave
from . import savings_minute
