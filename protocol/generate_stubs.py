"""Make `fabric_protos-stubs` from the installed bindings: python protocol/generate_stubs.py [DIR]."""

import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import fabric_protos
from google.protobuf.compiler import plugin_pb2
from google.protobuf.descriptor import FileDescriptor

STUBS = Path(__file__).parent / "fabric_protos-stubs"
_PLUGINS = ("protoc-gen-mypy", "protoc-gen-mypy_grpc")


def code_generator_request() -> plugin_pb2.CodeGeneratorRequest:
    """Describe every message file of the bindings, dependencies first, as protoc would."""
    request = plugin_pb2.CodeGeneratorRequest()
    seen: set[str] = set()

    def add(file: FileDescriptor) -> None:
        if file.name in seen:
            return
        seen.add(file.name)
        for dependency in file.dependencies:
            add(dependency)
        file.CopyToProto(request.proto_file.add())

    for module in pkgutil.walk_packages(fabric_protos.__path__, "fabric_protos."):
        if module.name.endswith("_pb2"):
            descriptor = importlib.import_module(module.name).DESCRIPTOR
            add(descriptor)
            request.file_to_generate.append(descriptor.name)
    return request


def qualify(text: str, packages: set[str]) -> str:
    """Prefix the bindings' own packages with `fabric_protos.`: protoc does not know that they moved."""
    names = "|".join(sorted(packages))
    return re.sub(rf"(?<![\w.])((?:{names})(?:\.\w+)*\.\w+_pb2)\b", r"fabric_protos.\1", text)


def generate(target: Path) -> None:
    """Write all stubs below `target`, replacing what is there."""
    request = code_generator_request()
    packages = {name.split("/")[0] for name in request.file_to_generate}
    shutil.rmtree(target, ignore_errors=True)
    for plugin in _PLUGINS:
        program = Path(sys.executable).parent / plugin
        done = subprocess.run([program], input=request.SerializeToString(), capture_output=True, check=True)  # noqa: S603 - our own plugin
        response = plugin_pb2.CodeGeneratorResponse.FromString(done.stdout)
        if response.error:
            raise SystemExit(response.error)
        for file in response.file:
            path = target / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(qualify(file.content, packages), encoding="utf-8")
    for folder in [target, *(path for path in target.rglob("*") if path.is_dir())]:
        (folder / "__init__.pyi").touch()


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else STUBS)
