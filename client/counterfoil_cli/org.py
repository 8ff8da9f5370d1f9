"""`counterfoil org`: an organisation joins the channel, or leaves it; each engineer acts for their own."""

from pathlib import Path
from typing import Annotated

import typer
from counterfoil import configuration
from counterfoil_network.deployment import NetworkFolder
from counterfoil_network.deployment.description import CRYPTO_CONFIG
from counterfoil_network.identities import generate
from counterfoil_network.membership import (
    MembershipError,
    OrganisationDefinition,
    describe_definition,
    describe_update,
    organisation_definition,
    with_organisation,
    without_organisation,
)
from counterfoil_protocol.config_update import (
    compute_update,
    merge_signatures,
    sign_update,
    unsigned_envelope,
    unwrap_update,
    wrap_update,
)
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import common, configtx
from counterfoil_protocol.wire import decode

from counterfoil_cli.network_app import DEFAULT_FOLDER
from counterfoil_cli.output import Output
from counterfoil_cli.own_folder import CryptoConfig, Folder, own_organisation
from counterfoil_cli.own_profile import (
    ADMINISTRATOR,
    CHANNEL,
    Channel,
    Profile,
    User,
    own_network,
    own_profile,
    told,
)

app = typer.Typer(no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="File to write.")]


@app.callback()
def org() -> None:
    """Let an organisation join the channel, or leave it."""


@app.command()
def identities(*, crypto_config: CryptoConfig = Path(CRYPTO_CONFIG), folder: Folder = DEFAULT_FOLDER) -> None:
    """Make the identities that a crypto-config.yaml names, in the own folder; what is there is kept.

    A bank with a certificate authority of its own, or with Fabric CA, puts its MSP folders there instead.

    Example:

        counterfoil org identities

    Exit codes: 0 done; 5 the file cannot be followed.
    """
    with told():
        crypto = generate(crypto_config, NetworkFolder(folder).crypto)
    for organisation in crypto.organisations:
        Output().line(f"{organisation.name}: {organisation.root}; users {', '.join(organisation.users)}")


@app.command()
def export(  # noqa: PLR0913 - the options of the command
    name: Annotated[str, typer.Argument(help="The organisation, as crypto-config.yaml names it.")],
    *,
    peer: Annotated[list[str], typer.Option(help="host:port at which others reach its peer; repeatable.")],
    out: Out,
    msp_id: Annotated[str | None, typer.Option(help="Its MSP ID.", show_default="<name>MSP")] = None,
    crypto_config: CryptoConfig = Path(CRYPTO_CONFIG),
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Write the definition of the own organisation for the members: its MSP, policies, anchor peers; no key.

    Example:

        counterfoil org export BankC --peer 127.0.0.1:12051 --out bankc.json

    Exit codes: 0 done; 5 the identities are not there, or an address is none.
    """
    with told():
        organisation = own_organisation(name, crypto_config, folder)
        definition = organisation_definition(name, msp_id or f"{name}MSP", organisation.msp, peer)
        definition.write(out)
        _tell_definition(definition)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(dir_okay=False, exists=True, help="A definition or an update.")],
) -> None:
    """Read out what a definition or an update says; nothing is verified but that it can be read.

    Compare the fingerprints with the organisation by another way than the file came: what is signed here
    decides who is let in.

    Example:

        counterfoil org show bankc-joins.pb

    Exit codes: 0 done; 5 the file is neither.
    """
    with told():
        if file.read_bytes().lstrip()[:1] == b"{":
            _tell_definition(OrganisationDefinition.read(file))
        else:
            _tell_update(read_update_file(file))


@app.command()
def propose(  # noqa: PLR0913 - the options of the command
    *,
    out: Out,
    add: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Definition of who joins; repeatable."),
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Name of a member who leaves; repeatable.")] = None,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
    channel: Channel = CHANNEL,
) -> None:
    """Compute the update of the channel's configuration, for every organisation to sign its own copy.

    Examples:

        counterfoil org propose --add bankc.json --out bankc-joins.pb

        counterfoil org propose --remove BankB --out bankb-leaves.pb

    Exit codes: 0 done; 1 the peer refused; 5 there is nothing to change, or it makes no configuration.
    """
    with told(), own_network(profile, user, channel) as network:
        if not add and not remove:
            raise MembershipError("say who joins (--add) or who leaves (--remove)")
        current = configuration.read(network)
        changed = current
        for path in add or ():
            config = with_organisation(changed, OrganisationDefinition.read(path))
            changed = type(current).from_config(channel, config)
        for name in remove or ():
            changed = type(current).from_config(channel, without_organisation(changed, name))
        update = unsigned_envelope(compute_update(channel, current.config, changed.config))
        _write_update(out, update)
        _tell_update(update)


@app.command()
def sign(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The update.")],
    *,
    out: Out,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
) -> None:
    """Sign an update for the own organisation, on one's own copy; no network is needed.

    Example:

        counterfoil org sign bankc-joins.pb --out bankc-joins.BankA.pb

    Exit codes: 0 signed; 5 the file is no update, or the profile has no such user.
    """
    with told():
        update = read_update_file(file)
        identity, signer = own_profile(profile).identity(user)
        signed = sign_update(update, identity, signer)
        _write_update(out, signed)
        _tell_update(signed)


@app.command()
def apply(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="The signed copies.")],
    *,
    config_block: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write the new configuration block, for who joins with it."),
    ] = None,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
    channel: Channel = CHANNEL,
) -> None:
    """Merge the copies' signatures, submit the update, and wait until the own peer has the configuration.

    Example:

        counterfoil org apply bankc-joins.BankA.pb bankc-joins.Port.pb bankc-joins.Regulator.pb

    Exit codes: 0 in force; 1 refused, for instance because too few organisations signed; 5 a file is no
    update, or they are of different ones.
    """
    with told(), own_network(profile, user, channel) as network:
        merged = merge_signatures(read_update_file(path) for path in files)
        before = configuration.read(network)
        configuration.submit(network, merged)
        after = configuration.await_sequence(network, before.sequence + 1)
        if config_block is not None:
            config_block.write_bytes(configuration.read_block(network).SerializeToString())
    Output().line(
        f"Configuration {after.sequence} is in force; members: {', '.join(sorted(after.applications))}."
    )


def read_update_file(path: Path) -> configtx.ConfigUpdateEnvelope:
    """The update in a file.

    Raises:
        MembershipError: it holds none.
        OSError: it cannot be read.
    """
    try:
        return unwrap_update(decode(common.Envelope, path.read_bytes()))
    except MalformedMessage as error:
        raise MembershipError(f"{path} is no configuration update: {error}") from error


def _write_update(path: Path, update: configtx.ConfigUpdateEnvelope) -> None:
    path.write_bytes(wrap_update(update).SerializeToString())


def _tell_definition(definition: OrganisationDefinition) -> None:
    output = Output()
    output.line(f"organisation {definition.name}")
    for line in describe_definition(definition):
        output.line(f"  {line}")


def _tell_update(update: configtx.ConfigUpdateEnvelope) -> None:
    output = Output()
    summary = describe_update(update)
    output.line(f"update of channel {summary.channel_id}")
    for change in summary.changes:
        output.line(f"  {change}")
    output.line(f"signed by: {', '.join(summary.signers) or 'nobody'}")
