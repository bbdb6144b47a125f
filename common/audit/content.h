// What the audit says of rows that change: the columns that count, in their one order. The service
// that owns a table and the verifier give the same. Pure.
#ifndef MAMORI_COMMON_AUDIT_CONTENT_H_
#define MAMORI_COMMON_AUDIT_CONTENT_H_

#include <cstdint>
#include <string>

#include "common/audit/journal.h"

namespace mamori::audit {

// Of table `case_record`, as stored.
struct CaseColumns {
  id::Id case_id;
  std::string tenant;
  std::string company;
  int64_t state = 0;
  int64_t report_kind = 0;
  int64_t severity = 0;
  std::string assignee;
  std::string categories;
  std::string policy_digest;
  id::Id merged_into;
  int64_t version = 0;
  int64_t access_version = 0;
};
std::string RecordOf(const Authenticator& authenticator, const CaseColumns& columns);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_CONTENT_H_
