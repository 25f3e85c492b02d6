/* Included by cublas.c once for each T, with BLAS(name) giving the function's name.
   ta, tb: is A, B transposed? beta = 0: the output is not read, it may hold garbage. */

#define AT(M, ld, transposed, row, col) \
  ((transposed) ? (M)[(col) + (size_t)(row) * (ld)] : (M)[(row) + (size_t)(col) * (ld)])

status BLAS(gemm_v2)(void* handle, int ta, int tb, int m, int n, int k, const T* alpha,
                     const T* A, int lda, const T* B, int ldb, const T* beta, T* C,
                     int ldc) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < m; i++) {
      T* c = C + i + (size_t)j * ldc;
      double sum = 0;
      for (int l = 0; l < k; l++)
        sum += (double)AT(A, lda, ta, i, l) * AT(B, ldb, tb, l, j);
      *c = (T)(*alpha * sum + (*beta != 0 ? *beta * *c : 0));
    }
  return OK;
}

status BLAS(gemmStridedBatched)(void* handle, int ta, int tb, int m, int n, int k,
                                const T* alpha, const T* A, int lda, stride a, const T* B,
                                int ldb, stride b, const T* beta, T* C, int ldc, stride c,
                                int batch) {
  for (int i = 0; i < batch; i++)
    BLAS(gemm_v2)(handle, ta, tb, m, n, k, alpha, A + i * a, lda, B + i * b, ldb, beta,
                  C + i * c, ldc);
  return OK;
}

status BLAS(gemmBatched)(void* handle, int ta, int tb, int m, int n, int k, const T* alpha,
                         const T* const* A, int lda, const T* const* B, int ldb,
                         const T* beta, T* const* C, int ldc, int batch) {
  for (int i = 0; i < batch; i++)
    BLAS(gemm_v2)(handle, ta, tb, m, n, k, alpha, A[i], lda, B[i], ldb, beta, C[i], ldc);
  return OK;
}

status BLAS(gemv_v2)(void* handle, int ta, int m, int n, const T* alpha, const T* A,
                     int lda, const T* x, int incx, const T* beta, T* y, int incy) {
  int rows = ta ? n : m, cols = ta ? m : n;
  for (int i = 0; i < rows; i++) {
    double sum = 0;
    for (int j = 0; j < cols; j++) sum += (double)AT(A, lda, ta, i, j) * x[j * incx];
    y[i * incy] = (T)(*alpha * sum + (*beta != 0 ? *beta * y[i * incy] : 0));
  }
  return OK;
}

status BLAS(ger_v2)(void* handle, int m, int n, const T* alpha, const T* x, int incx,
                    const T* y, int incy, T* A, int lda) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < m; i++) A[i + (size_t)j * lda] += *alpha * x[i * incx] * y[j * incy];
  return OK;
}

status BLAS(dot_v2)(void* handle, int n, const T* x, int incx, const T* y, int incy,
                    T* result) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += (double)x[i * incx] * y[i * incy];
  *result = (T)sum;
  return OK;
}

status BLAS(geam)(void* handle, int ta, int tb, int m, int n, const T* alpha, const T* A,
                  int lda, const T* beta, const T* B, int ldb, T* C, int ldc) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < m; i++) {
      T sum = 0;
      if (*alpha != 0) sum += *alpha * AT(A, lda, ta, i, j);
      if (*beta != 0) sum += *beta * AT(B, ldb, tb, i, j);
      C[i + (size_t)j * ldc] = sum;
    }
  return OK;
}

#undef AT
