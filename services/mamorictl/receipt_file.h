// Where a person keeps a receipt: in a file of their own, never on a command line that others see.
#ifndef MAMORI_SERVICES_MAMORICTL_RECEIPT_FILE_H_
#define MAMORI_SERVICES_MAMORICTL_RECEIPT_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/id/id.h"

namespace mamori::ctl {

std::string NewReceipt(id::IdSource& ids);

// The receipt in `file`; "-" is standard input. INVALID_ARGUMENT, NOT_FOUND.
absl::StatusOr<std::string> ReadReceipt(const std::string& file);
// The receipt in `file`, or when there is no such file a new one, which is in it afterwards,
// readable by its owner alone: the same command can be sent again.
absl::StatusOr<std::string> ReadOrMakeReceipt(const std::string& file, id::IdSource& ids);
// Puts `receipt`, in groups, into `file`, readable by its owner alone. INTERNAL.
absl::Status WriteReceipt(const std::string& file, const std::string& receipt);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_RECEIPT_FILE_H_
