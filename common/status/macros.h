// Early returns for absl::Status and absl::StatusOr.
#ifndef MAMORI_COMMON_STATUS_MACROS_H_
#define MAMORI_COMMON_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MAMORI_CONCAT_INNER_(a, b) a##b
#define MAMORI_CONCAT_(a, b) MAMORI_CONCAT_INNER_(a, b)

// Returns the status of `expr` unless it is OK.
#define RETURN_IF_ERROR(expr)                           \
  do {                                                  \
    if (absl::Status status_ = (expr); !status_.ok()) { \
      return status_;                                   \
    }                                                   \
  } while (false)

// ASSIGN_OR_RETURN(auto x, MakeX()): returns the status of the StatusOr, or assigns its value.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_INNER_(MAMORI_CONCAT_(status_or_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_INNER_(var, lhs, expr) \
  auto var = (expr);                            \
  if (!var.ok()) return var.status();           \
  lhs = *std::move(var)

#endif  // MAMORI_COMMON_STATUS_MACROS_H_
