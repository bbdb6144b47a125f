#include "common/config/textproto.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <sys/stat.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace mamori::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

class LineCollector final : public google::protobuf::io::ErrorCollector {
 public:
  explicit LineCollector(const std::string& file) : file_(file) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    // The parser counts from zero and says -1 for what belongs to no line.
    lines_.push_back(line < 0 ? absl::StrCat(file_, ": ", message)
                              : absl::StrCat(file_, ":", line + 1, ":", column + 1, ": ", message));
  }
  void AddWarning(int line, google::protobuf::io::ColumnNumber column,
                  const std::string& message) override {
    AddError(line, column, message);  // deprecated or doubtful: as wrong as an unknown field
  }
  std::string Text() const { return absl::StrJoin(lines_, "\n"); }
  bool empty() const { return lines_.empty(); }

 private:
  const std::string file_;
  std::vector<std::string> lines_;
};

// "rules[3]" is the field "rules" and index 3; "server" has index -1.
struct Step {
  std::string field;
  int index = -1;
};

Step ParseStep(absl::string_view text) {
  Step step;
  const size_t bracket = text.find('[');
  step.field = std::string(text.substr(0, bracket));
  if (bracket != absl::string_view::npos) {
    const char* begin = text.data() + bracket + 1;
    std::from_chars(begin, text.data() + text.size(), step.index);
  }
  return step;
}

}  // namespace

std::string Locations::Of(const google::protobuf::Message& message, std::string_view path) const {
  const google::protobuf::Descriptor* descriptor = message.GetDescriptor();
  TextFormat::ParseInfoTree* tree = &tree_;
  int line = -1;
  for (absl::string_view part : absl::StrSplit(absl::string_view(path.data(), path.size()), '.')) {
    const Step step = ParseStep(part);
    const FieldDescriptor* field =
        descriptor == nullptr ? nullptr : descriptor->FindFieldByName(step.field);
    if (field == nullptr || tree == nullptr) break;
    const int index = field->is_repeated() ? std::max(step.index, 0) : -1;
    const int found = tree->GetLocation(field, index).line;
    if (found < 0) break;
    line = found;
    descriptor = field->message_type();
    tree = descriptor == nullptr ? nullptr : tree->GetTreeForNested(field, index);
  }
  const std::string text(path);
  return line < 0 ? absl::StrCat(file_, ": ", text)
                  : absl::StrCat(file_, ":", line + 1, ": ", text);
}

absl::Status ReadTextProto(const std::string& file, google::protobuf::Message* message,
                           Locations* locations) {
  const absl::StatusOr<std::string> text = ReadFile(file);
  if (!text.ok()) return text.status();
  LineCollector errors(file);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (locations != nullptr) parser.WriteLocationsTo(&locations->tree());
  const bool parsed = parser.ParseFromString(*text, message);
  if (parsed && errors.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(errors.empty() ? absl::StrCat(file, ": cannot be parsed")
                                                   : errors.Text());
}

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  if (in) content << in.rdbuf();
  // An empty file sets failbit on the copy, which is no error; a directory opens and then cannot be
  // read.
  struct stat info;
  if (!in.is_open() || in.bad() || stat(file.c_str(), &info) != 0 || S_ISDIR(info.st_mode)) {
    return absl::NotFoundError(absl::StrCat(file, ": cannot be read"));
  }
  return std::move(content).str();
}

absl::StatusOr<std::string> ReadSecret(const std::string& file) {
  struct stat info;
  if (stat(file.c_str(), &info) != 0) {
    return absl::NotFoundError(absl::StrCat(file, ": cannot be read"));
  }
  if ((info.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(file, ": open to others than its owner and group, want mode 0600 or 0640"));
  }
  absl::StatusOr<std::string> secret = ReadFile(file);
  if (!secret.ok()) return secret.status();
  if (secret->ends_with('\n')) secret->pop_back();
  if (secret->ends_with('\r')) secret->pop_back();
  if (secret->empty()) return absl::InvalidArgumentError(absl::StrCat(file, ": empty"));
  return secret;
}

absl::Duration ToDuration(bool is_set, int64_t seconds, int32_t nanos, absl::Duration if_unset) {
  return is_set ? absl::Seconds(seconds) + absl::Nanoseconds(nanos) : if_unset;
}

}  // namespace mamori::config
