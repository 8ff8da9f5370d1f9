"""One file a contract, with `COMMANDS`. A new file is found by itself; its groups stand in `application`."""
