"""The Gateway service, one file per RPC as in Fabric's internal/pkg/gateway."""
