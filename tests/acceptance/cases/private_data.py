"""Private data: who holds it, who may read and write it, how it goes."""

from tests.acceptance.registry import case
from tests.acceptance.stage import ENDORSERS, NOBODY_SAID, Stage

_OWN = ["BankAMSP"]


@case("private/written, read, hashed, deleted")
def life(stage: Stage) -> None:
    a, b = stage.key("a"), stage.key("b")
    stage.submit(["private_put", "open", b, "2"], ["private_put", "open", a, "1"], endorsers=_OWN)
    for who in ("BankA", "Regulator", "BankB", "Port"):
        stage.evaluate(["private_hash", "open", a], by=who)
    stage.evaluate(["private_get", "open", a], ["private_get_many", "open", a, b, stage.key("absent")])
    stage.evaluate(["private_get", "open", a], by="Regulator")
    stage.submit(["private_get", "open", a], ["private_delete", "open", a], endorsers=ENDORSERS)
    stage.evaluate(["private_get", "open", a], ["private_hash", "open", a])


@case("private/a peer outside the collection")
def outside(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["private_put", "open", a, "1"], endorsers=_OWN)
    stage.evaluate(["private_get", "open", a], by="BankB", at=["BankBMSP"])
    stage.evaluate(["private_get", "open", stage.key("absent")], by="BankB", at=["BankBMSP"])
    stage.evaluate(["private_get_many", "open", a, stage.key("absent")], by="BankB", at=["BankBMSP"])
    stage.evaluate(["private_range", "open", a, a + "~"], by="BankB", at=["BankBMSP"])
    stage.evaluate(["private_get", "open", a], by="BankB", at=["BankAMSP"])
    stage.endorse(["private_get", "open", a], endorsers=["BankAMSP", "BankBMSP"])
    stage.endorse(["private_hash", "open", a], endorsers=["BankAMSP", "BankBMSP"])


@case("private/a client outside the collection")
def stranger(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["private_put", "members", a, "1"], endorsers=_OWN)
    for who in ("BankB", "Port"):
        stage.evaluate(["private_get", "members", a], by=who)
        stage.evaluate(["private_get", "members", a], by=who, at=_OWN)
        stage.evaluate(["private_hash", "members", a], by=who)
        stage.evaluate(["private_range", "members", a, a + "~"], by=who, at=_OWN)
        stage.endorse(["private_put", "members", a, "2"], by=who, endorsers=_OWN)
        stage.endorse(["private_delete", "members", a], by=who, endorsers=_OWN)
        stage.endorse(["private_purge", "members", a], by=who, endorsers=_OWN)


@case("private/non-members write where they may")
def open_write(stage: Stage) -> None:
    stage.submit(["private_put", "open", stage.key("a"), "1"], by="BankB", endorsers=_OWN)
    stage.evaluate(["private_get", "open", stage.key("a")])


@case("private/an endorser outside the collection")
def outside_endorser(stage: Stage) -> None:
    stage.submit(["private_put", "open", stage.key("a"), "1"], endorsers=["PortMSP"])
    stage.submit(["private_put", "guarded", stage.key("a"), "1"], endorsers=["PortMSP", "BankBMSP"])


@case("private/too few members to give it to")
def too_few(stage: Stage) -> None:
    stage.endorse(["private_put", "lonely", stage.key("a"), "1"], endorsers=_OWN)


@case("private/own implicit collections")
def implicit(stage: Stage) -> None:
    a = stage.key("a")
    own, other = "_implicit_org_BankAMSP", "_implicit_org_BankBMSP"
    stage.submit(["private_put", own, a, "1"], endorsers=_OWN)
    stage.evaluate(["private_get", own, a])
    stage.evaluate(["private_get", own, a], by="BankB", at=_OWN)
    stage.evaluate(["private_hash", own, a], by="BankB")
    stage.submit(["private_put", other, a, "1"], endorsers=_OWN)
    stage.evaluate(["private_get", "_implicit_org_NobodyMSP", a])
    stage.endorse(["private_put", "_implicit_org_NobodyMSP", a, "1"], endorsers=_OWN)


@case("private/purged")
def purge(stage: Stage) -> None:
    a, b = stage.key("a"), stage.key("b")
    stage.submit(["private_put", "open", a, "1"], ["private_put", "open", b, "2"], endorsers=_OWN)
    stage.submit(["private_put", "open", a, "3"], endorsers=_OWN)
    stage.submit(["private_purge", "open", a], endorsers=_OWN)
    stage.evaluate(["private_get", "open", a], ["private_hash", "open", a], ["private_get", "open", b])
    stage.submit(["private_put", "open", a, "4"], endorsers=_OWN)
    stage.evaluate(["private_get", "open", a])
    stage.submit(["private_purge", "open", stage.key("absent")], endorsers=_OWN)


@case("private/it lives for two blocks")
def block_to_live(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["private_put", "short", a, "1"], endorsers=_OWN)
    for number in range(4):
        stage.evaluate(["private_get", "short", a], ["private_hash", "short", a])
        stage.submit(["put", stage.key(f"block {number}"), "x"])


@case("private/reads and writes in one transaction")
def mixed(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["private_put", "open", a, "1"], ["put", a, "1"], endorsers=ENDORSERS)
    stage.submit(
        ["private_get", "open", a],
        ["private_get", "open", stage.key("absent")],
        ["private_put", "guarded", a, "2"],
        ["private_put", "open", a, "2"],
        ["get", a],
        ["put", a, "2"],
        endorsers=ENDORSERS,
    )
    stage.submit(
        ["batch"], ["private_put", "open", a, "3"], ["private_delete", "guarded", a], endorsers=ENDORSERS
    )
    stage.evaluate(["private_get", "open", a], ["private_get", "guarded", a])


@case("private/with transient data the own peer comes first")
def own_first(stage: Stage) -> None:
    a = stage.key("a")
    stage.evaluate(["transient", "x"], ["private_get", "open", a], transient={"x": "1"}, by="BankB")
    stage.submit(
        ["put_transient", "open", a, "x"], transient={"x": "1"}, endorsers=NOBODY_SAID, by="Regulator"
    )
    stage.evaluate(["private_get", "open", a], by="Regulator")
    # The own peer cannot read what the transaction needs: with no endorser named this ends here.
    stage.endorse(
        ["private_get", "open", a], ["put", a, "1"], transient={"x": "1"}, endorsers=NOBODY_SAID, by="BankB"
    )


@case("private/arguments that cannot be right")
def refused(stage: Stage) -> None:
    stage.endorse(["attempt", "private_put", "open", "\u0000x", "1"], endorsers=_OWN)
    stage.evaluate(["attempt", "private_put", "o p", "a", "1"])
