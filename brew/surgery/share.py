"""Share parameters: between nets, or between the layers of one net."""

from brew.errors import NetError
from brew.surgery.draft import Draft, require_net
from brew.surgery.report import Report


def share_in_place(source, target, rename=None):
    """Let layers of `target` use the memory of `source`'s parameters.

    What one net learns, the other knows at once. Gradients stay apart.

    Parameters
    ----------
    source, target : Net
        Only `target` is changed.
    rename : dict of str to str, optional
        For a layer of `target`, the layer of `source`; default the same name.

    Returns
    -------
    Report
        A row for each parameter of `target`: *shared*, or *skipped* and why.

    Raises
    ------
    NetError
        If one is no Net, or `rename` names a layer that is not there.
    """
    require_net(source, "the source")
    require_net(target, "the target")
    rename, rows = rename or {}, []
    for name in rename:
        if name not in target.params or rename[name] not in source.params:
            raise NetError(
                f"rename: layer {name!r} of {target!r} or layer {rename[name]!r} of "
                f"{source!r} has no parameters, or is not there"
            )
    for name, blobs in target.params.items():
        theirs = source.params.get(rename.get(name, name), [])
        for i, blob in enumerate(blobs):
            other = theirs[i] if i < len(theirs) else None
            fits = other is not None and other.shape == blob.shape
            if fits:
                blob.share_data(other)
            why = "" if fits else "the source has none" if other is None else "shape"
            shape = "" if other is None else other.shape
            action = "shared" if fits else "skipped"
            rows.append((f"{name}[{i}]", action, shape, blob.shape, why))
    columns = ("parameter", "action", "from", "to", "why")
    return Report(f"Shared with {source.name or 'net'}", columns, rows)


def share_layers(net, owner, *others):
    """Return a new net in which layers have one set of parameters.

    All start from the parameters of `owner`, and a solver adds up the gradients of
    all: the prototxt gives their ``param`` the same names.

    Parameters
    ----------
    net : Net, NetParameter, str or Path
    owner : str
        The layer whose parameters stay.
    *others : str
        Layers of the same type and shapes.

    Raises
    ------
    NetError
        If a layer is not there, or has other parameters than `owner`.
    """
    draft = Draft(net)
    first = draft.find(owner)
    shapes = [blob.shape for blob in first.blobs]
    if not shapes:
        first.fail("it has no parameters to share")
    for i in range(len(shapes)):
        spec = _spec(first, i)
        spec.name = spec.name or f"{owner}_{i}"
    for name in others:
        part = draft.find(name)
        theirs = [blob.shape for blob in part.blobs]
        if (part.type, theirs) != (first.type, shapes):
            part.fail(
                f"its parameters have the shapes {theirs}; those of {owner!r} "
                f"({first.type}) have {shapes}, so they cannot be shared"
            )
        del part.param.param[:]
        part.param.param.extend(first.param.param)
        part.blobs = list(first.blobs)
    return draft.finish()


def _spec(part, index):
    while len(part.param.param) <= index:
        part.param.param.add()
    return part.param.param[index]
