#include "common/server/authorizer.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/server/caller.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

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

bool IsPurpose(std::string_view text) {
  return text == "assess" || text == "check" || text == "relay" || text == "timeline";
}

using Tenants = std::map<std::string, std::set<std::string, std::less<>>, std::less<>>;

absl::StatusOr<Tenants> ReadApplications(const config::v1::Authorization& table) {
  Tenants tenants;
  for (int i = 0; i < table.applications_size(); ++i) {
    const config::v1::Application& application = table.applications(i);
    const std::string path = absl::StrCat("applications[", i, "]");
    if (application.id().empty()) return absl::InvalidArgumentError(path + ".id: empty");
    for (const std::string& tenant : application.tenants()) {
      if (!IsTenant(tenant)) {
        return absl::InvalidArgumentError(path + ".tenants: want [a-z0-9-]{1,64}");
      }
    }
    if (application.tenants().empty()) {
      return absl::InvalidArgumentError(path + ".tenants: empty");
    }
    const auto& list = application.tenants();
    if (!tenants.try_emplace(application.id(), list.begin(), list.end()).second) {
      return absl::InvalidArgumentError(path + ".id: is there already");
    }
  }
  return tenants;
}

// A caller is an application or a service, and what it may do as such is said.
absl::StatusOr<Authorizer::Grant> ReadGrant(const config::v1::AllowedCaller& caller,
                                            const Tenants& applications, const std::string& path) {
  const auto wrong = [&](const char* what) { return absl::InvalidArgumentError(path + what); };
  Authorizer::Grant grant{
      .person = caller.person(), .purpose = caller.purpose(), .on_behalf = caller.on_behalf()};
  if (caller.id().empty()) return wrong(".id: empty");
  const bool service = !caller.purpose().empty() || caller.on_behalf();
  if (!caller.purpose().empty() && !IsPurpose(caller.purpose())) {
    return wrong(".purpose: want assess, check, relay or timeline");
  }
  if (service == !grant.is_service()) {
    return wrong(".person: want it for an application, purpose or on_behalf for a service");
  }
  if (service) return grant;
  const auto tenants = applications.find(caller.id());
  if (tenants == applications.end()) return wrong(".id: not among the applications");
  grant.tenants = tenants->second;
  return grant;
}

}  // namespace

absl::StatusOr<Authorizer> Authorizer::Create(const config::v1::Authorization& table,
                                              const std::vector<std::string>& known_methods) {
  const std::set<std::string, std::less<>> known(known_methods.begin(), known_methods.end());
  std::set<std::string_view> own_services;
  for (const std::string& method : known) own_services.insert(ServiceOf(method));

  ASSIGN_OR_RETURN(const Tenants applications, ReadApplications(table));
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
      const std::string caller_path = absl::StrCat(path, ".callers[", k, "]");
      ASSIGN_OR_RETURN(Grant grant, ReadGrant(caller, applications, caller_path));
      if (!entry->second.try_emplace(caller.id(), std::move(grant)).second) {
        return absl::InvalidArgumentError(caller_path + ".id: is in the row already");
      }
    }
  }
  return authorizer;
}

absl::StatusOr<const Authorizer::Grant*> Authorizer::Check(std::string_view method,
                                                           std::string_view caller) const {
  if (caller.empty()) {
    return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_UNKNOWN_CALLER,
                         "the client certificate names no caller");
  }
  if (const auto row = rows_.find(method); row != rows_.end()) {
    if (const auto grant = row->second.find(caller); grant != row->second.end()) {
      return &grant->second;
    }
  }
  return status::Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CALLER_NOT_ALLOWED,
                       "the caller may not call this method");
}

}  // namespace mamori::server
