"""Questions about a message's fields that protobuf releases answer differently."""

from google.protobuf.descriptor import FieldDescriptor


def is_repeated(field):
    """Say whether `field`, a FieldDescriptor, may stand any number of times."""
    if hasattr(field, "is_repeated"):
        return field.is_repeated
    return field.label == FieldDescriptor.LABEL_REPEATED  # before protobuf 6.31


def is_message(field):
    """Say whether the value of `field`, a FieldDescriptor, is itself a message."""
    return field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE
