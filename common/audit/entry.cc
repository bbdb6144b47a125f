#include "common/audit/entry.h"

#include <sodium.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/hash.h"
#include "common/audit/wire.h"

namespace mamori::audit {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kIdBytes = 16;

bool IsHashOrNone(const std::string& bytes) { return bytes.empty() || bytes.size() == kHashBytes; }

bool IsRight(const Entry& entry) {
  return entry.kind != Kind::kNone && entry.resource_id.size() == kIdBytes && entry.sequence > 0 &&
         IsHashOrNone(entry.commitment) && IsHashOrNone(entry.record) &&
         IsHashOrNone(entry.access) && IsHashOrNone(entry.previous) &&
         (entry.sequence == 1) == entry.previous.empty() &&
         (entry.cause_kind == Kind::kNone ? entry.cause_id.empty()
                                          : entry.cause_id.size() == kIdBytes);
}

std::string Encode(const Entry& entry, int64_t sequence, absl::Time time,
                   std::string_view previous) {
  std::string out;
  out.reserve(320);
  PutNumber(kFormat, out);
  PutNumber(static_cast<uint8_t>(entry.kind), out);
  PutText(entry.resource_id, out);
  PutNumber(sequence, out);
  PutNumber(absl::ToUnixMicros(time), out);
  PutText(entry.tenant, out);
  PutText(entry.action, out);
  PutText(entry.who.caller, out);
  PutText(entry.who.person, out);
  PutText(entry.commitment, out);
  PutText(entry.record, out);
  PutNumber(entry.access_version, out);
  PutText(entry.access, out);
  PutNumber(static_cast<uint8_t>(entry.cause_kind), out);
  PutText(entry.cause_id, out);
  PutText(previous, out);
  return out;
}

}  // namespace

std::string Encode(const Entry& entry) {
  return Encode(entry, entry.sequence, entry.time, entry.previous);
}

std::string EncodeFirst(const Entry& entry, absl::Time time) { return Encode(entry, 1, time, {}); }

absl::StatusOr<Entry> Decode(std::string_view encoded) {
  Reader reader(encoded);
  const auto format = reader.TakeNumber<uint8_t>();
  Entry entry;
  entry.kind = static_cast<Kind>(reader.TakeNumber<uint8_t>());
  entry.resource_id = reader.TakeText();
  entry.sequence = reader.TakeNumber<int64_t>();
  entry.time = absl::FromUnixMicros(reader.TakeNumber<int64_t>());
  entry.tenant = reader.TakeText();
  entry.action = reader.TakeText();
  entry.who.caller = reader.TakeText();
  entry.who.person = reader.TakeText();
  entry.commitment = reader.TakeText();
  entry.record = reader.TakeText();
  entry.access_version = reader.TakeNumber<int64_t>();
  entry.access = reader.TakeText();
  entry.cause_kind = static_cast<Kind>(reader.TakeNumber<uint8_t>());
  entry.cause_id = reader.TakeText();
  entry.previous = reader.TakeText();
  if (format != kFormat || !reader.Done() || !IsRight(entry)) {
    return absl::DataLossError("not an audit entry");
  }
  return entry;
}

std::string HashOf(std::string_view encoded) { return Hash("entry", {encoded}); }

std::string Commit(std::string_view random, std::string_view content) {
  return Hash("content", {random, content});
}

std::string NewRandom() { return std::move(NewRandoms(1).front()); }

std::vector<std::string> NewRandoms(size_t count) {
  std::string all(count * kHashBytes, '\0');
  randombytes_buf(all.data(), all.size());
  std::vector<std::string> randoms;
  randoms.reserve(count);
  for (size_t i = 0; i < count; ++i) randoms.push_back(all.substr(i * kHashBytes, kHashBytes));
  return randoms;
}

std::string Join(const std::vector<std::string>& encodings) {
  std::string joined;
  for (const std::string& one : encodings) PutText(one, joined);
  return joined;
}

absl::StatusOr<std::vector<std::string_view>> Split(std::string_view joined) {
  std::vector<std::string_view> encodings;
  Reader reader(joined);
  while (reader.ok() && !reader.empty()) encodings.push_back(reader.TakeText());
  if (!reader.Done()) return absl::DataLossError("not a list of audit entries");
  return encodings;
}

std::string NameOf(Kind kind, std::string_view resource_id) {
  switch (kind) {
    case Kind::kReport:
      return id::Name("reports", resource_id);
    case Kind::kCase:
      return id::Name("cases", resource_id);
    case Kind::kNotification:
      return id::Name("notifications", resource_id);
    case Kind::kContact:
      return id::Name("contacts", resource_id);
    case Kind::kReportReads:
      return absl::StrCat("the reads of ", id::Name("reports", resource_id));
    case Kind::kCaseReads:
      return absl::StrCat("the reads of ", id::Name("cases", resource_id));
    case Kind::kRefusals:
      return "the refused calls";
    case Kind::kTwoPersonAct:
      return id::Name("acts", resource_id);
    case Kind::kLegalHold:
      return id::Name("holds", resource_id);
    case Kind::kDesignatedHandler:
      return id::Name("handlers", resource_id);
    case Kind::kSubjectRequest:
      return id::Name("subjectRequests", resource_id);
    case Kind::kBreach:
      return id::Name("breaches", resource_id);
    case Kind::kContactSignal:
      return id::Name("signals", resource_id);
    case Kind::kSharing:
      return absl::StrCat("the sharing of ", id::Name("reports", resource_id));
    case Kind::kWithdrawal:
      return absl::StrCat("the withdrawal of ", id::Name("reports", resource_id));
    case Kind::kConsent:
      return absl::StrCat("the consent to ", id::Name("reports", resource_id));
    case Kind::kAssessment:
      return absl::StrCat("the assessment of ", id::Name("reports", resource_id));
    case Kind::kMeasure:
      return absl::StrCat("the versions of the measure ", id::ToText(resource_id));
    case Kind::kHeldCase:
      return absl::StrCat("the holds on ", id::Name("cases", resource_id));
    case Kind::kHeldRecord:
      return absl::StrCat("the holds on the record ", id::ToText(resource_id));
    case Kind::kHeldPerson:
      return absl::StrCat("the holds on the person ", ToHex(resource_id));
    case Kind::kNone:
      break;
  }
  return id::Name("group", resource_id);
}

}  // namespace mamori::audit
