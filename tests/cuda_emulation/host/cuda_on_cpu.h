// CUDA C++ on a CPU: blocks run one after the other. The threads of a block are a
// plain loop, or fibers that change places at every barrier if the source has one.
// Compiled in front of every kernel (as a precompiled header: see kernels.py).
#pragma once
#include <cassert>
#include <cfloat>
#include <climits>
#include <cmath>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <ucontext.h>
#include <utility>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __launch_bounds__(...)
#define __forceinline__ inline
#define __noinline__
#define __shared__ static
#define __restrict__ __restrict

struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x = 1, y = 1, z = 1; };
static uint3 threadIdx, blockIdx;
static dim3 blockDim, gridDim;
static const int warpSize = 32;

// ---- functions that CUDA has and C++ has not -------------------------------

using std::isfinite;
using std::isinf;
using std::isnan;
using std::signbit;

static inline unsigned long long clock64() { return 0; }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline float rsqrtf(float x) { return 1 / std::sqrt(x); }
static inline float rsqrt(float x) { return 1 / std::sqrt(x); }
static inline double rsqrt(double x) { return 1 / std::sqrt(x); }
static inline float __expf(float x) { return std::exp(x); }
static inline float __logf(float x) { return std::log(x); }
static inline float __fdividef(float a, float b) { return a / b; }
template <class T> static inline T __ldg(const T* p) { return *p; }

template <class A, class B>
static inline typename std::common_type<A, B>::type max(A a, B b) { return a > b ? a : b; }
template <class A, class B>
static inline typename std::common_type<A, B>::type min(A a, B b) { return a < b ? a : b; }

template <class To, class From> static inline To same_bits(From x) {
  static_assert(sizeof(To) == sizeof(From), "same_bits needs equal sizes");
  To y;
  memcpy(&y, &x, sizeof y);
  return y;
}
static inline float __int_as_float(int x) { return same_bits<float>(x); }
static inline int __float_as_int(float x) { return same_bits<int>(x); }
static inline float __uint_as_float(unsigned x) { return same_bits<float>(x); }
static inline unsigned __float_as_uint(float x) { return same_bits<unsigned>(x); }
static inline double __longlong_as_double(long long x) { return same_bits<double>(x); }
static inline long long __double_as_longlong(double x) { return same_bits<long long>(x); }
static inline double __hiloint2double(int high, int low) {
  return __longlong_as_double(((long long)high << 32) | (unsigned)low);
}

// One thread runs at a time and is never interrupted: every operation is atomic.
template <class T, class U> static inline T atomicAdd(T* p, U v) {
  T old = *p; *p = old + (T)v; return old;
}
template <class T, class U> static inline T atomicMax(T* p, U v) {
  T old = *p; if ((T)v > old) *p = v; return old;
}
template <class T, class U> static inline T atomicMin(T* p, U v) {
  T old = *p; if ((T)v < old) *p = v; return old;
}
template <class T, class U> static inline T atomicExch(T* p, U v) {
  T old = *p; *p = v; return old;
}
template <class T, class U, class V> static inline T atomicCAS(T* p, U expected, V v) {
  T old = *p; if (old == (T)expected) *p = v; return old;
}
static inline void __threadfence() {}
static inline void __threadfence_block() {}

// ---- fibers ----------------------------------------------------------------

// A fiber is born once, on a stack of its own, and then runs one thread after the
// other. ucontext makes the stack; setjmp switches, as it needs no system call.
struct EmuFiber { jmp_buf place; uint3 index; bool done; };
static const size_t emu_stack_size = 32 * 1024;
static jmp_buf emu_scheduler;
static ucontext_t emu_parent;
static EmuFiber* emu_current;  // null while threads run as a plain loop
static void (*emu_thread)(void*);
static void* emu_thread_argument;
static char* emu_dynamic_shared;

__attribute__((noinline)) static void emu_pause() {
  if (!_setjmp(emu_current->place)) _longjmp(emu_scheduler, 1);
}

