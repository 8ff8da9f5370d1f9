"""One organisation's peer, put together from its parts; each peer has its own ledger and its own view."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import grpc

from counterfoil_network.embedded.gateway.policies import CommittedPolicies
from counterfoil_network.embedded.membership import ProposalOutcome
from counterfoil_network.embedded.peer.access_control import AccessControl, AccessDenied
from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.chaincode.launcher import ChaincodeLauncher
from counterfoil_network.embedded.peer.chaincode.package_store import PackageStore
from counterfoil_network.embedded.peer.chaincode.support import ChaincodeSupport
from counterfoil_network.embedded.peer.committer import Committer, writes_lifecycle
from counterfoil_network.embedded.peer.endorser import Endorser
from counterfoil_network.embedded.peer.lifecycle.endorsement_info import LocalChaincodes
from counterfoil_network.embedded.peer.private_data.collections import (
    find_collection,
    is_member,
    state_getter,
)
from counterfoil_network.embedded.peer.private_data.distribution import Distributor
from counterfoil_network.embedded.peer.private_data.fetch import PrivateDataFetcher
from counterfoil_network.embedded.peer.private_data.reconciler import Reconciler
from counterfoil_network.embedded.peer.system_chaincodes.cscc import PeerConfigurer
from counterfoil_network.embedded.peer.system_chaincodes.lifecycle import Lifecycle
from counterfoil_network.embedded.peer.system_chaincodes.qscc import LedgerQuerier
from counterfoil_network.embedded.progress import Progress
from counterfoil_network.embedded.rpc import RpcError

if TYPE_CHECKING:
    import logging
    from pathlib import Path

    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.messages import common, proposal, transient_store

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.peer_ledger import PeerLedger
    from counterfoil_network.embedded.ledger.records import CommittedBlock
    from counterfoil_network.embedded.membership import Membership, WantedPrivateData
    from counterfoil_network.embedded.node import Node
    from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation
    from counterfoil_network.embedded.peer.committer import OrderedBlocks
    from counterfoil_network.embedded.peer.lifecycle.endorsement_info import EndorsementInfo

_RECENT_BLOCKS = 64


class LedgerGone(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The peer's ledger file is not where it was: nothing the peer says would outlive it."""


