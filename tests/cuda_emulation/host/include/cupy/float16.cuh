// CuPy's float16, by the compiler's _Float16.
#pragma once
class float16 {
  _Float16 value;
 public:
  float16() : value(0) {}
  template <class T> float16(T x) : value((_Float16)(float)x) {}
  operator float() const { return (float)value; }
};