__attribute__((noinline)) static void emu_resume(EmuFiber* fiber) {
  emu_current = fiber;
  threadIdx = fiber->index;
  if (!_setjmp(emu_scheduler)) _longjmp(fiber->place, 1);
}

static void emu_fiber_main() {
  if (!_setjmp(emu_current->place)) setcontext(&emu_parent);
  for (;;) {
    emu_thread(emu_thread_argument);
    emu_current->done = true;
    emu_pause();
  }
}

static EmuFiber* emu_new_fiber() {
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = malloc(emu_stack_size);
  context.uc_stack.ss_size = emu_stack_size;
  context.uc_link = nullptr;
  makecontext(&context, emu_fiber_main, 0);
  emu_current = new EmuFiber;
  swapcontext(&emu_parent, &context);
  return emu_current;
}

static inline void __syncthreads() {
  if (!emu_current) {  // kernels.py looks for barriers in the source it is given
    fprintf(stderr, "CUDA emulation: a barrier that the source does not show\n");
    abort();
  }
  emu_pause();
}
static inline void __syncwarp(unsigned = 0) { __syncthreads(); }

static inline uint3 emu_thread_index(int t) {
  return {t % blockDim.x, t / blockDim.x % blockDim.y, t / blockDim.x / blockDim.y};
}

// Run all threads from barrier to barrier, in rising or in falling order.
static void emu_run_fibers(int n, bool reverse) {
  static EmuFiber* fibers[1024];
  for (int t = 0; t < n; t++) {
    if (!fibers[t]) fibers[t] = emu_new_fiber();
    fibers[t]->index = emu_thread_index(t);
    fibers[t]->done = false;
  }
  for (int left = n; left > 0;) {
    left = 0;
    for (int i = 0; i < n; i++) {
      EmuFiber* fiber = fibers[reverse ? n - 1 - i : i];
      if (fiber->done) continue;
      emu_resume(fiber);
      left += !fiber->done;
    }
  }
  emu_current = nullptr;
}

static void emu_run_loop(int n, bool reverse) {
  for (int i = 0; i < n; i++) {
    threadIdx = emu_thread_index(reverse ? n - 1 - i : i);
    emu_thread(emu_thread_argument);
  }
}

// ---- launch ----------------------------------------------------------------

struct EmuLaunch { int grid[3], block[3], shared_bytes, reverse; };

template <class... A, size_t... I>
static void emu_call(void (*kernel)(A...), void** p, std::index_sequence<I...>) {
  kernel(*(typename std::decay<A>::type*)p[I]...);
}

template <class... A> struct EmuKernel {
  void (*kernel)(A...);
  void** parameters;
  static void run_thread(void* self) {
    EmuKernel* k = (EmuKernel*)self;
    emu_call(k->kernel, k->parameters, std::index_sequence_for<A...>{});
  }
};

template <class... A>
static void emu_launch(void (*kernel)(A...), void** parameters, EmuLaunch* launch,
                       void (*run_block)(int, bool)) {
  const int *grid = launch->grid, *block = launch->block;
  EmuKernel<A...> bound{kernel, parameters};
  emu_thread = EmuKernel<A...>::run_thread;
  emu_thread_argument = &bound;
  gridDim = {(unsigned)grid[0], (unsigned)grid[1], (unsigned)grid[2]};
  blockDim = {(unsigned)block[0], (unsigned)block[1], (unsigned)block[2]};
  emu_dynamic_shared = (char*)malloc(launch->shared_bytes + 16);
  int num_blocks = grid[0] * grid[1] * grid[2];
  for (int i = 0; i < num_blocks; i++) {
    unsigned b = launch->reverse ? num_blocks - 1 - i : i;
    blockIdx = {b % gridDim.x, b / gridDim.x % gridDim.y, b / gridDim.x / gridDim.y};
    memset(emu_dynamic_shared, 0xFF, launch->shared_bytes);
    run_block(block[0] * block[1] * block[2], launch->reverse);
  }
  free(emu_dynamic_shared);
}
