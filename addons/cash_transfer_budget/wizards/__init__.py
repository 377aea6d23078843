from . import cash_forecast_line
