"""Caffe's files: what they may hold, reading them, writing them, mending old ones.

- ``caffe.proto`` is the schema, ``caffe_pb2`` offers its message classes.
- ``text`` reads and writes prototxt; ``tokens`` and ``parser`` do the reading.
- ``binary`` reads and writes .caffemodel, .binaryproto and .solverstate, and turns
  BlobProtos into arrays and back.
- ``upgrade`` reads nets and solvers of any age; ``upgrade_v0`` and ``upgrade_v1``
  know what the files of 2013 and 2014 looked like.
"""
