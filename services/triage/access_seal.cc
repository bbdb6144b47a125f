#include "services/triage/access_seal.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/aead.h"
#include "common/sealing/envelope.h"

namespace mamori::triage {
namespace {

constexpr char kPurpose[] = "case_access";

constexpr char kRecordKey[] = "access record key";
static_assert(crypto::kKeyBytes == crypto::kTagBytes);

std::string Place(std::string_view tenant, std::string_view case_name, int64_t version) {
  return sealing::AssociatedData(
      {.tenant = tenant, .name = kPurpose, .resource = case_name, .version = version});
}

crypto::Key KeyOutsideArena(const crypto::KeyedHash& key) {
  std::string tag = key.Tag({kRecordKey});
  crypto::Key derived = *crypto::Key::FromHex(absl::BytesToHexString(tag));
  crypto::Wipe(tag);
  return derived;
}

}  // namespace

absl::StatusOr<crypto::Key> AccessSeal::RecordKey(const crypto::KeyedHash& key,
                                                  crypto::KeyArena& arena) {
  return arena.Make(crypto::kKeyBytes, [&](unsigned char* out) {
    std::string tag = key.Tag({kRecordKey});
    std::copy(tag.begin(), tag.end(), out);
    crypto::Wipe(tag);
  });
}

AccessSeal::AccessSeal(crypto::KeyedHash key, const audit::Journal& journal,
                       telemetry::Telemetry& telemetry)
    : AccessSeal(key, KeyOutsideArena(key), journal, telemetry) {}

AccessSeal::AccessSeal(crypto::KeyedHash key, crypto::Key record_key, const audit::Journal& journal,
                       telemetry::Telemetry& telemetry)
    : key_(std::move(key)),
      record_key_(std::move(record_key)),
      journal_(journal),
      telemetry_(telemetry) {
  // There from the start, so that the first fault is a rise.
  for (const char* fault : {"missing", "record", "replayed", "tag", "version"}) {
    telemetry_.Count("mamori_access_refused_total", {{"fault", fault}}, 0);
  }
}

SealedAccess AccessSeal::Seal(const mamori::v1::CaseAccess& access) const {
  const std::string place = Place(access.tenant(), access.case_name(), access.version());
  std::string bytes = access.SerializeAsString();
  // Made of all that it seals: the same nonce never comes with another record.
  const std::string nonce =
      key_.Tag({"access record nonce", place, bytes}).substr(0, crypto::kNonceBytes);
  SealedAccess sealed{.version = access.version(), .record = nonce};
  crypto::AppendSealed(record_key_.data(), nonce, place, bytes, sealed.record);
  crypto::Wipe(bytes);
  sealed.tag = key_.Tag({kPurpose, access.tenant(), access.case_name(),
                         absl::StrCat(access.version()), sealed.record});
  return sealed;
}

mamori::v1::CaseAccess AccessSeal::Open(std::string_view tenant, const id::Id& case_id,
                                        int64_t row_version, const SealedAccess& sealed) const {
  if (sealed.version != row_version) return Refuse("version");
  const std::string name = id::Name("cases", case_id);
  if (!key_.Verify({kPurpose, tenant, name, absl::StrCat(sealed.version), sealed.record},
                   sealed.tag)) {
    return Refuse("tag");
  }
  const std::string_view record(sealed.record);
  if (record.size() < crypto::kNonceBytes + crypto::kSealBytes) return Refuse("record");
  std::string bytes(record.size() - crypto::kNonceBytes - crypto::kSealBytes, '\0');
  if (!crypto::OpenSealed(record_key_.data(), record.substr(0, crypto::kNonceBytes),
                          Place(tenant, name, sealed.version), record.substr(crypto::kNonceBytes),
                          reinterpret_cast<unsigned char*>(bytes.data()))) {
    return Refuse("record");
  }
  mamori::v1::CaseAccess access;
  const bool parsed = access.ParseFromString(bytes);
  crypto::Wipe(bytes);
  return parsed ? access : Refuse("record");
}

std::string AccessSeal::TagOf(std::string_view purpose, std::string_view tenant,
                              std::string_view name, const SealedAccess& sealed) const {
  return key_.Tag({purpose, tenant, name, absl::StrCat(sealed.version), sealed.record});
}

bool AccessSeal::IsOurs(std::string_view purpose, std::string_view tenant, std::string_view name,
                        int64_t audited_version, const SealedAccess& sealed) const {
  const char* fault = nullptr;
  if (audited_version > sealed.version) {
    fault = "replayed";
  } else if (!key_.Verify({purpose, tenant, name, absl::StrCat(sealed.version), sealed.record},
                          sealed.tag)) {
    fault = "tag";
  }
  if (fault != nullptr) Refuse(fault);
  return fault == nullptr;
}

mamori::v1::CaseAccess AccessSeal::Refuse(const char* fault) const {
  telemetry_.Count("mamori_access_refused_total", {{"fault", fault}});
  telemetry_.Log(telemetry::Level::kError, "access.refused", {{"fault", fault}});
  return {};
}

}  // namespace mamori::triage
