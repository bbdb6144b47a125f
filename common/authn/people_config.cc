#include "common/authn/people_config.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/config/textproto.h"

namespace mamori::authn {
namespace {

constexpr absl::Duration kMaxClockSkew = absl::Seconds(60);
constexpr absl::Duration kMaxRefresh = absl::Minutes(4);

absl::Duration Or(bool has, const google::protobuf::Duration& duration, absl::Duration if_unset) {
  return config::ToDuration(has, duration.seconds(), duration.nanos(), if_unset);
}

bool IsSlug(std::string_view text, size_t max) {
  return !text.empty() && text.size() <= max && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

absl::Status Wrong(const std::string& path, const char* field, const char* what) {
  return absl::InvalidArgumentError(absl::StrCat(path, field, ": ", what));
}

absl::Status CheckNames(const config::v1::Issuer& issuer, const std::string& path) {
  const std::set<std::string_view> algorithms = {"RS256", "PS256", "ES256"};
  for (const std::string& algorithm : issuer.algorithms()) {
    if (!algorithms.contains(algorithm)) {
      return Wrong(path, "algorithms", "want RS256, PS256 or ES256");
    }
  }
  if (issuer.tenants().empty()) return Wrong(path, "tenants", "empty");
  for (const std::string& tenant : issuer.tenants()) {
    if (!IsSlug(tenant, 64)) return Wrong(path, "tenants", "want [a-z0-9-]{1,64}");
  }
  if (issuer.tenant_claim().empty() && issuer.tenants_size() > 1) {
    return Wrong(path, "tenant_claim", "empty, and there are several tenants");
  }
  for (const config::v1::RoleName& role : issuer.roles()) {
    if (role.value().empty() || !IsRole(role.role())) {
      return Wrong(path, "roles", "want a value and one of the seven roles");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckKeys(const config::v1::Issuer& issuer, const std::string& path) {
  if (issuer.jwks_url().empty() && issuer.jwks_file().empty()) {
    return Wrong(path, "jwks_url", "want this or jwks_file");
  }
  if (!issuer.jwks_url().empty() && !absl::StartsWith(issuer.jwks_url(), "https://")) {
    return Wrong(path, "jwks_url", "want https://");
  }
  const KeySource::Options options = KeySourceOptionsOf(issuer);
  if (options.refresh <= absl::ZeroDuration() || options.refresh > kMaxRefresh) {
    return Wrong(path, "refresh_interval", "want more than zero, at most 4 min");
  }
  if (options.min_interval <= absl::ZeroDuration() || options.min_interval > options.refresh) {
    return Wrong(path, "min_fetch_interval", "want more than zero, at most refresh_interval");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPeople(const config::v1::People& config) {
  if (config.audience().empty()) return Wrong("", "audience", "required");
  if (ClockSkewOf(config) < absl::ZeroDuration() || ClockSkewOf(config) > kMaxClockSkew) {
    return Wrong("", "clock_skew", "want 0 to 60 s");
  }
  std::set<std::string_view> names, issuers;
  for (int i = 0; i < config.issuers_size(); ++i) {
    const config::v1::Issuer& issuer = config.issuers(i);
    const std::string path = absl::StrCat("issuers[", i, "].");
    if (!IsSlug(issuer.name(), 32)) return Wrong(path, "name", "want [a-z0-9-]{1,32}");
    if (issuer.issuer().empty()) return Wrong(path, "issuer", "required");
    if (!names.insert(issuer.name()).second || !issuers.insert(issuer.issuer()).second) {
      return Wrong(path, "name", "name and issuer are each there once");
    }
    absl::Status status = CheckNames(issuer, path);
    if (status.ok()) status = CheckKeys(issuer, path);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Duration ClockSkewOf(const config::v1::People& config) {
  return Or(config.has_clock_skew(), config.clock_skew(), absl::Seconds(30));
}

Expectations ExpectationsOf(const config::v1::People& config, const config::v1::Issuer& issuer) {
  Expectations expectations;
  expectations.name = issuer.name();
  expectations.issuer = issuer.issuer();
  expectations.audience = config.audience();
  if (!issuer.algorithms().empty()) {
    expectations.algorithms = {issuer.algorithms().begin(), issuer.algorithms().end()};
  }
  expectations.tenants = {issuer.tenants().begin(), issuer.tenants().end()};
  expectations.tenant_claim = issuer.tenant_claim();
  if (!issuer.roles_claim().empty()) expectations.roles_claim = issuer.roles_claim();
  for (const auto& role : issuer.roles()) expectations.role_of[role.value()] = role.role();
  if (!issuer.department_claim().empty()) {
    expectations.department_claim = issuer.department_claim();
  }
  expectations.require_bound = issuer.require_bound_tokens();
  expectations.clock_skew = ClockSkewOf(config);
  return expectations;
}

KeySource::Options KeySourceOptionsOf(const config::v1::Issuer& issuer) {
  const KeySource::Options standard;
  return {.refresh = Or(issuer.has_refresh_interval(), issuer.refresh_interval(), standard.refresh),
          .min_interval = Or(issuer.has_min_fetch_interval(), issuer.min_fetch_interval(),
                             standard.min_interval)};
}

KeySource::Fetch FetchOf(const config::v1::Issuer& issuer) {
  return issuer.jwks_url().empty() ? FileFetch(issuer.jwks_file())
                                   : HttpsFetch(issuer.jwks_url(), issuer.jwks_ca_file());
}

}  // namespace mamori::authn
