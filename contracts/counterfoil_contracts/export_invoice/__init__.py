"""Financing of export invoices: each is financed once, and never beyond what customs vouches for."""
