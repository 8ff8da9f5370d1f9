"""Scripts of stub calls on the chaincode `probe`, endorsed by whom a test names and told by every peer."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attacker import Attacker, Endorsed, Person
from counterfoil_protocol.messages import common, transaction
from running_network import ORGANISATIONS

PROBE = "probe"
BOTH = ("Regulator", "BankA")
"""Two of four endorse, and these two are the members of the collections `open` and `members`."""
Step = list[Any]


@dataclass(frozen=True, slots=True)
class Scripts:
    """What people have the chaincode `probe` do."""

    attacker: Attacker

    def endorse(
        self,
        *steps: Step,
        by: Person | None = None,
        at: Sequence[str] = BOTH,
        transient: Mapping[str, bytes] | None = None,
    ) -> Endorsed:
        """What each named peer answers, asked directly."""
        script = json.dumps(list(steps)).encode()
        person = by or self.attacker.user("BankA", "officer1")
        return self.attacker.endorse(person, [b"run", script], at, chaincode=PROBE, transient=transient)

    def ask(self, *steps: Step, by: Person | None = None, at: str) -> Any:
        """One peer's answer, or the text of its refusal."""
        [answer] = self.endorse(*steps, by=by, at=(at,)).responses
        if answer.response.status >= 400:
            return answer.response.message
        return json.loads(answer.response.payload)

    def commit(self, *endorsed: Endorsed) -> list[str]:
        """Order them one after the other; the codes' names, on which all peers agree and which all have."""
        for each in endorsed:
            answer = self.attacker.broadcast(each.envelope())
            assert answer.status == common.SUCCESS, answer.info
        return [self.code(each.transaction_id) for each in endorsed]

    def code(self, transaction_id: str) -> str:
        """The name of the validation code that all peers give, each asked until it has the block."""
        codes = {self.attacker.code(transaction_id, each) for each in ORGANISATIONS}
        [code] = codes
        return transaction.TxValidationCode.Name(transaction.TxValidationCode.ValueType(code))

    def submit(self, *steps: Step, at: Sequence[str] = BOTH, **said: Any) -> list[str]:
        """Endorse and commit."""
        return self.commit(self.endorse(*steps, at=at, **said))


def fresh(what: str = "key") -> str:
    """A word that nobody used before."""
    return f"{what}-{uuid.uuid4().hex}"
