// The dialogues in a MySQL-compatible database.
#ifndef MAMORI_SERVICES_INTAKE_SQL_MESSAGE_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_MESSAGE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "services/intake/message_store.h"

namespace mamori::intake {

// MessageStore::Post within a transaction.
absl::StatusOr<MessageRow> PostMessage(db::Tx& tx, const audit::Journal& journal,
                                       const NewMessage& message);

class SqlMessageStore final : public MessageStore {
 public:
  SqlMessageStore(db::Transactor& transactor, const audit::Journal& journal)
      : transactor_(transactor), journal_(journal) {}

  absl::StatusOr<DialogueFacts> Facts(const std::string& tenant, const std::string& report_id,
                                      absl::Time deadline) override;
  absl::StatusOr<MessageRow> Post(const NewMessage& message, absl::Time deadline) override;
  absl::StatusOr<std::vector<MessageRow>> List(const std::string& tenant,
                                               const std::string& report_id, int64_t after,
                                               int limit, absl::Time deadline) override;
  absl::StatusOr<int64_t> ReadUpTo(const std::string& tenant, const std::string& report_id,
                                   const std::string& reader, absl::Time deadline) override;
  absl::StatusOr<int64_t> CountAfter(const std::string& tenant, const std::string& report_id,
                                     v1::MessageSide reader, int64_t number,
                                     absl::Time deadline) override;
  absl::Status MarkRead(const std::string& tenant, const std::string& report_id,
                        const std::string& reader, int64_t number, absl::Time deadline) override;
  absl::StatusOr<int64_t> ForgetRequests(absl::Time now, int limit, absl::Time deadline) override;

 private:
  absl::StatusOr<db::Rows> Read(absl::Time deadline, const char* sql, const db::Params& params);
  absl::StatusOr<int64_t> Number(absl::Time deadline, const char* sql, const db::Params& params);

  db::Transactor& transactor_;
  const audit::Journal& journal_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_MESSAGE_STORE_H_
