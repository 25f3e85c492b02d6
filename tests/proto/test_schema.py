"""The schema is Caffe's, and lives beside a real caffe_pb2."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

import brew.proto
from brew.proto import caffe_pb2

FOLDER = Path(brew.proto.__file__).parent
# What Caffe's main line does not have.
EXTRAS = {
    "ROIPoolingParameter",
    "SmoothL1LossParameter",
    "GELUParameter",
    "GELUParameter.Approximation",
    "LayerNormParameter",
    "MatMulParameter",
    "PermuteParameter",
    "BrewLayerState",
    "LayerParameter.roi_pooling_param",
    "LayerParameter.smooth_l1_loss_param",
    "LayerParameter.gelu_param",
    "LayerParameter.layer_norm_param",
    "LayerParameter.matmul_param",
    "LayerParameter.permute_param",
    "SolverParameter.warmup_iter",
    "SolverParameter.min_lr",
    "SolverState.brew_layer_state",
}
TYPES = {
    number: name.removeprefix("TYPE_").lower()
    for name, number in descriptor_pb2.FieldDescriptorProto.Type.items()
}
LABELS = {1: "optional", 2: "required", 3: "repeated"}


def file_proto():
    content = (FOLDER / "caffe.binpb").read_bytes()
    (file,) = descriptor_pb2.FileDescriptorSet.FromString(content).file
    return file


def rows_of_schema():
    """Return the schema as rows like those of wire-format.tsv."""
    file = file_proto()
    rows = [enum_row for enum in file.enum_type for enum_row in enum_rows("", enum)]
    for message in file.message_type:
        rows.append(("message", message.name, "", "", "", "", ""))
        rows += [field_row(message.name, field) for field in message.field]
        for enum in message.enum_type:
            rows += enum_rows(f"{message.name}.", enum)
    return rows


def enum_rows(prefix, enum):
    name = prefix + enum.name
    yield ("enum", name, "", "", "", "", "")
    for value in enum.value:
        yield ("enum_value", name, value.name, str(value.number), "", "", "")


def field_row(message, field):
    kind = TYPES[field.type]
    if field.type_name:
        kind = f"{kind}:{field.type_name.removeprefix('.caffe.')}"
    packed = ("yes" if field.options.packed else "no") if field.label == 3 else "-"
    number, label = str(field.number), LABELS[field.label]
    return ("field", message, field.name, number, label, kind, packed)


def rows_of_caffe():
    path = Path(__file__).with_name("wire-format.tsv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_row_of_caffe_is_there_and_nothing_else_but_the_extras():
    columns = ("row", "full_name", "name", "number", "label", "type", "packed")
    want = {tuple(row[column] or "" for column in columns) for row in rows_of_caffe()}
    got = {
        row
        for row in rows_of_schema()
        if row[1] not in EXTRAS and f"{row[1]}.{row[2]}" not in EXTRAS
    }
    assert sorted(got - want) == []
    assert sorted(want - got) == []


def test_defaults_are_caffes():
    for row in rows_of_caffe():
        if row["row"] != "field" or row["label"] == "repeated":
            continue
        message = getattr(caffe_pb2, row["full_name"])()
        value = getattr(message, row["name"])
        want = row["value_when_absent"]
        field = message.DESCRIPTOR.fields_by_name[row["name"]]
        assert field.has_default_value == bool(row["explicit_default"]), row
        if row["type"].startswith("enum:"):
            assert field.enum_type.values_by_number[value].name == want, row
        elif row["type"] in ("string", "bytes"):
            assert value == type(value)() if want == '""' else f'"{value}"' == want, row
        elif row["type"] == "bool":
            assert str(value).lower() == want, row
        elif not row["type"].startswith("message:"):
            assert value == pytest.approx(float(want), rel=1e-6), row


def test_descriptor_file_is_made_from_the_proto(tmp_path):
    protoc = pytest.importorskip("grpc_tools.protoc")
    made = tmp_path / "caffe.binpb"
    code = protoc.main(
        ["protoc", f"-I{FOLDER}", f"--descriptor_set_out={made}", "caffe.proto"]
    )
    assert code == 0
    made_set = descriptor_pb2.FileDescriptorSet.FromString(made.read_bytes())
    assert made_set.file[0] == file_proto(), "run: make proto"


def test_module_has_the_names_of_generated_code():
    assert (caffe_pb2.TRAIN, caffe_pb2.TEST) == (0, 1)
    assert caffe_pb2.Phase.Name(caffe_pb2.TEST) == "TEST"
    assert caffe_pb2.PoolingParameter.AVE == 1
    assert caffe_pb2.PoolingParameter.PoolMethod.Value("AVE") == 1
    for name in caffe_pb2.DESCRIPTOR.message_types_by_name:
        assert getattr(caffe_pb2, name)().DESCRIPTOR.name == name


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(AttributeError, match="Did you mean 'PoolingParameter'"):
        _ = caffe_pb2.PolingParameter


OTHER_CAFFE = """
import sys
from pathlib import Path
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

def real_caffe():
    content = Path(sys.argv[1]).read_bytes()
    (file,) = descriptor_pb2.FileDescriptorSet.FromString(content).file
    for message in file.message_type:  # what another Caffe may have changed
        if message.name == "SolverState":
            del message.field[-1]
            message.field.add(name="other", number=99, type=5, label=1)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    found = pool.FindMessageTypeByName("caffe.SolverState")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(found)
    return message_factory.MessageFactory(pool).GetPrototype(found)

theirs = real_caffe() if sys.argv[2] == "before" else None
from brew.proto import caffe_pb2
theirs = theirs or real_caffe()
ours = caffe_pb2.SolverState(iter=3)
ours.brew_layer_state.add(layer="data")
read = theirs.FromString(ours.SerializeToString())
assert read.iter == 3 and theirs(other=1).other == 1
assert caffe_pb2.SolverState.FromString(read.SerializeToString()) == ours
"""


@pytest.mark.parametrize("implementation", ["upb", "python"])
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_real_caffe_pb2_lives_in_the_same_process(implementation, order):
    subprocess.run(
        [sys.executable, "-c", OTHER_CAFFE, str(FOLDER / "caffe.binpb"), order],
        check=True,
        env={
            "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation,
            "PYTHONPATH": str(FOLDER.parent.parent),
        },
    )
