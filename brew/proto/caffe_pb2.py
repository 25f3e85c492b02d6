"""The message classes and enums of ``caffe.proto``, under the name that pycaffe uses.

``caffe_pb2.NetParameter``, ``caffe_pb2.TRAIN``, ``caffe_pb2.PoolingParameter.MAX``:
the names of a module that protoc would have generated. The classes are made when
this module is imported, from ``caffe.binpb`` beside it, in a descriptor pool of
their own. So they agree with every protobuf runtime from 4.21 on, and live in one
process with a real ``caffe_pb2`` or with OpenCV.
"""

from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from brew.errors import did_you_mean


def _load_schema():
    content = Path(__file__).with_name("caffe.binpb").read_bytes()
    pool = descriptor_pool.DescriptorPool()
    (file,) = descriptor_pb2.FileDescriptorSet.FromString(content).file
    pool.Add(file)
    return pool.FindFileByName(file.name)


def _message_class(descriptor):
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    factory = message_factory.MessageFactory()  # before 4.22
    return factory.GetPrototype(descriptor)  # type: ignore[attr-defined]


DESCRIPTOR = _load_schema()

for _name, _descriptor in DESCRIPTOR.message_types_by_name.items():
    globals()[_name] = _message_class(_descriptor)
for _name, _descriptor in DESCRIPTOR.enum_types_by_name.items():
    globals()[_name] = EnumTypeWrapper(_descriptor)
    globals().update(EnumTypeWrapper(_descriptor).items())


def __getattr__(name):
    nearest = did_you_mean(name, DESCRIPTOR.message_types_by_name)
    raise AttributeError(f"caffe.proto has no message or enum {name!r}.{nearest}")
