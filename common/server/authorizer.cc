#include "common/server/authorizer.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"

namespace mamori::server {
namespace {

// "/mamori.intake.v1.IntakeService/" of "/mamori.intake.v1.IntakeService/Echo".
std::string_view ServiceOf(std::string_view method) {
  return method.substr(0, method.rfind('/') + 1);
}

bool IsMethodName(std::string_view method) {
  const size_t slash = method.rfind('/');
  return method.starts_with('/') && slash != std::string_view::npos && slash > 1 &&
         slash + 1 < method.size();
}

}  // namespace

absl::StatusOr<Authorizer> Authorizer::Create(const config::v1::Authorization& table,
                                              const std::vector<std::string>& known_methods) {
  const std::set<std::string, std::less<>> known(known_methods.begin(), known_methods.end());
  std::set<std::string_view> own_services;
  for (const std::string& method : known) own_services.insert(ServiceOf(method));

  Authorizer authorizer;
  for (int i = 0; i < table.methods_size(); ++i) {
    const config::v1::MethodRow& row = table.methods(i);
    const std::string path = absl::StrCat("methods[", i, "]");
    if (!IsMethodName(row.method()) ||
        (own_services.contains(ServiceOf(row.method())) && !known.contains(row.method()))) {
      return absl::InvalidArgumentError(absl::StrCat(path, ".method: no such method"));
    }
    const auto [entry, added] = authorizer.rows_.try_emplace(row.method());
    if (!added) return absl::InvalidArgumentError(absl::StrCat(path, ".method: has a row already"));
    for (int k = 0; k < row.callers_size(); ++k) {
      const config::v1::AllowedCaller& caller = row.callers(k);
      const std::string caller_path = absl::StrCat(path, ".callers[", k, "].id");
      if (caller.id().empty()) {
        return absl::InvalidArgumentError(absl::StrCat(caller_path, ": empty"));
      }
      if (!entry->second.try_emplace(caller.id(), Grant{caller.asserts_people()}).second) {
        return absl::InvalidArgumentError(absl::StrCat(caller_path, ": is in the row already"));
      }
    }
  }
  return authorizer;
}

absl::StatusOr<Authorizer::Grant> Authorizer::Check(std::string_view method,
                                                    std::string_view caller) const {
  if (caller.empty()) {
    return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_UNKNOWN_CALLER,
                         "the client certificate names no caller");
  }
  if (const auto row = rows_.find(method); row != rows_.end()) {
    if (const auto grant = row->second.find(caller); grant != row->second.end()) {
      return grant->second;
    }
  }
  return status::Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CALLER_NOT_ALLOWED,
                       "the caller may not call this method");
}

}  // namespace mamori::server
