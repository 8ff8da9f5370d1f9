"""Domestic freight paid in foreign exchange: no tax invoice is paid twice, at whatever bank."""
