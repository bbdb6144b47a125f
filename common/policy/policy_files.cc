#include "common/policy/policy_files.h"

#include <charconv>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/macros.h"

namespace mamori::policy {
namespace {

std::string Locate(const config::Locations& locations, const v1::Policy& policy,
                   const std::string& path) {
  std::string at = path;
  for (;;) {
    const std::string where = locations.Of(policy, at);
    if (where != absl::StrCat(locations.file(), ": ", at)) {
      absl::string_view line = where;
      return absl::ConsumeSuffix(&line, at) ? absl::StrCat(line, path) : where;
    }
    const size_t dot = at.rfind('.');
    if (dot == std::string::npos) return absl::StrCat(locations.file(), ": ", path);
    at.resize(dot);
  }
}

}  // namespace

absl::Status PolicyFiles::ReadPart(const std::string& file, v1::Policy* policy) {
  Part& part = parts_.emplace_back(file);
  const google::protobuf::Descriptor* const type = v1::Policy::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    if (!type->field(i)->is_repeated()) continue;
    part.before[type->field(i)->name()] =
        policy->GetReflection()->FieldSize(*policy, type->field(i));
  }
  RETURN_IF_ERROR(config::ReadTextProto(file, &part.policy, &part.locations));
  policy->MergeFrom(part.policy);
  return absl::OkStatus();
}

absl::Status PolicyFiles::Read(const std::string& file, v1::Policy* policy) {
  RETURN_IF_ERROR(ReadPart(file, policy));
  const std::vector<std::string> included(policy->include().begin(), policy->include().end());
  const size_t slash = file.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : file.substr(0, slash + 1);
  for (const std::string& name : included) {
    if (name.empty() || name.find('/') != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": include: want names of files in the same directory"));
    }
    RETURN_IF_ERROR(ReadPart(directory + name, policy));
    if (!parts_.back().policy.include().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(directory, name, ": include: an included file includes none"));
    }
  }
  policy->clear_include();
  return absl::OkStatus();
}

std::string PolicyFiles::Where(const std::string& path) const {
  const size_t open = path.find('[');
  int index = -1;
  size_t close = 0;
  if (open != std::string::npos && open < path.find('.')) {
    close = path.find(']', open);
    std::from_chars(path.data() + open + 1, path.data() + close, index);
  }
  if (index < 0) return Locate(parts_.front().locations, parts_.front().policy, path);
  const std::string field = path.substr(0, open);
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    const auto before = part->before.find(field);
    if (before == part->before.end() || index < before->second) continue;
    return Locate(part->locations, part->policy,
                  absl::StrCat(field, "[", index - before->second, path.substr(close)));
  }
  return path;
}

}  // namespace mamori::policy
