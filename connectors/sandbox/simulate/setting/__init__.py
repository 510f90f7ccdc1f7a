"""What the company lives in: its era, calendar, market, processes, words and the rates of what goes wrong."""
