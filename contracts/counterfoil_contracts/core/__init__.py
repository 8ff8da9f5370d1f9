"""Pure rules that every trade contract shares: money, fingerprints, pools, marks, refusal codes."""
