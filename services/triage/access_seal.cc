#include "services/triage/access_seal.h"

#include "absl/strings/str_cat.h"

namespace mamori::triage {
namespace {

constexpr char kPurpose[] = "case_access";

}  // namespace

AccessSeal::AccessSeal(crypto::KeyedHash key, const audit::Journal& journal,
                       telemetry::Telemetry& telemetry)
    : key_(std::move(key)), journal_(journal), telemetry_(telemetry) {
  // There from the start, so that the first fault is a rise.
  for (const char* fault : {"missing", "record", "replayed", "tag", "version"}) {
    telemetry_.Count("mamori_access_refused_total", {{"fault", fault}}, 0);
  }
}

SealedAccess AccessSeal::Seal(const mamori::v1::CaseAccess& access) const {
  SealedAccess sealed{.version = access.version(), .record = access.SerializeAsString()};
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
  mamori::v1::CaseAccess access;
  if (!access.ParseFromString(sealed.record)) return Refuse("record");
  return access;
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
