"""Batches of images and labels, read from a database of Datums."""

import numpy as np

from brew.sources.database import Cursor
from brew.sources.datum import datum_image, parse_datum, stacked_pixels


class DatumBatches:
    """Read a database batch by batch, without end.

    After the last record comes the first again, also in the middle of a batch.

    Parameters
    ----------
    database : Database
        Holds Datums; it is closed with this object.
    batch_size : int
        N, the number of images in a batch.
    transformer : DataTransformer
        What is done to the images.
    dtype : dtype, default float32
        Of the arrays that are returned.
    """

    def __init__(self, database, batch_size, transformer, dtype=np.float32):
        self.batch_size = batch_size
        self.transformer = transformer
        self.dtype = dtype
        self._database = database
        self._cursor = Cursor(database)

    def read(self):
        """Return the next batch.

        Returns
        -------
        data : ndarray
            (N, C, oh, ow); C, oh and ow come from the first image of the batch.
        label : ndarray
            (N,)

        Raises
        ------
        SourceError
            Names the database and the key of the record at fault.
        """
        keys, datums = self._read_datums(self.batch_size)
        images = stacked_pixels(datums)
        alike = images is not None
        if not alike:
            images = [self._image(key, d) for key, d in zip(keys, datums, strict=True)]
        data = np.empty((len(keys), *self._top_shape(keys[0], images[0])), self.dtype)
        if alike:
            self.transformer.transform(images, data)
        else:
            for key, image, y in zip(keys, images, data, strict=True):
                self._try(key, self.transformer.transform_image, image, y)
        return data, np.array([datum.label for datum in datums], self.dtype)

    def first_shapes(self):
        """Return the shapes of the next batch, without moving on."""
        state = self.get_state()
        keys, datums = self._read_datums(1)
        shape = self._top_shape(keys[0], self._image(keys[0], datums[0]))
        self.set_state(state)
        return (self.batch_size, *shape), (self.batch_size,)

    def get_state(self):
        """Return the place in the database and the state of the random numbers."""
        key = self._cursor.key
        state = {"key": None if key is None else key.decode("latin-1")}
        if self.transformer.is_random:
            state["rng"] = self.transformer.rng.bit_generator.state
        return state

    def set_state(self, state):
        """Go on from what :meth:`get_state` returned."""
        key = state["key"]
        self._cursor.seek(None if key is None else key.encode("latin-1"))
        if "rng" in state:
            self.transformer.rng.bit_generator.state = state["rng"]

    def close(self):
        """Close the database."""
        self._database.close()

    def _read_datums(self, count):
        records = [self._cursor.next() for _ in range(count)]
        keys = [key for key, _ in records]
        return keys, [self._try(key, parse_datum, value) for key, value in records]

    def _image(self, key, datum):
        return self._try(key, datum_image, datum, self.transformer.color)

    def _top_shape(self, key, image):
        return self._try(key, self.transformer.top_shape, image.shape)

    def _try(self, key, step, *arguments):
        with self._database.telling(key):
            return step(*arguments)
