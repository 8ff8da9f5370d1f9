"""What a transaction reads and writes, as the block says it."""

from tests.acceptance.registry import case
from tests.acceptance.stage import Stage


@case("rwsets/reads and writes of keys")
def keys(stage: Stage) -> None:
    a, b, absent = stage.key("a"), stage.key("b"), stage.key("absent")
    stage.submit(["put", b, "2"], ["put", a, "1"], ["get", absent], ["get", a])
    stage.submit(["get", b], ["get", a], ["put", a, "3"], ["get", a], ["put", a, "4"], ["delete", b])
    stage.submit(["get", a], ["get", b], ["put", b, "again"], ["delete", b], ["put", b, "last"])
    stage.evaluate(["get_many", a, b, absent])
    stage.submit(["delete", absent], ["get_many", b, a, absent], ["put", a, ""])
    stage.evaluate(["get", a])


@case("rwsets/a transaction that only reads")
def only_reads(stage: Stage) -> None:
    stage.submit(["put", stage.key("a"), "1"])
    stage.submit(["get", stage.key("a")])
    stage.submit(["channel"])


@case("rwsets/write batches")
def batches(stage: Stage) -> None:
    a, b = stage.key("a"), stage.key("b")
    stage.submit(["batch"], ["put", a, "1"], ["put", b, "2"], ["put", a, "3"], ["end_batch"])
    stage.submit(["batch"], ["delete", a], ["put", b, "4"], ["get", b])
    stage.evaluate(["get_many", a, b])


@case("rwsets/ranges of keys")
def ranges(stage: Stage) -> None:
    prefix = stage.key("")
    stage.submit(["fill", prefix, 5])
    whole = [prefix, prefix + "~"]
    stage.submit(["range", *whole], ["put", stage.key("x"), "1"])
    stage.submit(["range", *whole, 2], ["put", stage.key("x"), "2"])
    stage.submit(["range", prefix + "0001", prefix + "0003"], ["range", prefix + "y", prefix + "z"])
    stage.submit(["range", *whole], ["range", *whole], ["delete", prefix + "0002"])
    stage.evaluate(["range", *whole])


@case("rwsets/a range of many keys is summarised")
def merkle(stage: Stage) -> None:
    prefix = stage.key("")
    stage.submit(["fill", prefix, 120])
    stage.submit(["range", prefix, prefix + "~"], ["put", stage.key("zz"), "1"])
    stage.submit(["range", prefix, prefix + "~", 70])


@case("rwsets/pages of keys")
def pages(stage: Stage) -> None:
    prefix = stage.key("")
    stage.submit(["fill", prefix, 5])
    stage.evaluate(["page", prefix, prefix + "~", 2])
    stage.evaluate(["page", prefix, prefix + "~", 2, prefix + "0002"])
    stage.evaluate(["page", prefix, prefix + "~", 9])
    stage.endorse(["page", prefix, prefix + "~", 2])
    stage.endorse(["page", prefix, prefix + "~", 2], ["put", prefix, "x"])
    stage.endorse(["put", prefix, "x"], ["page", prefix, prefix + "~", 2])


@case("rwsets/composite keys")
def composite(stage: Stage) -> None:
    kind = stage.key("kind")
    stage.submit(
        ["put_composite", kind, ["a", "1"], "x"],
        ["put_composite", kind, ["a", "2"], "y"],
        ["put_composite", kind, ["b", "1"], "z"],
    )
    stage.submit(["find_composite", kind, ["a"]], ["put", stage.key("k"), "1"])
    stage.evaluate(["find_composite", kind, []])


@case("rwsets/keys in other alphabets")
def alphabets(stage: Stage) -> None:
    for name in ("é", "信用", "\U0001f4b0", "a\u0000b", " "):
        stage.submit(["put", stage.key(name), name], ["get", stage.key(name)])
    stage.evaluate(["range", stage.key(""), stage.key("\U0010fffe")])


@case("rwsets/refused keys and values")
def refused(stage: Stage) -> None:
    stage.evaluate(["attempt", "get", "\u0000x"])
    stage.endorse(["attempt", "put", "\u0000x", "1"])
    stage.evaluate(["attempt", "range", "b", "a"])
    stage.evaluate(["attempt", "query", '{"selector":{}}'])
    stage.evaluate(["attempt", "private_put", "nowhere", "a", "1"])
    stage.evaluate(["attempt", "private_get", "nowhere", "a"])
    stage.evaluate(["attempt", "private_hash", "nowhere", "a"])
    stage.evaluate(["attempt", "private_range", "nowhere", "a", "b"])
    stage.evaluate(["attempt", "protect", stage.key("a"), "OR('NobodyMSP.peer')"])


@case("rwsets/history of a key")
def history(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["put", a, "1"])
    stage.submit(["put", a, "2"])
    stage.submit(["delete", a])
    stage.evaluate(["history", a])
    stage.endorse(["history", a], ["put", a, "3"])


@case("rwsets/events and answers")
def events(stage: Stage) -> None:
    stage.submit(["event", "created", "payload"], ["put", stage.key("a"), "1"])
    stage.submit(["event", "first", "1"], ["event", "second", "2"])
    stage.submit(["respond", 200, "message", "payload"])


@case("rwsets/one chaincode calls another")
def calls(stage: Stage) -> None:
    stage.submit(["put", stage.key("a"), "1"])
    stage.submit(["call", "probe", [["get", stage.key("a")], ["put", stage.key("b"), "2"]]])
    stage.submit(
        ["call", "probe", [["event", "inner", "1"], ["respond", 500, "inner"]]], ["put", stage.key("c"), "3"]
    )
    stage.evaluate(["attempt", "call", "nothing", []])
    stage.evaluate(["attempt", "call", "probe", [], "nowhere"])


@case("rwsets/what the chaincode sees of the transaction")
def transaction(stage: Stage) -> None:
    for who in ("BankA", "Port/customs", "Regulator/officer1"):
        stage.evaluate(["creator"], ["channel"], ["transaction_id"], ["peer"], by=who)
    stage.endorse(["creator"], ["transaction_id"])


@case("rwsets/transient data")
def transient(stage: Stage) -> None:
    stage.evaluate(["transient", "a"], ["transient", "b"], transient={"a": "secret"})
    stage.submit(["transient", "b"], ["put", stage.key("a"), "1"], transient={"a": "secret"})
    stage.submit(
        ["put_transient", "open", stage.key("p"), "a"], transient={"a": "secret"}, endorsers=["BankAMSP"]
    )
