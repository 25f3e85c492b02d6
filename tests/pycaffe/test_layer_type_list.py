"""layer_type_list names what a prototxt may ask for."""

import brew as caffe


def test_types_are_sorted_names():
    types = caffe.layer_type_list()
    assert list(types) == sorted(types)
    assert {"Data", "Convolution", "EuclideanLoss", "Python", "LSTM"} <= set(types)


def test_new_type_is_listed(monkeypatch):
    from brew import layer

    monkeypatch.setattr(layer, "_registry", dict(layer._registry))

    @caffe.register("Nothing")
    class Nothing(caffe.Layer):
        pass

    assert "Nothing" in caffe.layer_type_list()
