"""A contract with confidential operations, to test the runtime with: things of banks, kept by authorities."""

from typing import Any

import msgspec
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.confidential import (
    ConfidentialContext,
    ConfidentialContract,
    operation,
    write_secret,
)
from counterfoil_chaincode.refusal import Refusal
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation, Role
from counterfoil_protocol.signature_policy import parse_policy

REGULATOR, PORT, BANK_A, BANK_B = "RegulatorMSP", "PortMSP", "BankAMSP", "BankBMSP"
ORGANIZATIONS = (REGULATOR, PORT, BANK_A, BANK_B)
OFFICER = Role(BANK, "bank.officer")
SUPERVISOR = Role(REGULATOR, "regulator.officer")


class Keep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    amount: int


class Kept(msgspec.Struct, frozen=True):
    total: int


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str


class Seed(msgspec.Struct, frozen=True):
    secret: str


class Look(msgspec.Struct, frozen=True):
    number: str


KEEP = Operation(
    "vault", "keep", Keep, Kept, (OFFICER, SUPERVISOR), endorsers=(REGULATOR, PORT), outcome="marks_{bank}",
    reads=(AUTHORITY,), writes=(AUTHORITY,),
)  # fmt: skip
NOTE = Operation(
    "vault", "note", Note, Kept, (OFFICER,), endorsers=(REGULATOR, BANK), outcome="terms_{bank}",
    writes=("terms_{bank}",),
)  # fmt: skip
SEED = Operation(
    "vault", "seed", Seed, Kept, (SUPERVISOR,), endorsers=(REGULATOR, PORT), outcome=AUTHORITY,
    writes=(AUTHORITY,), client_salt=True,
)  # fmt: skip
SNOOP = Operation(
    "vault", "snoop", Note, Kept, (OFFICER,), endorsers=(REGULATOR, PORT), outcome="marks_{bank}",
)  # fmt: skip
LOOK = Operation("vault", "look", Look, Kept, (OFFICER,), evaluate_at=(REGULATOR, PORT), reads=(AUTHORITY,))
DRY_RUN = Operation("vault", "dry_run", Look, Kept, (OFFICER,), evaluate_at=(BANK,), writes=("terms_{bank}",))


class VaultContract(ConfidentialContract):
    name = "vault"

    @operation(KEEP)
    def keep(self, context: ConfidentialContext, body: Keep) -> Kept:
        record = context.store.find(AUTHORITY, "thing", body.number, int)
        total = body.amount + (record.value if record else 0)
        if total > 100:
            raise Refusal("TOO_MUCH", "a hundred is the most")
        context.store.save(AUTHORITY, "thing", body.number, total, record)
        return Kept(total)

    @operation(NOTE)
    def note(self, context: ConfidentialContext, body: Note) -> Kept:
        context.store.write(context.collection("terms_{bank}"), f"note/{context.request_id}", body)
        return Kept(len(body.text))

    @operation(SEED)
    def seed(self, context: ConfidentialContext, body: Seed) -> Kept:
        return Kept(write_secret(context.stub, bytes.fromhex(body.secret)))

    @operation(SNOOP)
    def snoop(self, context: ConfidentialContext, body: Note) -> Kept:
        match body.text:
            case "event":
                context.stub.set_event("told", b"")
            case "undeclared":
                context.store.read(AUTHORITY, "thing", int)
            case "other bank":
                context.collection("terms_{bank}", bank="BankB")
        return Kept(0)

    @operation(LOOK)
    def look(self, context: ConfidentialContext, body: Look) -> Kept:
        record = context.store.find(AUTHORITY, "thing", body.number, int)
        return Kept(record.value if record else 0)

    @operation(DRY_RUN)
    def dry_run(self, context: ConfidentialContext, body: Look) -> Kept:
        context.stub.put_private_data(context.collection("terms_{bank}"), body.number, b"x")
        return Kept(0)


def _collection(name: str, *members: str, **settings: Any) -> CollectionDefinition:
    text = ",".join(f"'{msp}.member'" for msp in members)
    return CollectionDefinition(name, parse_policy(f"OR({text})").SerializeToString(), **settings)


def _both(*msps: str) -> ApplicationPolicy:
    text = ",".join(f"'{msp}.peer'" for msp in msps)
    return ApplicationPolicy(signature_policy=parse_policy(f"AND({text})").SerializeToString())


def collections() -> list[CollectionDefinition]:
    found = [_collection(AUTHORITY, REGULATOR, PORT, endorsement_policy=_both(REGULATOR, PORT))]
    own = {"member_only_read": True, "member_only_write": True}
    for bank, msp in (("BankA", BANK_A), ("BankB", BANK_B)):
        found.append(
            _collection(f"terms_{bank}", msp, REGULATOR, endorsement_policy=_both(REGULATOR, msp), **own)
        )
        found.append(
            _collection(
                f"marks_{bank}", msp, REGULATOR, PORT, endorsement_policy=_both(REGULATOR, PORT), **own
            )
        )
    return found


def chaincode() -> Chaincode:
    return Chaincode([VaultContract()])
