// A journal with a key that every test knows.
#ifndef MAMORI_COMMON_AUDIT_TEST_JOURNAL_H_
#define MAMORI_COMMON_AUDIT_TEST_JOURNAL_H_

#include <string>

#include "common/audit/journal.h"

namespace mamori::audit {

inline Journal TestJournal(const std::string& service, const time::Clock& clock) {
  return Journal(*crypto::KeyedHash::FromHex(std::string(64, 'c')), service, clock);
}

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_TEST_JOURNAL_H_
