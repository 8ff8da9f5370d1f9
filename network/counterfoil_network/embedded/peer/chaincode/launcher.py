"""Start a package's code: a Python child process on a socket pair, or a connection to a chaincode service.

Decision: one child an organisation and package, spawned, never forked (gRPC and fork deadlock).
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_network.chaincode_environment import inherited_environment
from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.chaincode.handler import ChaincodeHandler
from counterfoil_network.embedded.peer.chaincode.service import connect_service
from counterfoil_network.embedded.peer.chaincode.stream import FrameStream

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil_network.embedded.peer.chaincode.handler import Invoker
    from counterfoil_network.embedded.peer.chaincode.package_store import PackageStore

STARTUP_TIMEOUT = 30.0
"""Seconds until a chaincode must have registered (Fabric's startuptimeout is 300 s, for image builds)."""
_STOP_TIMEOUT = 2.0


@dataclass(slots=True)
class RunningChaincode:
    """A connected chaincode and, where the peer started it, its process."""

    handler: ChaincodeHandler
    process: asyncio.subprocess.Process | None = None

    async def stop(self, *, kill: bool = False) -> None:
        """Close the stream and end the process; `kill` does not wait for it to end by itself."""
        self.handler.close()
        process = self.process
        if process is None or process.returncode is not None:
            return
        if not kill:
            try:
                async with asyncio.timeout(_STOP_TIMEOUT):
                    await process.wait()
                    return
            except TimeoutError:
                pass
        process.kill()
        await process.wait()


@dataclass(frozen=True, slots=True)
class ChaincodeLauncher:
    """Knows how to start the packages of one organisation; the children's output goes to `log`."""

    msp_id: str
    packages: PackageStore
    log: Path

    async def launch(self, package_id: str, invoker: Invoker) -> RunningChaincode:
        """Start a package and wait until it has registered.

        Raises:
            ChaincodeFailure: not installed, wrong package, no connection, or no registration in time.

        """
        try:
            package = self.packages.package(package_id)
            files = package.files()
            if package.type == "ccaas":
                handler = await connect_service(package_id, files["connection.json"], invoker)
                return await self._registered(handler, package_id)
            entry_point = json.loads(files["chaincode.json"])["entry_point"]
        except (LookupError, ValueError, TypeError) as error:
            raise ChaincodeFailure(f"error building chaincode: {error}") from error
        handler, process = await self._spawn(package_id, str(entry_point), invoker)
        return await self._registered(handler, package_id, process)

    async def _spawn(
        self, package_id: str, entry_point: str, invoker: Invoker
    ) -> tuple[ChaincodeHandler, asyncio.subprocess.Process]:
        ours, theirs = socket.socketpair()
        with theirs, self.log.open("ab") as log:
            environment = inherited_environment() | {
                "COUNTERFOIL_CHAINCODE_FD": str(theirs.fileno()),
                "CHAINCODE_ID": package_id,
                "CORE_PEER_LOCALMSPID": self.msp_id,
                "COUNTERFOIL_CHAINCODE_PATH": str(self.packages.code_folder(package_id) / "src"),
                "COUNTERFOIL_CHAINCODE": entry_point,
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "counterfoil_chaincode.child",
                pass_fds=(theirs.fileno(),),
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is for the engine, which stops its children
            )
        handler = ChaincodeHandler(invoker)
        stream = FrameStream(handler.received, handler.stream_ended)
        handler.attach(stream)
        ours.setblocking(False)  # noqa: FBT003 - the socket module's signature
        await asyncio.get_running_loop().create_unix_connection(lambda: stream, sock=ours)
        return handler, process

    async def _registered(
        self,
        handler: ChaincodeHandler,
        package_id: str,
        process: asyncio.subprocess.Process | None = None,
    ) -> RunningChaincode:
        running = RunningChaincode(handler, process)
        try:
            async with asyncio.timeout(STARTUP_TIMEOUT):
                registered = await handler.ready
        except TimeoutError:
            await running.stop(kill=True)
            raise ChaincodeFailure(
                f"timeout expired while starting chaincode {package_id} for transaction"
            ) from None
        except asyncio.CancelledError:
            # Either the stream ended, and the process is about to, or the launch itself is cancelled.
            task = asyncio.current_task()
            await running.stop()
            if task is not None and task.cancelling():
                raise
            code = process.returncode if process is not None else None
            detail = f"container exited with {code}" if code is not None else "connection terminated"
            raise ChaincodeFailure(f"chaincode registration failed: {detail}") from None
        if registered != package_id:
            await running.stop(kill=True)
            raise ChaincodeFailure(f"chaincode registration failed: {registered} registered as {package_id}")
        return running
