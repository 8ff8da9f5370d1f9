"""The ordering service: accept transaction envelopes, cut them into blocks, sign, store and deliver."""
