"""Who acts: a user of a connection profile, with a journal of its own."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counterfoil import ConnectionProfile, Gateway
from counterfoil.trade import Entry, Journal, Outcome, Resumed, TradeClient
from counterfoil_protocol.confidential import Operation, Role, request_digest
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import attributes

from .command import plain
from .values import BadEntry

CHANNEL = "trade"
JOURNALS = "journals"
_JOURNAL_SECONDS = 60.0
_POLL_SECONDS = 0.05


class NobodyKnown(Exception):  # noqa: N818 - a fact about the command line
    """It is not clear who acts; the text says who could."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to act, as the command line says it; empty texts are left to the certificates' roles.

    `folder` is the network's, `profile` and `journal` stand in place of what lies there.
    """

    folder: Path
    organisation: str = ""
    user: str = ""
    profile: Path | None = None
    journal: Path | None = None
    channel: str = CHANNEL


@dataclass(frozen=True, slots=True)
class Person:
    """A user of an organisation, by its connection profile, and where its requests are written down."""

    profile: ConnectionProfile = field(repr=False)
    user: str
    journal: Path

    @property
    def name(self) -> str:
        """As the command line names it: `BankA officer1`."""
        return f"{self.profile.organization} {self.user}"

    @property
    def options(self) -> str:
        """The options that name it."""
        return f"--org {self.profile.organization} --user {self.user}"


def find_person(asked: Asked, roles: Sequence[Role]) -> Person:
    """The one person who is meant and holds one of the roles.

    Raises:
        NobodyKnown: nobody or several; the text names those who could.
        OSError, ValueError: a profile cannot be read.
    """
    profiles = _profiles(asked)
    chosen = [
        (profile, user)
        for profile in profiles
        for user in profile.users
        if (not asked.user or user == asked.user)
        and (bool(asked.user and asked.organisation) or _holds(profile, user, roles))
    ]
    if len(chosen) != 1:
        raise NobodyKnown(_who_could(asked, profiles, chosen, roles))
    [(profile, user)] = chosen
    return Person(profile, user, _journal(asked, profile, user))


def holders(asked: Asked, roles: Sequence[Role]) -> tuple[Person, ...]:
    """Everybody in the folder whose certificate has one of the roles, in the order of names.

    Raises:
        NobodyKnown: no profiles.
        OSError, ValueError: a profile cannot be read.
    """
    return tuple(
        Person(profile, user, _journal(asked, profile, user))
        for profile in _profiles(asked)
        for user in profile.users
        if _holds(profile, user, roles)
    )


def named_person(asked: Asked) -> Person:
    """The person that organisation and user name, whatever role it holds.

    Raises:
        NobodyKnown: no such profile.
        OSError, ValueError: a profile cannot be read.
    """
    (profile,) = _profiles(asked)
    return Person(profile, asked.user, _journal(asked, profile, asked.user))


def _journal(asked: Asked, profile: ConnectionProfile, user: str) -> Path:
    return asked.journal or asked.folder / JOURNALS / f"{profile.organization}-{user}.journal"


def _profiles(asked: Asked) -> list[ConnectionProfile]:
    if asked.profile is not None:
        return [ConnectionProfile.read(asked.profile)]
    found = [ConnectionProfile.read(path) for path in sorted((asked.folder / "connections").glob("*.json"))]
    if not found:
        raise NobodyKnown(f"{asked.folder} has no connection profiles: state --dir or --profile")
    mine = [profile for profile in found if asked.organisation in ("", profile.organization)]
    if not mine:
        names = ", ".join(profile.organization for profile in found)
        raise NobodyKnown(f"--org: {asked.organisation!r}: write one of {names}")
    return mine


def _holds(profile: ConnectionProfile, user: str, roles: Sequence[Role]) -> bool:
    try:
        role = attributes(profile.identity(user)[0].x509).get("role", "")
    except MalformedMessage:
        return False
    return any(each.admits(profile.msp_id, role) for each in roles)


def _who_could(
    asked: Asked,
    profiles: Sequence[ConnectionProfile],
    chosen: Sequence[tuple[ConnectionProfile, str]],
    roles: Sequence[Role],
) -> str:
    wanted = " or ".join(dict.fromkeys(role.role for role in roles))
    able = list(chosen) or [
        (each, user) for each in profiles for user in each.users if _holds(each, user, roles)
    ]
    names = "; ".join(f"--org {each.organization} --user {user}" for each, user in able)
    if not able:
        return f"nobody here holds the role {wanted}: state the profile of who does with --profile"
    if not chosen:
        return f"--user: {asked.user!r}: it takes {wanted}: write {names}"
    return f"who acts? It takes {wanted}: write {names}"


class LedgerDesk:
    """One person's desk on a running network. What was left open is settled when it is asked for again."""

    def __init__(
        self, client: TradeClient, journal: Journal, *, step: str = "", is_dry: bool = False
    ) -> None:
        self._client = client
        self._journal = journal
        self.step = step
        self.is_dry = is_dry

    @property
    def msp_id(self) -> str:
        """The MSP ID of the person's organisation."""
        return self._client.msp_id

    @property
    def left_open(self) -> tuple[Entry, ...]:
        """Requests whose end is not known."""
        return self._journal.open_entries

    def ask(self, operation: Operation[Any, Any], body: Any) -> Any:
        """The answer of an evaluate. Raises CounterfoilError."""
        return self._client.inquire(operation, body)

    def submit(self, operation: Operation[Any, Any], body: Any, step: str = "") -> Outcome[Any]:
        """The outcome of a submit; the very request that a killed command left open is settled, not repeated.

        Raises:
            CounterfoilError: as `TradeClient.submit`.
        """
        assert not self.is_dry, "a dry run submits nothing"
        digest = request_digest(operation.name, plain(body))
        same = (each for each in self._journal.open_entries if not step and each.digest == digest)
        known = next((each.request_id for each in same if each.operation == operation.full_name), None)
        return self._client.submit(operation, body, step=step, request_id=known)

    def resume(self, operations: Iterable[Operation[Any, Any]]) -> tuple[Resumed, ...]:
        """Bring what was left open to its end. Raises ValueError as `TradeClient.resume`."""
        return self._client.resume(operations)


@contextmanager
def at_desk(
    person: Person, channel: str = CHANNEL, *, step: str = "", is_dry: bool = False
) -> Iterator[LedgerDesk]:
    """The person at its desk, connected, its journal open; for a step of its own naming, or a dry run.

    Raises:
        OSError, ValueError: the profile's files or the journal cannot be used.
    """
    with (
        open_journal(person.journal) as journal,
        Gateway.from_profile(person.profile, person.user) as gateway,
    ):
        client = TradeClient(gateway.network(channel), journal)
        yield LedgerDesk(client, journal, step=step, is_dry=is_dry)


def open_journal(path: Path) -> Journal:
    """The journal; another command of the same person is waited for.

    Raises:
        BadEntry: it is still in use after a minute.
        OSError, ValueError: it cannot be used.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + _JOURNAL_SECONDS
    while True:
        try:
            return Journal(path)
        except BlockingIOError:
            if time.monotonic() > until:
                raise BadEntry(
                    str(path), "another program uses the journal: let it end", "--journal"
                ) from None
            time.sleep(_POLL_SECONDS)
