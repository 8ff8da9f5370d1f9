"""Looks over the testing kit's shoulder: what every block shows of each transaction."""

from collections.abc import Iterator

from counterfoil_chaincode.testing import Committed, Endorsed, Ledger


class Recorder:
    """Keeps what is committed from now on: the public read-write set and the response, the request id."""

    def __init__(self, ledger: Ledger) -> None:
        self.blocks: list[Committed] = []
        commit = ledger.commit

        def recorded(*endorsed: Endorsed) -> tuple[Committed, ...]:
            found = commit(*endorsed)
            self.blocks.extend(found)
            return found

        ledger.commit = recorded  # type: ignore[method-assign] # the test looks over the ledger's shoulder

    @property
    def request_ids(self) -> list[str]:
        """Every request id, which is the response."""
        return [each.payload.decode() for each in self.blocks]

    def key_hashes(self) -> Iterator[str]:
        """Hashes, in hex, of all private keys that were read or written."""
        for each in self.blocks:
            for namespace in each.rwset.namespaces:
                for collection in namespace.collections:
                    yield from (read.key_hash.hex() for read in collection.reads)
                    yield from (written.key_hash.hex() for written in collection.writes)
