"""``cahra backtest``: how the classes, rules and orders fared at past dates."""
