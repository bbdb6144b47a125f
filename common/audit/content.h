// What the audit says of rows that change: the columns that count, in their one order. The service
// that owns a table and the verifier give the same. Pure.
#ifndef MAMORI_COMMON_AUDIT_CONTENT_H_
#define MAMORI_COMMON_AUDIT_CONTENT_H_

#include <cstdint>
#include <string>
#include <string_view>

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

// What a reporter decides about the own report, as the report's chain calls it.
inline constexpr char kSetSharing[] = "SetSharing";
inline constexpr char kWithdrawReport[] = "WithdrawReport";
inline constexpr char kGiveConsent[] = "GiveConsent";
inline constexpr char kWithdrawConsent[] = "WithdrawConsent";

// Of the tables `sharing`, `consent` and `withdrawal`, whose rows never change.
struct DecisionColumns {
  Kind kind = Kind::kNone;  // kSharing, kConsent, kWithdrawal
  id::Id report_id;
  int64_t version = 1;
  std::string tenant;
  int64_t create_micros = 0;
  int64_t value = 0;   // the scope; whether it is given
  std::string people;  // with whom it is shared
};
std::string RecordOf(const Authenticator& authenticator, const DecisionColumns& columns);

// A record that changes as a whole, with what it is for.
std::string RecordOf(const Authenticator& authenticator, std::string_view purpose,
                     std::string_view record);

// The chain of the holds on what a row of `legal_hold_target` names, by its `kind` and `target`.
inline constexpr int64_t kTargetIsCase = 1;
inline constexpr int64_t kTargetIsPerson = 2;
inline constexpr int64_t kTargetIsRecord = 3;  // by its name
struct HeldChain {
  Kind kind = Kind::kNone;
  id::Id id;
};
HeldChain HeldChainOf(int64_t kind, std::string_view target);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_CONTENT_H_
