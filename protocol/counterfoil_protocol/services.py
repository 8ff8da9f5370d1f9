"""Fabric's gRPC services, apart from the messages so that pure code need not import gRPC."""

from fabric_protos.discovery.protocol_pb2_grpc import DiscoveryStub
from fabric_protos.gateway.gateway_pb2_grpc import GatewayServicer, GatewayStub, add_GatewayServicer_to_server
from fabric_protos.orderer.ab_pb2_grpc import (
    AtomicBroadcastServicer,
    AtomicBroadcastStub,
    add_AtomicBroadcastServicer_to_server,
)
from fabric_protos.peer.chaincode_shim_pb2_grpc import (
    ChaincodeServicer,
    ChaincodeStub,
    ChaincodeSupportServicer,
    ChaincodeSupportStub,
    add_ChaincodeServicer_to_server,
    add_ChaincodeSupportServicer_to_server,
)
from fabric_protos.peer.events_pb2_grpc import DeliverServicer, DeliverStub, add_DeliverServicer_to_server
from fabric_protos.peer.peer_pb2_grpc import EndorserServicer, EndorserStub, add_EndorserServicer_to_server

__all__ = [
    "AtomicBroadcastServicer",
    "AtomicBroadcastStub",
    "ChaincodeServicer",
    "ChaincodeStub",
    "ChaincodeSupportServicer",
    "ChaincodeSupportStub",
    "DeliverServicer",
    "DeliverStub",
    "DiscoveryStub",
    "EndorserServicer",
    "EndorserStub",
    "GatewayServicer",
    "GatewayStub",
    "add_AtomicBroadcastServicer_to_server",
    "add_ChaincodeServicer_to_server",
    "add_ChaincodeSupportServicer_to_server",
    "add_DeliverServicer_to_server",
    "add_EndorserServicer_to_server",
    "add_GatewayServicer_to_server",
]
