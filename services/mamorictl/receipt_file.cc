#include "services/mamorictl/receipt_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/receipt/receipt.h"
#include "common/status/macros.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {

std::string NewReceipt(id::IdSource& ids) {
  return receipt::Make((ids.NewId() + ids.NewId()).substr(0, receipt::kRandomBytes));
}

absl::StatusOr<std::string> ReadReceipt(const std::string& file) {
  std::string text;
  if (!ReadText(file, text)) return absl::NotFoundError(absl::StrCat("cannot read ", file));
  auto receipt = receipt::Parse(std::string(absl::StripAsciiWhitespace(text)));
  if (!receipt.ok()) return absl::InvalidArgumentError(absl::StrCat(file, " holds no receipt"));
  return receipt;
}

absl::StatusOr<std::string> ReadOrMakeReceipt(const std::string& file, id::IdSource& ids) {
  std::error_code unused;
  if (file == "-" || std::filesystem::exists(file, unused)) return ReadReceipt(file);
  std::string receipt = NewReceipt(ids);
  RETURN_IF_ERROR(WriteReceipt(file, receipt));
  return receipt;
}

absl::Status WriteReceipt(const std::string& file, const std::string& receipt) {
  const std::string fresh = file + ".new";
  const std::string text = receipt::Grouped(receipt) + "\n";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return absl::InternalError(absl::StrCat("cannot write ", fresh));
  bool written = false;
  {
    const absl::Cleanup close_it = [fd] { close(fd); };
    // On disk before it is sent: nobody else can ever tell it again.
    written =
        write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  }
  std::error_code error;
  if (written) std::filesystem::rename(fresh, file, error);
  if (!written || error) return absl::InternalError(absl::StrCat("cannot write ", file));
  return absl::OkStatus();
}

}  // namespace mamori::ctl
