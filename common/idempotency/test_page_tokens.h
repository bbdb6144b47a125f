// Page tokens for tests, under a key that everybody knows.
#ifndef MAMORI_COMMON_IDEMPOTENCY_TEST_PAGE_TOKENS_H_
#define MAMORI_COMMON_IDEMPOTENCY_TEST_PAGE_TOKENS_H_

#include <string>

#include "common/idempotency/page_token.h"

namespace mamori::idempotency {

inline PageTokens TestPageTokens(const time::Clock& clock) {
  return PageTokens(*crypto::Key::FromHex(std::string(64, 'e')), clock);
}

}  // namespace mamori::idempotency

#endif  // MAMORI_COMMON_IDEMPOTENCY_TEST_PAGE_TOKENS_H_
