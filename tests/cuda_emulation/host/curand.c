/* The cuRAND functions that CuPy calls. The numbers are good (splitmix64) but not
   those of cuRAND. Functions missing here are added by libraries.py; they return 15. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

typedef int status;
typedef unsigned long long u64;
typedef struct { u64 state; } Generator;
static const u64 step = 0x9E3779B97F4A7C15ull;

status curandGetVersion(int* version) { *version = 10300; return 0; }
status curandCreateGenerator(Generator** g, int type) {
  *g = calloc(1, sizeof(Generator));
  return 0;
}
status curandDestroyGenerator(Generator* g) { free(g); return 0; }
status curandSetStream(Generator* g, void* stream) { return 0; }
status curandSetGeneratorOrdering(Generator* g, int order) { return 0; }
status curandSetPseudoRandomGeneratorSeed(Generator* g, u64 seed) {
  g->state = seed;
  return 0;
}
status curandSetGeneratorOffset(Generator* g, u64 offset) {
  g->state += offset * step;
  return 0;
}

static u64 next_bits(Generator* g) {
  u64 z = (g->state += step);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
static double next_uniform(Generator* g) { /* in (0, 1], as cuRAND's */
  return ((next_bits(g) >> 11) + 1) * (1.0 / 9007199254740992.0);
}
static double next_normal(Generator* g) {
  double radius = sqrt(-2 * log(next_uniform(g)));
  return radius * cos(6.283185307179586 * next_uniform(g));
}

status curandGenerate(Generator* g, unsigned* out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = next_bits(g) >> 32;
  return 0;
}
status curandGenerateUniform(Generator* g, float* out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = next_uniform(g);
  return 0;
}
status curandGenerateUniformDouble(Generator* g, double* out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = next_uniform(g);
  return 0;
}
status curandGenerateNormal(Generator* g, float* out, size_t n, float mean, float std) {
  for (size_t i = 0; i < n; i++) out[i] = mean + std * next_normal(g);
  return 0;
}
status curandGenerateNormalDouble(Generator* g, double* out, size_t n, double mean,
                                  double std) {
  for (size_t i = 0; i < n; i++) out[i] = mean + std * next_normal(g);
  return 0;
}