class Peer:
    """Endorses, commits and answers for one organisation."""

    def __init__(  # noqa: PLR0913 - a peer is put together from these parts
        self,
        *,
        node: Node,
        folder: Path,
        ledger: PeerLedger,
        channel: Channel,
        membership: Membership,
        orderer: OrderedBlocks,
        log: logging.Logger,
        execute_timeout: float,
    ) -> None:
        """`folder` holds the ledger, the log and the chaincodes of the organisation."""
        self.node = node
        self.ledger = ledger
        self.channel = channel
        self.log = log
        self.progress = Progress(ledger.height)
        self.access = AccessControl(channel)
        self.policies = CommittedPolicies(ledger, channel)
        self.distributor = Distributor(self, channel, membership)
        packages = PackageStore(folder / "chaincodes")
        self._local_chaincodes = LocalChaincodes(node.msp_id, packages)
        self.chaincodes = ChaincodeSupport(
            ChaincodeLauncher(node.msp_id, packages, folder / "chaincode.log"),
            self.endorsement_info,
            {
                "_lifecycle": Lifecycle(channel, self.access, packages, self._local_chaincodes),
                "qscc": LedgerQuerier(channel, self.access, ledger),
                "cscc": PeerConfigurer(channel, self.access, ledger),
            },
            check_call=self._check_call,
            execute_timeout=execute_timeout,
        )
        fetcher = PrivateDataFetcher(self, channel, membership)
        self._committer = Committer(
            ledger=ledger,
            channel=channel,
            source=orderer,
            fetcher=fetcher,
            committed=self._committed,
            log=log,
        )
        self._reconciler = Reconciler(ledger, fetcher, log)
        self._endorser = Endorser(self)
        self._membership = membership
        self._ledger_path = str(ledger.path)
        self._inode = ledger.path.stat().st_ino
        self._recent: OrderedDict[int, common.Block] = OrderedDict()
        self._waiting: dict[str, list[asyncio.Future[tuple[int, int]]]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    # What others see of it

    @property
    def msp_id(self) -> str:
        """Its organisation's MSP ID."""
        return self.node.msp_id

    @property
    def address(self) -> str:
        """Its endpoint."""
        return self.node.address

    @property
    def identity(self) -> Identity:
        """What it endorses as."""
        return self.node.identity

    @property
    def height(self) -> int:
        """Number of blocks it has committed."""
        return self.progress.height

    @property
    def is_alive(self) -> bool:
        """Whether it is started, committing, a member of the channel, and its ledger file is there."""
        if not self._tasks or self._tasks[0].done() or not self.channel.is_member:
            return False
        try:
            self._check_file()
        except LedgerGone:
            return False
        return True

    def check_ledger(self) -> None:
        """Refuse to answer without a ledger.

        Raises:
            RpcError: UNAVAILABLE, with the reason.

        """
        try:
            self._check_file()
        except LedgerGone as error:
            self.log.error("%s", error)
            raise RpcError(grpc.StatusCode.UNAVAILABLE, str(error)) from error

    async def committed(self, height: int) -> None:
        """Return when it has committed this many blocks."""
        await self.progress.reached(height)

    def has_chaincode(self, name: str) -> bool:
        """Whether it could execute a chaincode."""
        if self.chaincodes.is_system(name):
            return True
        with self.ledger.snapshot() as view:
            return self._local_chaincodes.can_execute(view, name)

    def endorsement_info(self, invocation: Invocation) -> EndorsementInfo:
        """Return what executing a chaincode needs; raises ChaincodeFailure."""
        simulator, view = invocation.simulator, invocation.view
        assert simulator is not None
        assert view is not None
        return self._local_chaincodes.endorsement_info(
            lambda key: simulator.get_state("_lifecycle", key),
            view,
            invocation.channel_id,
            invocation.chaincode_name,
        )

    def now(self) -> datetime:
        """Return the time by which certificates are judged."""
        return datetime.now(UTC)

    async def process_proposal(self, signed: proposal.SignedProposal) -> ProposalOutcome:
        """Endorse a proposal; never raises."""
        try:
            self._check_file()
        except LedgerGone as error:
            return ProposalOutcome(None, f"rpc error: code = Unavailable desc = {error}")
        return await self._endorser.process(signed)

    async def accept_private(
        self, transaction_id: str, content: transient_store.TxPvtReadWriteSetWithConfigInfo
    ) -> None:
        """Keep private writes until their block comes; durable when this returns."""
        self._check_file()
        await asyncio.wrap_future(self.ledger.store_transient(transaction_id, self.height, content))

    def give_private(self, wanted: WantedPrivateData, requester: Identity) -> bytes | None:
        """Return private writes of a committed block to another member of the collection."""
        with self.ledger.snapshot() as view:
            config = find_collection(state_getter(view), self.channel, wanted.namespace, wanted.collection)
            if config is None or not is_member(self.channel, config, requester):
                return None
            where = (wanted.namespace, wanted.collection)
            for write_set in view.private_data(wanted.block, [where]).get(wanted.place, []):
                return write_set.rwset
            for content in view.transient(wanted.transaction_id):
                for namespace in content.pvt_rwset.ns_pvt_rwset:
                    for written in namespace.collection_pvt_rwset:
                        if (namespace.namespace, written.collection_name) == where:
                            return written.rwset
        return None

    # Its ledger, as clients follow it

    async def next_block(self, number: int) -> common.Block:
        """Return a committed block, waiting for it if need be; not to be changed."""
        await self.progress.reached(number + 1)
        recent = self._recent.get(number)
        if recent is not None:
            return recent
        block = self.ledger.block(number)
        assert block is not None, "every block below the height is in the ledger"
        return block

    async def transaction_committed(self, transaction_id: str) -> tuple[int, int]:
        """Return a transaction's validation code and block number, waiting until it is committed."""
        waiting: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(transaction_id, []).append(waiting)
        try:
            status = self.ledger.transaction_status(transaction_id)
            if status is not None:
                return status.code, status.block
            return await waiting
        finally:
            waiters = self._waiting.get(transaction_id, [])
            if waiting in waiters:
                waiters.remove(waiting)
            if not waiters:
                self._waiting.pop(transaction_id, None)

    # Its life

    def start(self) -> None:
        """Begin to commit and to answer."""
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._commit(), name=f"committer of {self.msp_id}"),
            loop.create_task(self._reconciler.run(), name=f"reconciler of {self.msp_id}"),
        ]
        self._membership.join(self)
        self._prepare_chaincodes()

    async def caught_up(self, height: int) -> None:
        """Return when so many blocks are committed; raises what stopped the commits instead."""
        reached = asyncio.create_task(self.progress.reached(height))
        await asyncio.wait((reached, self._tasks[0]), return_when=asyncio.FIRST_COMPLETED)
        if not reached.done():
            reached.cancel()
            await self._tasks[0]

    async def stop(self) -> None:
        """Stop answering, end the chaincodes, close the ledger."""
        self._membership.leave(self)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.chaincodes.stop()
        self.ledger.close()

    async def _commit(self) -> None:
        try:
            await self._committer.run()
        except Exception as error:
            self.log.exception("stopped committing: %s", type(error).__name__)
            raise

    def _committed(self, committed: CommittedBlock) -> None:
        if writes_lifecycle(committed):
            self._local_chaincodes.forget(committed.number + 1)
            self._prepare_chaincodes()
        self._recent[committed.number] = committed.block
        if len(self._recent) > _RECENT_BLOCKS:
            self._recent.popitem(last=False)
        for transaction in committed.transactions:
            for waiting in self._waiting.pop(transaction.transaction_id, []):
                if not waiting.done():
                    waiting.set_result((transaction.code, committed.number))
        self.progress.advance(committed.number + 1)

    def _check_call(self, invocation: Invocation) -> None:
        try:
            self.access.check_proposal("peer/ChaincodeToChaincode", invocation.channel_id, invocation)
        except AccessDenied as denied:
            raise ChaincodeFailure(str(denied)) from denied

    def _prepare_chaincodes(self) -> None:
        with self.ledger.snapshot() as view:
            for package_id in self._local_chaincodes.runnable(view):
                self.chaincodes.prepare(package_id)

    def _check_file(self) -> None:
        try:
            if os.stat(self._ledger_path).st_ino == self._inode:
                return
        except OSError:
            pass
        file = self.ledger.path.name
        raise LedgerGone(f"the ledger of {self.msp_id} is gone: {file} was removed or replaced")
