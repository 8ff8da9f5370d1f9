"""Is this the chain? Numbers, previous hashes, data hashes and the orderer's signatures, block by block.

Nothing here believes the ledger about itself: the first configuration is compared with roots that the auditor
holds, every later configuration was signed under the one before it.
"""

from collections.abc import Iterator, Mapping, Sequence

from counterfoil_protocol.block import (
    check_block_data,
    data_hash,
    header_hash,
    is_config_block,
    parse_block,
)
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.errors import MalformedMessage, PolicyFailure
from counterfoil_protocol.identity import parse_certificate
from counterfoil_protocol.messages import common

from .exported import Export
from .verdict import Finding, Verdict


def read_blocks(export: Export, msp_id: str) -> tuple[list[common.Block], list[Finding]]:
    """All blocks of one organisation's peer; a block that is no message is a finding and ends the list."""
    blocks: list[common.Block] = []
    for number in range(export.manifest.height):
        try:
            blocks.append(parse_block(export.block(msp_id, number)))
        except MalformedMessage as error:
            return blocks, [Finding(Verdict.EXPORT, f"{msp_id}: {error}", block=number)]
    return blocks, []


def chain_findings(blocks: Sequence[common.Block]) -> Iterator[Finding]:
    """What is wrong with numbers, previous hashes and data hashes."""
    previous = b""
    for expected, block in enumerate(blocks):
        header = block.header
        if header.number != expected:
            yield Finding(Verdict.HEADER, f"the header says {header.number}", block=expected, field="number")
        if header.previous_hash != previous:
            text = "is not the hash of the block before"
            yield Finding(Verdict.HEADER, text, block=expected, field="previous_hash")
        if header.data_hash != data_hash(block.data.data):
            text = "is not the hash of the transactions"
            yield Finding(Verdict.DATA_HASH, text, block=expected, field="data_hash")
        else:
            yield from _form_findings(block, expected)
        previous = header_hash(header)


def _form_findings(block: common.Block, number: int) -> Iterator[Finding]:
    try:
        check_block_data(block)
    except MalformedMessage as error:
        if number:  # the genesis block has no signature and no second form
            yield Finding(Verdict.DATA_HASH, str(error), block=number, field="data")


def trust_findings(genesis: ChannelConfig, trust: Mapping[str, Sequence[bytes]]) -> Iterator[Finding]:
    """Compare the members' roots in the first block with those that the auditor was given."""
    members = {*genesis.application_msp_ids, *(member.msp_id for member in genesis.orderers.values())}
    for msp_id in sorted(members):
        given = {parse_certificate(pem) for pem in trust.get(msp_id, ())}
        stated = set(genesis.msps.msp(msp_id).roots)
        if not given:
            yield Finding(Verdict.TRUST, "is a member, but no root was given for it", block=0, field=msp_id)
        elif stated != given:
            text = "its roots in the ledger are not those given"
            yield Finding(Verdict.TRUST, text, block=0, field=msp_id)


def configurations(blocks: Sequence[common.Block], genesis: ChannelConfig) -> Iterator[ChannelConfig]:
    """For each block the configuration that was in force before it."""
    config = genesis
    for number, block in enumerate(blocks):
        yield config
        if number and is_config_block(block):
            config = ChannelConfig.from_block(block)


def signature_findings(blocks: Sequence[common.Block], genesis: ChannelConfig) -> Iterator[Finding]:
    """Blocks after the first that no orderer signed, under the configuration in force before each."""
    for number, (block, config) in enumerate(zip(blocks, configurations(blocks, genesis), strict=True)):
        if number == 0:
            continue
        try:
            config.verify_block_signature(block)
        except (MalformedMessage, PolicyFailure):
            text = "no signature satisfies the policy BlockValidation"
            yield Finding(Verdict.ORDERER_SIGNATURE, text, block=number, field="SIGNATURES")
