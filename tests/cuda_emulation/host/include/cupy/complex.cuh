// CuPy's complex numbers, by the C++ library (in part: no comparisons, no isnan).
#pragma once
#include <complex>
template <class T> using complex = std::complex<T>;
namespace thrust { using std::complex; }
