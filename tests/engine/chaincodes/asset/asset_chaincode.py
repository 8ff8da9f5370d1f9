"""A small chaincode for tests: assets in public state, private appraisals, events, and ways to go wrong."""

import hashlib
from dataclasses import dataclass

from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit
from counterfoil_chaincode.key_endorsement import KeyEndorsementPolicy
from counterfoil_chaincode.refusal import Refusal
from counterfoil_protocol import canonical_json
from counterfoil_protocol.proposal import parse_signed_proposal


@dataclass(frozen=True, slots=True)
class Asset:
    id: str
    owner: str
    value: int


class AssetContract(Contract):
    name = "asset"

    @submit
    def create(self, context: Context, asset_id: str, owner: str, value: int) -> Asset:
        """Make an asset that is not there yet."""
        if context.stub.get_state(asset_id) is not None:
            raise Refusal("ALREADY_EXISTS", f"asset {asset_id} exists")
        asset = Asset(asset_id, owner, value)
        self._put(context, asset)
        context.stub.set_event("created", asset_id.encode())
        return asset

    @submit
    def transfer(self, context: Context, asset_id: str, owner: str) -> str:
        """Give an asset to another owner; the answer is the one before."""
        asset = self.read(context, asset_id)
        self._put(context, Asset(asset.id, owner, asset.value))
        return asset.owner

    @submit
    def pay(self, context: Context, source_id: str, target_id: str, amount: int) -> None:
        """Move value from one asset to another: two keys, together or not at all."""
        source, target = self.read(context, source_id), self.read(context, target_id)
        self._put(context, Asset(source.id, source.owner, source.value - amount))
        self._put(context, Asset(target.id, target.owner, target.value + amount))

    @submit
    def delete(self, context: Context, asset_id: str) -> None:
        """Delete an asset."""
        self.read(context, asset_id)
        context.stub.delete_state(asset_id)

    @evaluate
    def read(self, context: Context, asset_id: str) -> Asset:
        """An asset."""
        stored = context.stub.get_state(asset_id)
        if stored is None:
            raise Refusal("NOT_FOUND", f"there is no asset {asset_id}", status=404)
        fields = canonical_json.decode(stored)
        assert isinstance(fields, dict)
        return Asset(str(fields["id"]), str(fields["owner"]), int(str(fields["value"])))

    @evaluate
    def list(self, context: Context, start: str, end: str) -> list[str]:
        """Ids of the assets in a range."""
        with context.stub.get_state_by_range(start, end) as found:
            return [key for key, _ in found]

    @submit
    def appraise(self, context: Context, collection: str, asset_id: str) -> None:
        """Keep the transient field `appraisal` in a collection."""
        context.stub.put_private_data(collection, asset_id, context.stub.transient["appraisal"])

    @evaluate
    def appraisal(self, context: Context, collection: str, asset_id: str) -> bytes:
        """The private appraisal, empty where there is none."""
        return context.stub.get_private_data(collection, asset_id) or b""

    @evaluate
    def appraisal_hash(self, context: Context, collection: str, asset_id: str) -> str:
        """SHA-256 of the private appraisal in hex, empty where there is none."""
        return (context.stub.get_private_data_hash(collection, asset_id) or b"").hex()

    @submit
    def protect(self, context: Context, asset_id: str) -> None:
        """Give an asset the endorsement policy in the transient field `policy`."""
        context.stub.set_state_validation_parameter(asset_id, context.stub.transient["policy"])

    @evaluate
    def who(self, context: Context) -> dict[str, str]:
        """The caller, and the peer that runs this."""
        identity = context.client_identity
        attributes = {f"attribute.{name}": value for name, value in identity.attributes.items()}
        return {"mspId": identity.msp_id, "id": identity.id, "peer": context.local_msp_id, **attributes}

    @submit
    def crash(self, context: Context, text: str) -> None:
        """Fail with an exception that quotes its argument."""
        raise RuntimeError(text)

    @submit
    def loop(self, context: Context) -> None:
        """Never end."""
        while True:
            pass

    @submit
    def differ(self, context: Context, key: str) -> None:
        """Write what differs from peer to peer."""
        context.stub.put_state(key, context.local_msp_id.encode())

    def _put(self, context: Context, asset: Asset) -> None:
        fields = {"id": asset.id, "owner": asset.owner, "value": asset.value}
        context.stub.put_state(asset.id, canonical_json.encode(fields))


class StubContract(Contract):
    """What the stub offers beside reads, writes and ranges."""

    name = "stub"

    @submit
    def file(self, context: Context, folder: str, names: list[str]) -> None:
        """Keep papers in a folder, under composite keys: publicly, and in the collection `open`."""
        for name in names:
            key = context.stub.create_composite_key("paper", [folder, name])
            context.stub.put_state(key, name.encode())
            context.stub.put_private_data("open", key, name.encode())

    @evaluate
    def pages(self, context: Context, folder: str, size: int) -> list[list[str]]:
        """The names in a folder, page by page."""
        pages: list[list[str]] = []
        bookmark = ""
        while not pages or bookmark:
            page = context.stub.get_state_by_partial_composite_key_with_pagination(
                "paper", [folder], size, bookmark
            )
            assert page.fetched_records_count == len(page.results)
            pages.append([context.stub.split_composite_key(key)[1][1] for key, _ in page.results])
            bookmark = page.bookmark
        return pages

    @evaluate
    def all_papers(self, context: Context, folder: str) -> list[str]:
        """The same, out of all composite keys."""
        found = context.stub.get_all_states_composite_key_with_pagination(1000).results
        papers = [context.stub.split_composite_key(key)[1] for key, _ in found]
        return [name for kept_in, name in papers if kept_in == folder]

    @evaluate
    def private_papers(self, context: Context, folder: str) -> list[str]:
        """The names kept privately."""
        with context.stub.get_private_data_by_partial_composite_key("open", "paper", [folder]) as found:
            return [value.decode() for _, value in found]

    @submit
    def guard(self, context: Context, key: str, msp_ids: list[str]) -> None:
        """Keep a private key of the collection `open` that these organisations must all endorse."""
        context.stub.put_private_data("open", key, b"guarded")
        policy = KeyEndorsementPolicy.parse(None).add(*msp_ids)
        context.stub.set_private_data_validation_parameter("open", key, policy.serialize())

    @evaluate
    def guards(self, context: Context, key: str) -> list[str]:
        """The organisations that must endorse a private key of the collection `open`."""
        policy = context.stub.get_private_data_validation_parameter("open", key)
        return list(KeyEndorsementPolicy.parse(policy).organizations)

    @evaluate
    def transaction(self, context: Context) -> dict[str, bool]:
        """What the stub tells of its transaction, as far as it can be checked against the signed proposal."""
        stub = context.stub
        assert stub.signed_proposal is not None
        proposal = parse_signed_proposal(stub.signed_proposal)
        binding = hashlib.sha256(proposal.nonce + stub.creator + bytes(8)).digest()
        return {
            "id": stub.transaction_id == proposal.transaction_id,
            "channel": stub.channel_id == proposal.channel_id,
            "creator": stub.creator == proposal.creator,
            "binding": stub.binding == binding,
            "args": stub.args == proposal.args,
            "timestamp": stub.timestamp_seconds == proposal.timestamp[0],
            "undecorated": not stub.decorations,
        }


CHAINCODE = Chaincode([AssetContract(), StubContract()], title="asset", version="1.0")
