"""Makes a Typer command of a declared one: its options, its call, what it prints."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from counterfoil import CounterfoilError
from counterfoil.trade import Outcome
from msgspec import Struct

from counterfoil_cli.network_app import DEFAULT_FOLDER
from counterfoil_cli.output import Output

from .command import Command, Desk, Field, Stated, plain, request_of
from .complaints import told
from .person import Asked, LedgerDesk, Person, at_desk, find_person
from .showing import pages, show
from .values import BadEntry, converted, json_file


def callback(command: Command) -> Callable[..., None]:
    """The function of a command, with a signature that Typer makes options of."""

    def run(**given: Any) -> None:
        with told(as_json=given["as_json"]):
            Run(command, given).carry_out()

    run.__name__ = command.name.replace("-", "_")
    run.__doc__ = help_text(command)
    parameters = [*map(_parameter, command.stated), *_common(command)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # Typer reads it
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def help_text(command: Command) -> str:
    """The help of a command: what it does, an example, the exit codes."""
    example = f"counterfoil {command.group} {command.name} {command.example}".rstrip()
    codes = "0 done; 2 something stated is wrong; 9 refused; 11 no peer answers"
    if command.operation.is_submit:
        codes = "0 done; 2 something stated is wrong; 9 refused; 10 unknown, `counterfoil resume`; 11 no peer"
    return f"{command.help}\n\nExample:\n\n    {example}\n\nExit codes: {codes}."


class Run:
    """One call of a command."""

    def __init__(self, command: Command, given: dict[str, Any]) -> None:
        self._command = command
        self._given = given
        self._output = Output()
        self._as_json = bool(given["as_json"])

    def carry_out(self) -> None:
        """Find the person, make the request, ask or submit, and print.

        Raises:
            BadEntry, NobodyKnown, CounterfoilError, OSError, ValueError: see `complaints`.
        """
        given, operation = self._given, self._command.operation
        stated = {} if given["request"] else self._stated()
        asked = Asked(
            given["folder"], given["org"], given["user"], given["profile"], given["journal"], given["channel"]
        )
        person = find_person(asked, operation.roles)
        step, is_dry = given.get("step", ""), bool(given.get("dry_run"))
        with at_desk(person, given["channel"], step=step, is_dry=is_dry) as desk:
            body = self._body(stated, desk)
            if is_dry:
                self._show_preview(desk, body)
            elif operation.is_submit:
                self._submit(desk, body, person)
            else:
                self._ask(desk, body)

    def _stated(self) -> Stated:
        found: dict[str, Any] = {}
        for each in self._command.stated:
            text = self._given.get(each.name)
            if text is None or text == []:
                continue
            found[each.name] = _read(each, text)
        return found

    def _body(self, stated: Stated, desk: Desk) -> Any:
        if not self._given["request"]:
            return request_of(self._command, stated, desk)
        try:
            return converted(json_file(self._given["request"]), self._command.operation.request)
        except BadEntry as error:
            raise error.of("--request") from None

    def _ask(self, desk: Desk, body: Any) -> None:
        answer = desk.ask(self._command.operation, body)
        while self._given.get("every") and answer.next:
            more = desk.ask(self._command.operation, msgspec.structs.replace(body, after=answer.next))
            joined = {name: (*getattr(answer, name), *getattr(more, name)) for name in pages(answer)}
            answer = msgspec.structs.replace(more, **joined)
        if self._as_json:
            self._output.line(json.dumps(plain(answer), ensure_ascii=False, indent=2))
        else:
            show(self._output, answer)

    def _show_preview(self, desk: Desk, body: Any) -> None:
        preview = self._command.preview
        assert preview is not None, "the option is there with a preview alone"
        answer = desk.ask(preview.operation, preview.request(body))
        if self._as_json:
            self._output.line(json.dumps({"dry_run": plain(answer)}, ensure_ascii=False, indent=2))
            return
        self._output.line("Dry run: nothing was written. It would come to this:", style="bold")
        show(self._output, answer)

    def _submit(self, desk: LedgerDesk, body: Any, person: Person) -> None:
        outcome = desk.submit(self._command.operation, body, self._given["step"])
        more = self._more(outcome.answer, desk)
        if self._as_json:
            told_json = _outcome_json(self._command, outcome) | ({"seen": plain(more)} if more else {})
            self._output.line(json.dumps(told_json, ensure_ascii=False, indent=2))
            return
        show(self._output, outcome.answer, self._currency(desk, outcome.answer))
        if more is not None:
            show(self._output, more)
        block = f", block {outcome.block}" if outcome.block is not None else ""
        transaction = outcome.transaction_id[:12] or "another client's"
        seen = ", ".join(msp.removesuffix("MSP") for msp in outcome.shown_at)
        self._output.line(
            f"{person.name}: done, transaction {transaction}{block}; shown by {seen}", style="green"
        )
        if self._command.then is not None:
            self._output.line(self._command.then(outcome.answer))
        if desk.left_open:
            self._output.line(f"{len(desk.left_open)} earlier requests are open: counterfoil resume")

    def _currency(self, desk: Desk, answer: Struct) -> str:
        """The currency of a financing that a step moved: its answer states amounts alone."""
        from counterfoil_contracts.export_invoice import operations as trade

        mark = getattr(answer, "mark", None)
        moved = mark if isinstance(mark, Struct) else answer
        if not isinstance(moved, trade.MarkMoved):
            return ""
        try:
            return str(desk.ask(trade.FINANCING_READ, trade.ReadFinancing(moved.mark)).currency)
        except CounterfoilError:
            # The step is done, whoever may not read the financing: the regulator expires a lock too.
            return ""

    def _more(self, answer: Struct, desk: Desk) -> Struct | None:
        """What is worth seeing after a step; the step is done, so that nothing here may end in an error."""
        try:
            return self._command.more(answer, desk) if self._command.more is not None else None
        except CounterfoilError:
            return None


def _read(of: Field, given: Any) -> Any:
    try:
        if of.kind.is_flag:
            return given
        if not of.kind.many:
            return of.kind.read(given)
        found: list[Any] = []
        for each in given:
            value = of.kind.read(each)
            found += value if isinstance(value, list | tuple) else [value]
        return found
    except BadEntry as error:
        if of.is_argument or not error.field:
            raise BadEntry(error.value, error.way_out, f"{of.shown} {error.field}".strip()) from None
        raise BadEntry(error.value, error.way_out, f"{of.shown} {error.field}") from None


def _outcome_json(command: Command, outcome: Outcome[Any]) -> dict[str, Any]:
    return {
        "operation": command.operation.full_name,
        "request_id": outcome.request_id,
        "transaction_id": outcome.transaction_id,
        "block": outcome.block,
        "shown_at": list(outcome.shown_at),
        "answer": plain(outcome.answer),
    }


def _parameter(of: Field) -> inspect.Parameter:
    if of.kind.is_flag:
        kind: Any = bool | None
        info: Any = typer.Option(of.shown, help=of.help, show_default=False)
    else:
        kind = list[str] | None if of.kind.many else str | None
        make = typer.Argument if of.is_argument else typer.Option
        names = () if of.is_argument else (of.shown,)
        info = make(
            *names, help=of.help, metavar=of.shown if of.is_argument else of.kind.metavar, show_default=False
        )
    return inspect.Parameter(
        of.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, info]
    )


def _common(command: Command) -> list[inspect.Parameter]:
    """The options that all commands have, and those that follow from the operation."""
    found = [
        _option("org", str, "", "--org", "Whose command it is, as BankA.", envvar="COUNTERFOIL_ORG"),
        _option(
            "user", str, "", "--user", "Who acts; a user of the organisation.", envvar="COUNTERFOIL_USER"
        ),
        _option("folder", Path, DEFAULT_FOLDER, "--dir", "The network's folder.", envvar="COUNTERFOIL_DIR"),
        _option("profile", Path | None, None, "--profile", "A connection profile, instead of the folder's."),
        _option("journal", Path | None, None, "--journal", "The person's journal, instead of the folder's."),
        _option("channel", str, "trade", "--channel", "Name of the channel."),
        _option(
            "request",
            str | None,
            None,
            "--request",
            "The whole request as a JSON file, amounts in minor units.",
        ),
        _flag("as_json", "--json", "Print one JSON object."),
    ]
    if command.operation.is_submit:
        text = "Your own name for this request: said again, it does nothing twice."
        found.append(_option("step", str, "", "--step", text))
    if command.preview is not None:
        found.append(_flag("dry_run", "--dry-run", "Show what it would move; nothing is written."))
    if command.pages:
        found.append(_flag("every", "--all", "Ask for all pages."))
    return found


def _flag(name: str, option: str, text: str) -> inspect.Parameter:
    return _option(name, bool, default=False, option=option, text=text)


def _option(  # noqa: PLR0913 - what an option is
    name: str, kind: Any, default: Any, option: str, text: str, *, envvar: str | None = None
) -> inspect.Parameter:
    shown = bool(default) and not isinstance(default, bool)
    info = typer.Option(option, help=text, show_default=shown, envvar=envvar, show_envvar=False)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info]
    )
