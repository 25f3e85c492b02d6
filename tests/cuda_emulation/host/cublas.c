/* The cuBLAS functions that CuPy calls, as plain loops. Matrices are column-major.
   Sums run in double, so results differ from cuBLAS in the last bits. Functions that
   CuPy links and this file lacks are added by libraries.py; they return 15. */
#include <stddef.h>

typedef int status;
enum { OK = 0, NOT_SUPPORTED = 15 };
enum { CUDA_R_32F = 0, CUDA_R_64F = 1 };
typedef long long stride;

/* ---- the handle: there is one ---- */

static int pointer_mode, math_mode;
static void* stream;

status cublasCreate_v2(void** handle) { *handle = (void*)1; return OK; }
status cublasDestroy_v2(void* handle) { return OK; }
status cublasSetPointerMode_v2(void* handle, int mode) { pointer_mode = mode; return OK; }
status cublasGetPointerMode_v2(void* handle, int* mode) { *mode = pointer_mode; return OK; }
status cublasSetMathMode(void* handle, int mode) { math_mode = mode; return OK; }
status cublasGetMathMode(void* handle, int* mode) { *mode = math_mode; return OK; }
status cublasSetStream_v2(void* handle, void* s) { stream = s; return OK; }
status cublasGetStream_v2(void* handle, void** s) { *s = stream; return OK; }
status cublasGetVersion_v2(void* handle, int* version) { *version = 120900; return OK; }

/* ---- for float and double ---- */

#define BLAS(name) cublasS##name
#define T float
#include "blas_of_one_type.h"
#undef BLAS
#undef T

#define BLAS(name) cublasD##name
#define T double
#include "blas_of_one_type.h"

/* ---- the forms that name their types at run time ---- */

status cublasGemmStridedBatchedEx(void* handle, int ta, int tb, int m, int n, int k,
                                  const void* alpha, const void* A, int type_a, int lda,
                                  stride a, const void* B, int type_b, int ldb, stride b,
                                  const void* beta, void* C, int type_c, int ldc,
                                  stride c, int batch, int compute, int algorithm) {
  if (type_a != type_b || type_a != type_c) return NOT_SUPPORTED;
  if (type_a == CUDA_R_32F)
    return cublasSgemmStridedBatched(handle, ta, tb, m, n, k, alpha, A, lda, a, B, ldb, b,
                                     beta, C, ldc, c, batch);
  if (type_a == CUDA_R_64F)
    return cublasDgemmStridedBatched(handle, ta, tb, m, n, k, alpha, A, lda, a, B, ldb, b,
                                     beta, C, ldc, c, batch);
  return NOT_SUPPORTED;
}

status cublasGemmEx(void* handle, int ta, int tb, int m, int n, int k, const void* alpha,
                    const void* A, int type_a, int lda, const void* B, int type_b, int ldb,
                    const void* beta, void* C, int type_c, int ldc, int compute,
                    int algorithm) {
  return cublasGemmStridedBatchedEx(handle, ta, tb, m, n, k, alpha, A, type_a, lda, 0, B,
                                    type_b, ldb, 0, beta, C, type_c, ldc, 0, 1, compute,
                                    algorithm);
}

status cublasSgemmEx(void* handle, int ta, int tb, int m, int n, int k, const float* alpha,
                     const void* A, int type_a, int lda, const void* B, int type_b, int ldb,
                     const float* beta, void* C, int type_c, int ldc) {
  if (type_a != CUDA_R_32F) return NOT_SUPPORTED;
  return cublasGemmEx(handle, ta, tb, m, n, k, alpha, A, type_a, lda, B, type_b, ldb, beta,
                      C, type_c, ldc, 0, 0);
}
