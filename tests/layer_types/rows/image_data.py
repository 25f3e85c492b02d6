from brew.layer import TEST
from brew.testing import ALWAYS, IN_TRAIN, Case

NO_BACKWARD = {"backward": False, "gradient_to": ()}


def images(fields, id, transform="", **options):
    text = (
        f'image_data_param {{ source: "data/imglist.txt" batch_size: 2 {fields} }} '
        f"transform_param {{ {transform} }}"
    )
    return Case("ImageData", text, id=id, **NO_BACKWARD, **options)


def windows(fields, id, transform="", **options):
    text = (
        'window_data_param { source: "data/windows.txt" batch_size: 3 '
        f"fg_fraction: 0.5 {fields} }} transform_param {{ crop_size: 6 {transform} }}"
    )
    return Case("WindowData", text, id=id, **NO_BACKWARD, **options)


CASES = [
    images("", "colour"),
    images("is_color: false", "grey"),
    images("new_height: 9 new_width: 4", "resized"),
    images("", "cropped", "crop_size: 3 mean_value: 2", random=IN_TRAIN),
    images("", "cropped at test", "crop_size: 3 scale: 0.5", phase=TEST),
    images("", "mirrored", "mirror: true", random=ALWAYS),
    images("shuffle: true", "shuffled", random=ALWAYS),
    images("rand_skip: 4", "skipping", random=ALWAYS),
    windows("scale: 0.5", "warped", "mean_value: 7"),
    windows("context_pad: 1", "with context"),
    windows('crop_mode: "square" cache_images: true', "square"),
    windows("", "mirrored", "mirror: true", random=ALWAYS),
]
