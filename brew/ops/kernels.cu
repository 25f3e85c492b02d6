// What a GPU does better with a program of its own: windows, and pooling.
//
// Each thread makes one number of the result and adds up what belongs to it, always
// in the same order: no two threads write to one place, so the same input gives the
// same bits. brew/ops/kernels.py compiles and launches this file, with
//
//   real   the element type of the images, float or double
//   tap_t  the type of the taps of pooling, unsigned char or int
//
// The same in NumPy and CuPy: brew/ops/im2col.py, brew/ops/pooling.py.

// The number of this thread; threads behind the last number have nothing to do.
#define MY_NUMBER(i, count)                        \
  int i = blockIdx.x * blockDim.x + threadIdx.x;   \
  if (i >= count) return

// Cut the last digit, which counts to `size`, off a number.
__device__ int cut_digit(int& number, int size) {
  int digit = number % size;
  number /= size;
  return digit;
}

// The windows [first, last] along one axis that see a pixel; `at` counts the padding.
__device__ int first_window(int at, int kernel, int stride) {
  return at < kernel ? 0 : (at - kernel) / stride + 1;
}
__device__ int last_window(int at, int num_windows, int stride) {
  return min(at / stride, num_windows - 1);
}

// From the images x (C, h, w, n), padded already, to windows (C, kh, kw, oh, ow, n).
extern "C" __global__ void im2col(
    const real* x, real* windows, int count, int h, int w, int n, int kh, int kw,
    int oh, int ow, int stride_h, int stride_w, int dilation_h, int dilation_w) {
  MY_NUMBER(i, count);
  int rest = i;
  int image = cut_digit(rest, n);
  int column = cut_digit(rest, ow) * stride_w;
  int row = cut_digit(rest, oh) * stride_h;
  column += cut_digit(rest, kw) * dilation_w;
  row += cut_digit(rest, kh) * dilation_h;
  int c = rest;
  windows[i] = x[((c * h + row) * w + column) * n + image];
}

// And back: add to each pixel what the windows that see it say.
extern "C" __global__ void col2im(
    const real* windows, real* x, int count, int h, int w, int n, int kh, int kw,
    int oh, int ow, int stride_h, int stride_w, int dilation_h, int dilation_w) {
  MY_NUMBER(i, count);
  int rest = i;
  int image = cut_digit(rest, n);
  int column = cut_digit(rest, w);
  int row = cut_digit(rest, h);
  int c = rest;
  real sum = 0;
  for (int p = 0; p < kh; p++) {
    int below = row - p * dilation_h;  // of the corner of the window
    if (below < 0 || below % stride_h || below / stride_h >= oh) continue;
    for (int q = 0; q < kw; q++) {
      int right = column - q * dilation_w;
      if (right < 0 || right % stride_w || right / stride_w >= ow) continue;
      int tap = (c * kh + p) * kw + q;
      int window = (tap * oh + below / stride_h) * ow + right / stride_w;
      sum += windows[window * n + image];
    }
  }
  x[i] += sum;
}

// Pooling, from planes (P, h, w) to (P, oh, ow). Places outside of a plane hold
// `lowest`, and a place that is not a number wins.
extern "C" __global__ void max_forward(
    const real* x, real* y, tap_t* taps, real lowest, int count, int h, int w,
    int oh, int ow, int kh, int kw, int stride_h, int stride_w, int pad_h, int pad_w) {
  MY_NUMBER(i, count);
  int rest = i;
  int left = cut_digit(rest, ow) * stride_w - pad_w;
  int top = cut_digit(rest, oh) * stride_h - pad_h;
  const real* plane = x + rest * h * w;
  real best;
  int best_tap = 0;
  for (int tap = 0; tap < kh * kw; tap++) {
    int row = top + tap / kw, column = left + tap % kw;
    bool is_inside = row >= 0 && row < h && column >= 0 && column < w;
    real value = is_inside ? plane[row * w + column] : lowest;
    if (tap == 0 || value > best || value != value) {
      best = value;
      best_tap = tap;
    }
  }
  y[i] = best;
  taps[i] = best_tap;
}

// And back: the sum of the dy of all windows that picked this pixel.
extern "C" __global__ void max_backward(
    const real* dy, const tap_t* taps, real* dx, int count, int h, int w,
    int oh, int ow, int kh, int kw, int stride_h, int stride_w, int pad_h, int pad_w) {
  MY_NUMBER(i, count);
  int rest = i;
  int column = cut_digit(rest, w) + pad_w;
  int row = cut_digit(rest, h) + pad_h;
  int bottom = last_window(row, oh, stride_h), right = last_window(column, ow, stride_w);
  real sum = 0;
  for (int p = first_window(row, kh, stride_h); p <= bottom; p++)
    for (int q = first_window(column, kw, stride_w); q <= right; q++) {
      int window = (rest * oh + p) * ow + q;
      int tap = (row - p * stride_h) * kw + column - q * stride_w;
      if (taps[window] == tap) sum += dy[window];
    }
  dx[i] = sum;
}

// By how much the sum of a window along one axis is divided: padding counts as far
// as it goes, what lies beyond does not.
__device__ int length_of_window(int number, int size, int kernel, int stride, int pad) {
  int start = number * stride - pad;
  return min(start + kernel, size + pad) - start;
}

extern "C" __global__ void average_forward(
    const real* x, real* y, int count, int h, int w,
    int oh, int ow, int kh, int kw, int stride_h, int stride_w, int pad_h, int pad_w) {
  MY_NUMBER(i, count);
  int rest = i;
  int q = cut_digit(rest, ow), p = cut_digit(rest, oh);
  int left = q * stride_w - pad_w, top = p * stride_h - pad_h;
  const real* plane = x + rest * h * w;
  real sum = 0;
  for (int row = max(top, 0); row < min(top + kh, h); row++)
    for (int column = max(left, 0); column < min(left + kw, w); column++)
      sum += plane[row * w + column];
  y[i] = sum / (length_of_window(p, h, kh, stride_h, pad_h) *
                length_of_window(q, w, kw, stride_w, pad_w));
}

extern "C" __global__ void average_backward(
    const real* dy, real* dx, int count, int h, int w,
    int oh, int ow, int kh, int kw, int stride_h, int stride_w, int pad_h, int pad_w) {
  MY_NUMBER(i, count);
  int rest = i;
  int column = cut_digit(rest, w) + pad_w;
  int row = cut_digit(rest, h) + pad_h;
  int bottom = last_window(row, oh, stride_h), right = last_window(column, ow, stride_w);
  real sum = 0;
  for (int p = first_window(row, kh, stride_h); p <= bottom; p++)
    for (int q = first_window(column, kw, stride_w); q <= right; q++)
      sum += dy[(rest * oh + p) * ow + q] /
             (length_of_window(p, h, kh, stride_h, pad_h) *
              length_of_window(q, w, kw, stride_w, pad_w));
  dx[i] = sum;
}
