"""Fabric's messages: the one place that imports the generated bindings; better bindings are one change.

Every other module says `from counterfoil_protocol.messages import common, proposal, ...`.
"""

from fabric_protos.common import (
    collection_pb2 as common_collection,
)
from fabric_protos.common import (
    common_pb2 as common,
)
from fabric_protos.common import (
    configtx_pb2 as configtx,
)
from fabric_protos.common import (
    configuration_pb2 as common_configuration,
)
from fabric_protos.common import (
    ledger_pb2 as common_ledger,
)
from fabric_protos.common import (
    policies_pb2 as policies,
)
from fabric_protos.discovery import protocol_pb2 as discovery
from fabric_protos.gateway import gateway_pb2 as gateway
from fabric_protos.gossip import message_pb2 as gossip
from fabric_protos.ledger.queryresult import kv_query_result_pb2 as query_result
from fabric_protos.ledger.rwset import rwset_pb2 as rwset
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2 as kvrwset
from fabric_protos.msp import identities_pb2 as identities
from fabric_protos.msp import msp_config_pb2 as msp_config
from fabric_protos.msp import msp_principal_pb2 as msp_principal
from fabric_protos.orderer import ab_pb2 as atomic_broadcast
from fabric_protos.orderer import configuration_pb2 as orderer_configuration
from fabric_protos.orderer.etcdraft import configuration_pb2 as etcdraft_configuration
from fabric_protos.peer import chaincode_event_pb2 as chaincode_event
from fabric_protos.peer import chaincode_pb2 as chaincode
from fabric_protos.peer import chaincode_shim_pb2 as chaincode_shim
from fabric_protos.peer import collection_pb2 as collection
from fabric_protos.peer import configuration_pb2 as peer_configuration
from fabric_protos.peer import events_pb2 as events
from fabric_protos.peer import policy_pb2 as application_policy
from fabric_protos.peer import proposal_pb2 as proposal
from fabric_protos.peer import proposal_response_pb2 as proposal_response
from fabric_protos.peer import query_pb2 as query
from fabric_protos.peer import transaction_pb2 as transaction
from fabric_protos.peer.lifecycle import chaincode_definition_pb2 as chaincode_definition
from fabric_protos.peer.lifecycle import db_pb2 as lifecycle_db
from fabric_protos.peer.lifecycle import lifecycle_pb2 as lifecycle
from fabric_protos.transientstore import transientstore_pb2 as transient_store

__all__ = [
    "application_policy",
    "atomic_broadcast",
    "chaincode",
    "chaincode_definition",
    "chaincode_event",
    "chaincode_shim",
    "collection",
    "common",
    "common_collection",
    "common_configuration",
    "common_ledger",
    "configtx",
    "discovery",
    "etcdraft_configuration",
    "events",
    "gateway",
    "gossip",
    "identities",
    "kvrwset",
    "lifecycle",
    "lifecycle_db",
    "msp_config",
    "msp_principal",
    "orderer_configuration",
    "peer_configuration",
    "policies",
    "proposal",
    "proposal_response",
    "query",
    "query_result",
    "rwset",
    "transaction",
    "transient_store",
]
