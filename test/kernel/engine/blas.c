/* A BLAS by the definition, to load as a library: as it should be, or with -DWRONG or -DCRASH as it should not. */
#include <complex.h>
#include <stdlib.h>

#define PLACE(order, row, column, stride) ((order) == 111 ? (row) * (stride) + (column) : (column) * (stride) + (row))

#ifdef WRONG
#define LAST(k) ((k) - 1)
#else
#define LAST(k) (k)
#endif

#ifdef CRASH
#define BEGIN abort();
#else
#define BEGIN
#endif

#define GEMM(name, scalar, given, value)                                                                          \
  void name(int layout, int order_a, int order_b, int m, int n, int k, given alpha, const scalar *a, int stride_a, \
            const scalar *b, int stride_b, given beta, scalar *c, int stride_c) {                                  \
    BEGIN                                                                                                          \
    (void)layout;                                                                                                  \
    (void)beta;                                                                                                    \
    for (long i = 0; i < m; i++)                                                                                   \
      for (long j = 0; j < n; j++) {                                                                               \
        scalar sum = 0;                                                                                            \
        for (long p = 0; p < LAST(k); p++)                                                                         \
          sum += a[PLACE(order_a, i, p, stride_a)] * b[PLACE(order_b, p, j, stride_b)];                            \
        c[i * stride_c + j] = (value)*sum;                                                                         \
      }                                                                                                            \
  }

GEMM(cblas_sgemm, float, float, alpha)
GEMM(cblas_dgemm, double, double, alpha)
GEMM(cblas_cgemm, float complex, const float complex *, *alpha)
GEMM(cblas_zgemm, double complex, const double complex *, *alpha)
