"""What a committing peer makes of transactions: conflicts, phantoms, policies."""

from tests.acceptance.registry import case
from tests.acceptance.stage import Stage

_BOTH = "AND('RegulatorMSP.peer','BankAMSP.peer')"
_PORT = "OR('PortMSP.peer')"


@case("validation/a read key was written")
def conflict(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["put", a, "1"])
    first = stage.endorse(["get", a], ["put", a, "2"])
    second = stage.endorse(["get", a], ["put", a, "3"])
    stage.commit(first, second)
    stage.evaluate(["get", a])


@case("validation/conflicts in one block")
def one_block(stage: Stage) -> None:
    a, b = stage.key("a"), stage.key("b")
    stage.submit(["put", a, "1"], ["put", b, "1"])
    stage.one_block(
        stage.endorse(["get", a], ["put", b, "2"]),
        stage.endorse(["get", b], ["put", a, "2"]),
        stage.endorse(["get", a], ["put", stage.key("c"), "2"]),
        stage.endorse(["put", b, "3"]),
        stage.endorse(["get", stage.key("c")], ["put", a, "9"]),
    )
    stage.evaluate(["get_many", a, b, stage.key("c")])


@case("validation/blind writes never conflict")
def blind(stage: Stage) -> None:
    a = stage.key("a")
    stage.one_block(
        stage.endorse(["put", a, "1"]), stage.endorse(["put", a, "2"]), stage.endorse(["delete", a])
    )
    stage.evaluate(["get", a])


@case("validation/a key deleted and made anew")
def made_anew(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["put", a, "1"])
    late = stage.endorse(["get", a], ["put", stage.key("b"), "1"])
    stage.submit(["delete", a])
    stage.submit(["put", a, "1"])
    stage.commit(late)


@case("validation/phantoms in a range")
def phantoms(stage: Stage) -> None:
    prefix = stage.key("")
    stage.submit(["fill", prefix, 3])
    whole = ["range", prefix, prefix + "~"]
    stage.one_block(
        stage.endorse(whole, ["put", stage.key("sum"), "3"]),
        stage.endorse(whole, ["put", stage.key("sum"), "3"]),
        stage.endorse(["range", prefix, prefix + "0001"], ["put", "elsewhere" + prefix, "1"]),
    )
    read = stage.endorse(whole, ["put", "elsewhere" + prefix, "3"])
    stage.submit(["delete", prefix + "0001"])
    stage.commit(read)
    part = stage.endorse(["range", prefix, prefix + "~", 1], ["put", "elsewhere" + prefix, "4"])
    stage.submit(["put", prefix + "0002", "y"])
    stage.commit(part)


@case("validation/phantoms in a range of many keys")
def many_phantoms(stage: Stage) -> None:
    prefix = stage.key("")
    stage.submit(["fill", prefix, 120])
    whole = ["range", prefix, prefix + "~"]
    unchanged = stage.endorse(whole, ["put", "elsewhere" + prefix, "1"])
    stage.commit(unchanged)
    late = stage.endorse(whole, ["put", "elsewhere" + prefix, "2"])
    stage.submit(["put", prefix + "0100", "y"])
    stage.commit(late)


@case("validation/too few endorsements")
def too_few(stage: Stage) -> None:
    stage.submit(["put", stage.key("a"), "1"], endorsers=["BankAMSP"])
    stage.submit(["get", stage.key("a")], endorsers=["BankAMSP"])
    stage.evaluate(["get", stage.key("a")])


@case("validation/more endorsements than needed")
def more(stage: Stage) -> None:
    stage.submit(["put", stage.key("a"), "1"], endorsers=["BankAMSP", "BankBMSP", "PortMSP", "RegulatorMSP"])


@case("validation/a key with a policy of its own")
def key_level(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["put", a, "1"], ["protect", a, _PORT])
    stage.evaluate(["protection", a])
    stage.submit(["put", a, "2"])
    stage.submit(["put", a, "3"], endorsers=["PortMSP"])
    stage.submit(["put", a, "4"], ["put", stage.key("b"), "4"], endorsers=["PortMSP"])
    stage.submit(["protect", a, _BOTH])
    stage.submit(["protect", a, _BOTH], endorsers=["PortMSP"])
    stage.submit(["get", a], ["put", a, "5"])
    stage.submit(["delete", a])
    stage.submit(["put", a, "6"], endorsers=["PortMSP"])
    stage.submit(["put", a, "7"])
    stage.evaluate(["get", a], ["protection", a])


@case("validation/a key's policy that nobody can satisfy")
def key_level_nobody(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["put", a, "1"], ["protect", a, "AND('NobodyMSP.peer')"])
    stage.submit(["put", a, "2"])


@case("validation/a key's policy changes in the block")
def key_level_in_block(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["put", a, "1"])
    stage.one_block(
        stage.endorse(["protect", a, _PORT]),
        stage.endorse(["put", a, "2"]),
        stage.endorse(["put", a, "3"], endorsers=["PortMSP"]),
    )
    stage.evaluate(["get", a])


@case("validation/the policy of a collection")
def collection_policy(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["private_put", "guarded", a, "1"], endorsers=["BankAMSP"])
    stage.submit(["private_put", "guarded", a, "2"])
    stage.submit(["private_put", "guarded", a, "3"], ["put", a, "3"], endorsers=["RegulatorMSP", "PortMSP"])
    stage.submit(["private_put", "open", a, "1"], endorsers=["BankAMSP"])
    stage.submit(["private_put", "open", a, "2"], ["put", a, "2"], endorsers=["BankAMSP"])
    stage.evaluate(["private_get", "guarded", a], ["private_get", "open", a])


@case("validation/a private key with a policy of its own")
def private_key_level(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(
        ["private_put", "open", a, "1"], ["private_protect", "open", a, _BOTH], endorsers=["BankAMSP"]
    )
    stage.submit(["private_put", "open", a, "2"], endorsers=["BankAMSP"])
    stage.submit(["private_put", "open", a, "3"])
    stage.evaluate(["private_get", "open", a])


@case("validation/private reads conflict")
def private_conflict(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["private_put", "open", a, "1"], endorsers=["BankAMSP"])
    stage.one_block(
        stage.endorse(["private_get", "open", a], ["private_put", "open", a, "2"], endorsers=["BankAMSP"]),
        stage.endorse(["private_hash", "open", a], ["private_put", "open", a, "3"], endorsers=["BankAMSP"]),
        stage.endorse(["private_put", "open", a, "4"], endorsers=["BankAMSP"]),
    )
    stage.evaluate(["private_get", "open", a])


@case("validation/private ranges have no phantoms")
def private_ranges(stage: Stage) -> None:
    prefix = stage.key("")
    stage.submit(["private_put", "open", prefix + "1", "1"], endorsers=["BankAMSP"])
    stage.evaluate(["private_range", "open", prefix, prefix + "~"])
    stage.endorse(["private_range", "open", prefix, prefix + "~"], ["put", prefix, "1"])
    stage.endorse(["put", prefix, "1"], ["private_range", "open", prefix, prefix + "~"])
    stage.submit(["private_range", "open", prefix, prefix + "~"], endorsers=["BankAMSP", "RegulatorMSP"])
