// Opens what the audit of a report or contact commits to, with what proves it.
#ifndef MAMORI_SERVICES_INTAKE_EXPORTED_CONTENT_H_
#define MAMORI_SERVICES_INTAKE_EXPORTED_CONTENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/bundle/commitments.h"
#include "common/sealing/sealer.h"
#include "mamori/v1/bundle.pb.h"
#include "services/intake/blob_seal.h"
#include "services/intake/intake_store.h"
#include "services/intake/message_store.h"

namespace mamori::intake {

// A file whose hash is told by what an entry commits to.
struct OpenedFile {
  int64_t sequence = 0;
  StoredFile file;
  std::string media_type;
  int64_t size = 0;
};

// What the audit of a report commits to, by the entries that do.
struct OpenedReport {
  std::map<int64_t, mamori::v1::CommittedContent> contents;
  std::vector<mamori::v1::WithheldContent> kept_back;
  std::vector<OpenedFile> files;
  bool erased = false;  // nobody has its key any more
};

// Of opened content of type `type`, which begins with its random bytes and is of this report or
// contact. Nothing when the audit has it not. Wipes `whole`.
std::optional<mamori::v1::CommittedContent> TakeContent(std::string whole,
                                                        const std::string& resource,
                                                        const google::protobuf::Descriptor* type,
                                                        bundle::Commitments& open);
mamori::v1::WithheldContent KeptBack(const std::string& resource, int64_t sequence,
                                     mamori::v1::WithheldReason reason);

// What a report says, with its supplements and its dialogue.
class ReportOpener {
 public:
  ReportOpener(IntakeStore& store, MessageStore& messages, const sealing::Sealer& sealer,
               std::string tenant, absl::Time deadline)
      : store_(store),
        messages_(messages),
        sealer_(sealer),
        tenant_(std::move(tenant)),
        deadline_(deadline) {}

  // Takes out of `open` what it finds; of a report that is gone that is nothing.
  absl::StatusOr<OpenedReport> Open(const std::string& report_id, bundle::Commitments& open) const;

 private:
  absl::Status OpenBody(const sealing::DataKey& key, const StoredReport& row,
                        bundle::Commitments& open, OpenedReport& opened) const;
  absl::Status OpenSupplements(const sealing::DataKey& key, const std::string& report_id,
                               bundle::Commitments& open, OpenedReport& opened) const;
  absl::Status OpenMessages(const sealing::DataKey& key, const std::string& report_id,
                            bundle::Commitments& open, OpenedReport& opened) const;

  IntakeStore& store_;
  MessageStore& messages_;
  const sealing::Sealer& sealer_;
  const std::string tenant_;
  const absl::Time deadline_;
};

// False when the audit commits to something else.
absl::StatusOr<bool> OpenContact(const sealing::DataKey& key, const std::string& tenant,
                                 const StoredContact& row, bundle::Commitments& open,
                                 mamori::v1::CommittedContent& content);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EXPORTED_CONTENT_H_
