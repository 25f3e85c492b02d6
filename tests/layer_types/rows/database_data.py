from brew.layer import TEST
from brew.testing import ALWAYS, IN_TRAIN, Case


def data(source, id, transform="", **options):
    backend = "LEVELDB" if "leveldb" in source else "LMDB"
    text = (
        f'data_param {{ source: "data/{source}" batch_size: 3 backend: {backend} }} '
        f"transform_param {{ {transform} }}"
    )
    options = {"backward": False, "gradient_to": (), "tops": 2} | options
    return Case("Data", text, id=id, **options)


CASES = [
    data("tiny_lmdb", "LMDB"),
    data("tiny_leveldb", "LevelDB"),
    data("encoded_lmdb", "encoded"),
    data("float_lmdb", "floats without labels", tops=1),
    data("tiny_lmdb", "scaled", 'scale: 0.5 mean_file: "data/mean.binaryproto"'),
    data("tiny_lmdb", "cropped", "crop_size: 3 mean_value: 2", random=IN_TRAIN),
    data("tiny_lmdb", "cropped at test", "crop_size: 3", phase=TEST),
    data("tiny_lmdb", "mirrored", "mirror: true", random=ALWAYS),
]
