// PolicyStore on the service's table `policy_version`.
#ifndef MAMORI_COMMON_POLICY_SQL_POLICY_STORE_H_
#define MAMORI_COMMON_POLICY_SQL_POLICY_STORE_H_

#include <string>
#include <string_view>

#include "common/db/transaction.h"
#include "common/policy/policy.h"
#include "common/time/clock.h"

namespace mamori::policy {

class SqlPolicyStore final : public PolicyStore {
 public:
  SqlPolicyStore(db::Transactor& transactor, const time::Clock& clock)
      : transactor_(transactor), clock_(clock) {}

  absl::Status Put(const PolicyVersion& version) override;
  absl::StatusOr<std::string> GetBytes(std::string_view digest) override;

 private:
  db::TransactionOptions Options() const;

  db::Transactor& transactor_;
  const time::Clock& clock_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_SQL_POLICY_STORE_H_
