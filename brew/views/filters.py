"""FilterView: the filters and feature maps of any net, for any image."""

from math import prod
from operator import index

import numpy

from brew.errors import NetError, did_you_mean
from brew.views.mosaic import Mosaic, as_image, filters_as_units, maps_as_units
from brew.views.onlooker import Onlooker, batch_of
from brew.views.photo import fit_photo
from brew.views.recording import present_params

FILTERS, FILTER_DIFFS = "filters", "filter gradients"
MAPS, MAP_DIFFS = "maps", "map gradients"
CHANGES = "filter changes"
MOST_UNITS = 32  # that are shown unasked
CHOICES = ("kind", "name", "units", "image", "iteration")


class FilterView:
    """Look into a net: choose what to see, of which layer, for which image.

    Parameters
    ----------
    net : Net
        Any net, also one that learns meanwhile: it is not disturbed.
    images : array (n, C, h, w) or (C, h, w), optional
        As the net takes them; default: the batch that the net has, or would have
        first.
    labels : array (n, ...), optional
        What belongs to `images`, for gradients of the loss.
    prepare : callable, optional
        Makes of a photograph (h, w, 3), RGB of 0 to 255, what the net takes; default:
        :func:`brew.views.photo.fit_photo`.

    Attributes
    ----------
    kind : str
        "filters" (the weights of a layer), "maps" (what a blob holds), and
        "filter gradients" and "map gradients", which say how the loss of this image
        would change with each of these numbers. With records there are also
        "filter changes", since the first of them.
    name : str
        Of a layer with parameters, for filters; of a blob, for maps.
    units : (int, int)
        The first output (channel) and the last one; if they are the same, this one is
        shown large, a filter with all its inputs.
    image : int
        Which image.
    records : dict of int to dict
        Parameters by iteration, such as those of a Recording.
    iteration : int or None
        Which of the records is looked at; None is the net as it is.

    Raises
    ------
    NetError
        If nothing comes into the net, or there is nothing to see in it, or images or
        labels do not fit.
    """

    def __init__(self, net, images=None, labels=None, prepare=None):
        self.net, self.records, self.iteration = net, {}, None
        self._onlooker = Onlooker(net)
        self._source = self._onlooker.sources[0]
        self._items = self._batch() if images is None else self._given(images, labels)
        alone = len(self._onlooker.sources) == 1
        is_labelled = images is None or labels is not None or alone
        self._is_labelled = [is_labelled] * len(self._items)
        self._prepare = prepare or (lambda photo: fit_photo(photo, net, self._source))
        if not self.kinds:
            raise NetError(
                f"there is nothing to see in net {net.name!r}: no parameters, and no "
                "blob (N, C, ...)"
            )
        self.kind, self.image, self.units = self.kinds[0], 0, (0, MOST_UNITS - 1)
        self.name = self.names()[0]

    def choose(self, **choices):
        """Set some of kind, name, units, image and iteration; return the view.

        With another kind or name, the first units are shown unless some are given.

        Raises
        ------
        NetError
            If there is no such thing to see.
        """
        for choice in choices:
            _check(choice, CHOICES, "choice")
        if choices.keys() & {"kind", "name"}:
            choices = {"units": (0, MOST_UNITS - 1)} | choices
        kind = choices.get("kind", self.kind)
        _check(kind, self.kinds, "kind")
        names = self.names(kind)
        fallback = self.name if self.name in names else names[0]
        choices["name"] = choices.get("name", fallback)
        _check(choices["name"], names, f"name among the {kind}")
        _check_units(choices.get("units", self.units))
        _check(choices.get("image", 0), range(self.num_images), "image")
        _check(choices.get("iteration"), [None, *self.records], "recorded iteration")
        vars(self).update(choices)
        return self

    @property
    def kinds(self):
        """The kinds of things to see in this net."""
        of_filters = [FILTERS, *[CHANGES] * bool(self.records), FILTER_DIFFS]
        of_maps = [MAPS, MAP_DIFFS] if self.names(MAPS) else []
        return (of_filters if self.net.params else []) + of_maps

    def names(self, kind=None):
        """Return what can be chosen: layers with parameters, or for maps blobs."""
        if (kind or self.kind) not in (MAPS, MAP_DIFFS):
            return list(self.net.params)
        blobs = self.net.blobs.items()
        return [name for name, b in blobs if b.ndim > 1 and "_split_" not in name]

    @property
    def num_units(self):
        """How many outputs or channels there are to choose from."""
        if self.kind not in (MAPS, MAP_DIFFS):
            return len(self._as_filters(self.net.params[self.name][0].data))
        return len(maps_as_units(self.net.blobs[self.name].data[0]))

    @property
    def num_images(self):
        """How many images there are to choose from."""
        return len(self._items)

    def add_image(self, image):
        """Add an image (C, h, w) as the net takes it, without label, and choose it."""
        image = self._checked(numpy.asarray(image)[None])[0]
        self._items.append(self._items[self.image] | {self._source: image})
        self._is_labelled.append(False)
        self.image = self.num_images - 1

    def add_photo(self, photo):
        """Add a photograph (h, w, 3), RGB of 0 to 255, and choose it."""
        self.add_image(self._prepare(photo))

    def numbers(self):
        """Return what was chosen as an array.

        Returns
        -------
        array (n, C, h, w)
            For maps C is 1, and what is no image has sizes of 1.
        """
        first, last = self.units
        return numpy.array(self._see()[0][first : last + 1])

    def draw(self):
        """Return what was chosen, as a Mosaic."""
        units, words = self._see()
        first, last = (min(unit, len(units) - 1) for unit in self.units)
        one = first == last
        number = (
            f"{self.kind[:-1]} {first}" if one else f"{self.kind} {first} to {last}"
        )
        sizes = units.shape[2 if self.kind in (MAPS, MAP_DIFFS) else 1 :]
        size = f" ({' × '.join(map(str, sizes))})" if max(sizes) > 1 else ""
        needs_image = self.kind not in (FILTERS, CHANGES)
        image = self._items[self.image][self._source]
        return Mosaic(
            units[first : last + 1],
            f"{self.name}: {number} of {len(units)}{size}{words}",
            is_colour=self.kind == FILTERS,
            image=as_image(image) if needs_image else None,
        )

    def _see(self):
        """Return the chosen numbers as units, and words about them."""
        now = self.iteration is None
        params = present_params(self.net) if now else self.records[self.iteration]
        when = "" if now else f", iteration {self.iteration}"
        if self.kind in (FILTERS, CHANGES):
            W = params[self.name][0]
            if self.kind == CHANGES:
                W = W - next(iter(self.records.values()))[self.name][0]
            return self._as_filters(W), when
        self._onlooker.take(params)
        item, net = self._items[self.image], self._onlooker.net
        if self.kind == MAPS:
            self._onlooker.look(item, self.name)
            return maps_as_units(net.blobs[self.name].data[0]), when
        self._onlooker.look(item)
        of = self._onlooker.differentiate(self._is_labelled[self.image])
        if self.kind == MAP_DIFFS:
            units = maps_as_units(net.blobs[self.name].diff[0])
        else:
            units = self._as_filters(net.params[self.name][0].diff)
        return units, f", of {of}{when}"

    def _as_filters(self, W):
        shapes = [self.net.blobs[b].shape for b in self.net.bottom_names[self.name]]
        return filters_as_units(W, *shapes[:1])

    def _batch(self):
        batch = batch_of(self.net)
        num = len(batch[self._source])
        return [
            {name: x[n] if len(x) == num else x for name, x in batch.items()}
            for n in range(num)
        ]

    def _given(self, images, labels):
        images = numpy.asarray(images)
        shape = self.net.blobs[self._source].shape
        images = self._checked(images[None] if images.ndim < len(shape) else images)
        items = [{self._source: image} for image in images]
        if not items:
            raise NetError("images are given, but there is none among them")
        if labels is not None:
            labels = self._checked_labels(labels, len(items))
            for item, label in zip(items, labels, strict=True):
                item[self._onlooker.sources[1]] = label
        return items

    def _checked_labels(self, labels, num_images):
        if len(self._onlooker.sources) < 2:
            raise NetError(f"net {self.net.name!r} takes no labels; leave them out")
        labels = numpy.asarray(labels)
        shape = self.net.blobs[self._onlooker.sources[1]].shape[1:]
        if labels.size != num_images * prod(shape) or len(labels) != num_images:
            raise NetError(
                f"{num_images} images need labels of shape {(num_images, *shape)}, not "
                f"{labels.shape}"
            )
        return labels.reshape(num_images, *shape)

    def _checked(self, images):
        wanted = self._onlooker.net.blobs[self._source].shape[1:]
        if images.shape[1:] != wanted:
            raise NetError(
                f"net {self.net.name!r} takes images of shape {wanted}, not "
                f"{images.shape[1:]}; for photographs (h, w, 3) see add_photo"
            )
        return images.copy()


def _check(choice, known, what):
    if choice not in known:
        told = did_you_mean(choice, map(str, known)) if isinstance(choice, str) else ""
        some = ", ".join(map(str, [*known][:12]))
        raise NetError(f"there is no {what} {choice!r}.{told} Choose from: {some}")


def _check_units(units):
    try:
        first, last = map(index, units)
    except (TypeError, ValueError):
        first, last = -1, -1
    if not 0 <= first <= last:
        raise NetError(
            f"units are the first one and the last one, such as (0, 7), not {units!r}"
        )
