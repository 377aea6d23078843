from . import savings_ratio
