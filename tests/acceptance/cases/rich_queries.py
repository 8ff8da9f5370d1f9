"""Queries over values: LevelDB has none, and says so. CouchDB's answers are tested with a scripted peer."""

from tests.acceptance.registry import case
from tests.acceptance.stage import Stage

_QUERY = '{"selector":{"owner":"tom"}}'


@case("queries/what LevelDB says of them")
def refused(stage: Stage) -> None:
    stage.evaluate(["attempt", "query", _QUERY], ["attempt", "query", "no JSON"], ["attempt", "query", ""])
    stage.evaluate(["attempt", "query_page", _QUERY, 2], ["attempt", "query_page", _QUERY, 0, "bookmark"])
    stage.evaluate(["attempt", "private_query", "open", _QUERY])
    stage.evaluate(["attempt", "private_query", "open", _QUERY], by="BankB")
    stage.evaluate(["attempt", "private_query", "nowhere", _QUERY])
    stage.evaluate(["query", _QUERY])


@case("queries/a refused one leaves no trace in the transaction")
def no_trace(stage: Stage) -> None:
    stage.submit(["attempt", "query", _QUERY], ["put", stage.key("a"), "1"])
    stage.endorse(["put", stage.key("a"), "2"], ["attempt", "query", _QUERY])
    stage.endorse(["query", _QUERY], ["put", stage.key("a"), "3"])
