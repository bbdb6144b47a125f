#include "services/intake/field_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/idempotency/request_id_rule.h"
#include "services/intake/text_rules.h"

namespace mamori::intake {
namespace {

constexpr size_t kMaxLanguageBytes = 35;
constexpr size_t kMaxCompanyBytes = 64;
constexpr size_t kMaxUrlBytes = 2048;
// Of google.protobuf.Timestamp: years 1 to 9999.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;

}  // namespace

std::string Path::Text() const {
  std::string text = parent_ == nullptr ? std::string() : absl::StrCat(parent_->Text(), ".");
  absl::StrAppend(&text, name_);
  if (index_ >= 0) absl::StrAppend(&text, "[", index_, "]");
  return text;
}

void FieldRules::Add(const Path& path, std::string description) {
  violations_.Add(path.Text(), std::move(description));
}

void FieldRules::Text(const Path& path, std::string_view text, size_t limit, Unit unit,
                      Presence presence) {
  if (text.empty()) {
    if (presence == Presence::kRequired) Add(path, "empty, want text");
    return;
  }
  // Nothing is read of what is too long anyway: a character has at most four bytes.
  if (unit == Unit::kBytes ? text.size() > limit : text.size() > 4 * limit) {
    return Add(path, absl::StrCat(text.size(), " bytes, want at most ", limit,
                                  unit == Unit::kBytes ? " bytes" : " characters"));
  }
  const TextFacts facts = ReadText(text);
  if (!facts.valid_utf8) return Add(path, "invalid UTF-8, want valid UTF-8");
  if (unit == Unit::kCharacters && facts.characters > limit) {
    Add(path, absl::StrCat(facts.characters, " characters, want at most ", limit));
  }
  if (facts.controls > 0) {
    Add(path, absl::StrCat(facts.controls,
                           " control characters, want none but tab, line feed and carriage "
                           "return"));
  }
}

void FieldRules::Language(const Path& path, std::string_view text) {
  if (text.size() > kMaxLanguageBytes) {
    Add(path, absl::StrCat(text.size(), " bytes, want at most ", kMaxLanguageBytes));
  } else if (!IsLanguageTag(text)) {
    Add(path, text.empty() ? "empty, want a BCP 47 language tag"
                           : "not a language tag, want one of BCP 47");
  }
}

void FieldRules::Company(const Path& path, std::string_view text, Presence presence) {
  if (text.empty() && presence == Presence::kOptional) return;
  if (text.size() <= kMaxCompanyBytes && IsSlug(text)) return;
  Add(path,
      absl::StrCat(text.size(), " bytes", text.empty() || IsSlug(text) ? "" : ", some not allowed",
                   ", want 1 to ", kMaxCompanyBytes, " of [a-z0-9-]"));
}

void FieldRules::Url(const Path& path, std::string_view text) {
  if (text.size() > kMaxUrlBytes) {
    Add(path, absl::StrCat(text.size(), " bytes, want at most ", kMaxUrlBytes));
  } else if (const TextFacts facts = ReadText(text); !facts.valid_utf8 || facts.controls > 0) {
    Add(path, "invalid UTF-8 or control characters, want a URL");
  } else if (!IsWebUrl(text)) {
    Add(path, "not an absolute http or https URL, want one");
  }
}

void FieldRules::Name(const Path& path, std::string_view collection, std::string_view text,
                      Presence presence) {
  if (text.empty() && presence == Presence::kOptional) return;
  if (id::FromName(collection, text).ok()) return;
  Add(path, absl::StrCat(text.empty() ? "empty" : "not such a name", ", want ",
                         std::string(collection), "/{26 characters}"));
}

void FieldRules::RequestId(std::string_view text) {
  idempotency::ValidateRequestId(violations_, "request_id", text);
}

void FieldRules::Number(const Path& path, int64_t number, int64_t least, int64_t most) {
  if (number >= least && number <= most) return;
  Add(path,
      absl::StrCat(number < least ? "too small" : "too large", ", want ", least, " to ", most));
}

void FieldRules::Count(const Path& path, int count, int least, int most) {
  if (count >= least && count <= most) return;
  Add(path, absl::StrCat(count, " elements, want ", least, " to ", most));
}

void FieldRules::Enum(const Path& path, int number, bool known, Presence presence) {
  if (number == 0 && presence == Presence::kRequired) {
    Add(path, "unspecified, want a value");
  } else if (!known) {
    Add(path, "unknown value, want one of the enum");
  }
}

bool FieldRules::Time(const Path& path, const google::protobuf::Timestamp& time) {
  const bool valid = time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond &&
                     time.nanos() >= 0 && time.nanos() < 1'000'000'000;
  if (!valid) Add(path, "outside the range of a timestamp, want years 1 to 9999");
  return valid;
}

bool FieldRules::PastTime(const Path& path, const google::protobuf::Timestamp& time,
                          absl::Duration tolerance) {
  if (!Time(path, time)) return false;
  if (absl::FromUnixSeconds(time.seconds()) <= now_ + tolerance) return true;
  Add(path,
      absl::StrCat("in the future, want at most ", absl::FormatDuration(tolerance), " from now"));
  return false;
}

}  // namespace mamori::intake
