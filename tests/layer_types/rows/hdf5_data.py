from brew.testing import ALWAYS, Case


def data(proto, id, **options):
    text = f'hdf5_data_param {{ source: "data/h5list.txt" {proto} }}'
    options = {"backward": False, "gradient_to": (), "tops": 2} | options
    names = 'top: "data" top: "label"'
    return Case("HDF5Data", f"{text} {names}", id=id, **options)


CASES = [
    data("batch_size: 2", "in order"),
    data("batch_size: 5", "across files"),
    data("batch_size: 3 shuffle: true", "shuffled", random=ALWAYS),
    Case(
        "HDF5Output",
        'hdf5_output_param { file_name: "written.h5" }',
        [(3, 2), (3,)],
        refuses=[[(3, 2), (4,)], [(3, 1, 1, 1, 1), (3,)]],
    ),
]
