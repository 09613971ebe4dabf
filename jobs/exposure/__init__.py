"""``cahra exposure``: who lives near sites, in zones and near deadly incidents, and how long the way to a town is."""
