// CuPy's bfloat16: named by its headers, not rounded, not used by brew.
#pragma once
class bfloat16 {
  float value;
 public:
  bfloat16() : value(0) {}
  template <class T> bfloat16(T x) : value((float)x) {}
  operator float() const { return value; }
};
