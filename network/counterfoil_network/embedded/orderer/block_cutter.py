"""Cut ordered envelopes into batches: pure, no clock (Fabric: orderer/common/blockcutter)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil_protocol.channel_config import BatchSize
    from counterfoil_protocol.messages import common


def message_size(envelope: common.Envelope) -> int:
    """Size that counts against a batch: payload and signature, in bytes."""
    return len(envelope.payload) + len(envelope.signature)


@dataclass(slots=True)
class BlockCutter:
    """Collects envelopes into a pending batch and says when it is full.

    `limits` may be replaced between calls, when the channel's configuration changes.
    """

    limits: BatchSize
    _pending: list[common.Envelope] = field(default_factory=list)
    _pending_bytes: int = 0

    def ordered(self, envelope: common.Envelope) -> list[Sequence[common.Envelope]]:
        """Add the next envelope; return the batches that are complete by it (none, one or two)."""
        batches: list[Sequence[common.Envelope]] = []
        size = message_size(envelope)
        if size > self.limits.preferred_max_bytes:
            # A large message travels alone, after what was waiting.
            batches.extend(self._cut_if_pending())
            batches.append([envelope])
            return batches
        if self._pending_bytes + size > self.limits.preferred_max_bytes:
            batches.extend(self._cut_if_pending())
        self._pending.append(envelope)
        self._pending_bytes += size
        if len(self._pending) >= self.limits.max_message_count:
            batches.append(self.cut())
        return batches

    def cut(self) -> Sequence[common.Envelope]:
        """Return the pending batch, maybe empty, and start a new one."""
        batch, self._pending, self._pending_bytes = self._pending, [], 0
        return batch

    def _cut_if_pending(self) -> list[Sequence[common.Envelope]]:
        return [self.cut()] if self._pending else []
